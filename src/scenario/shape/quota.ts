/** The section `quota`: what all pods of services and jobs may ask for together. */
import { z } from "zod";
import { type Amounts, type ResourceQuota, type Tracked, tracked } from "../../controllers/resource-quota/quota.js";
import { asksOf, bytesOf } from "../../model/pods/quota.js";
import { cpu, memory } from "../../policy/fields.js";
import type { Sayings } from "../check.js";
import { checked, name, wholeFrom } from "../fields.js";
import type { ServiceSetup, Setup } from "../setup.js";
import type { Path } from "../source.js";
import { resourcesOf as resourcesOfJob } from "./jobs.js";
import { resourcesOf } from "./workload.js";

const hard = z.strictObject({
  pods: wholeFrom(0).optional().meta({ description: "Pods at once." }),
  "requests.cpu": cpu().optional().meta({ description: "Sum of their CPU requests." }),
  "requests.memory": memory().optional().meta({ description: "Sum of their memory requests." }),
  "limits.cpu": cpu().optional().meta({ description: "Sum of their CPU limits, which each of them then must have." }),
  "limits.memory": memory()
    .optional()
    .meta({ description: "Sum of their memory limits, which each of them then must have." }),
});

export const quota = z
  .strictObject({
    name: name().prefault("quota").meta({ description: "As it is called where a pod is refused." }),
    hard: checked(hard, (given, say) => {
      if (Object.keys(given).length === 0) say([], `expected one of ${tracked.join(", ")}, got none`);
    }).meta({
      description: "What the pods of all services and jobs may have together; what is left out is unlimited.",
    }),
  })
  .transform(({ name, hard: { "requests.memory": requests, "limits.memory": limits, ...rest } }): ResourceQuota => {
    const memory = { "requests.memory": requests && bytesOf(requests), "limits.memory": limits && bytesOf(limits) };
    return { name, hard: { ...rest, ...memory } };
  })
  .meta({ description: "The ResourceQuota of the namespace that services and jobs are in. Default: none." });

interface Asking {
  readonly asks: Amounts;
  readonly pathOf: (resource: Tracked) => Path;
  readonly replicas: number;
}

/** A pod that is never admitted is a fault; that not all replicas are at the start may be what is asked about. */
export function checkQuota({ hard }: ResourceQuota, setup: Setup, say: Sayings["say"], warn: Sayings["warn"]): void {
  const pods = [...setup.services.map(ofService), ...ofJobs(setup)];
  for (const resource of tracked) {
    const most = hard[resource];
    if (most === undefined) continue;
    for (const { asks, pathOf } of pods) {
      const asked = resource === "pods" ? 1 : asks[resource];
      if (asked === undefined) say(pathOf(resource), `expected a limit, as the quota has ${resource}, got none`);
      else if (asked > most && resource !== "pods")
        say(
          pathOf(resource),
          `expected a pod within the quota, ${shown(resource, most)} of ${resource}, got ${shown(resource, asked)}`,
        );
    }
    const atStart = pods.reduce(
      (sum, { asks, replicas }) => sum + replicas * (resource === "pods" ? 1 : (asks[resource] ?? 0)),
      0,
    );
    if (atStart > most)
      warn(
        ["quota", "hard", resource],
        `pods will be refused from the start in policy "${setup.policy}": they ask for ${resource}=${shown(resource, atStart)}`,
      );
  }
}

const shown = (resource: Tracked, amount: number): string =>
  resource === "pods"
    ? `${amount}`
    : resource.endsWith("cpu")
      ? `${amount}m`
      : `${Number((amount / 2 ** 20).toPrecision(12))}Mi`;

const pathIn = (cpuPath: Path, memoryPath: Path) => (resource: Tracked) =>
  resource.endsWith("cpu") ? cpuPath : memoryPath;

const ofService = ({ replicas, cpu, cpuPath, memory, memoryPath }: ServiceSetup): Asking => ({
  asks: asksOf(resourcesOf({ cpu, memory })),
  pathOf: pathIn(cpuPath, memoryPath),
  replicas,
});

const ofJobs = ({ jobs }: Setup): readonly Asking[] =>
  [...jobs].map(([name, job]) => ({
    asks: asksOf(resourcesOf(resourcesOfJob(job))),
    pathOf: pathIn(["jobs", name, "cpu"], ["jobs", name, "memory"]),
    replicas: 0,
  }));
