import { Deployment, type DeploymentSettings, type Observed } from "../../src/controllers/deployment/deployment.js";
import type { Vector } from "../vector.js";

interface Settings extends Omit<DeploymentSettings, "type"> {
  readonly strategy: DeploymentSettings["type"];
}

/** A Deployment's life: a decision for each look of its controller. */
export function playDeployment({ settings, script }: Vector): readonly unknown[] {
  const { strategy, ...limits } = settings as Settings;
  const deployment = new Deployment({ ...limits, type: strategy });
  return script.map((entry) => {
    const { at, ...observed } = entry as Observed & { readonly at: number };
    const { progressing, ...rollout } = deployment.sync(observed, at);
    return {
      ...rollout,
      ...(progressing === undefined ? {} : { progressing: `${progressing.status} ${progressing.reason}` }),
    };
  });
}
