/**
 * The quota of the namespace that all services and jobs are in; daemons are in another, as they usually are. What is used are
 * the pods that there are, those on their way out included; a process that has ended takes its pod with it.
 */
import { type Amounts, type QuotaPod, refusal, usedBy } from "../../controllers/resource-quota/quota.js";
import type { Resources } from "../../policy/sizer-contract.js";
import type { Owner } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";
import { isDaemon } from "../workloads/background.js";
import { sizeOf } from "./pod-size.js";

/** Why no pod of this owner may be made now; undefined: one may. */
export function quotaRefusal(state: State, owner: Owner, revision: number, name: string): string | undefined {
  const { quota } = state.spec;
  if (quota === undefined) return undefined;
  const resources = owner.revisions[revision].resources ?? owner.resources;
  const pod: QuotaPod = { name, container: owner.spec.name, asks: asksOf(resources) };
  return refusal(quota, usedBy(asksThere(state)), pod);
}

function* asksThere({ pods, owners }: State): Iterable<Amounts> {
  for (let pod = 0; pod < pods.rows.high; pod++) {
    if (pods.phase[pod] === Phase.Gone || isDaemon(owners[pods.service[pod]])) continue;
    yield asksOf({
      size: sizeOf(pods, pod as PodId),
      cpuLimitMillicores: pods.limitCores[pod] * 1000,
      memoryLimitMiB: pods.memoryLimitMiB[pod],
    });
  }
}

/** In whole millicores and bytes, as Kubernetes counts them; a limit of infinity is none. */
export function asksOf({ size, cpuLimitMillicores, memoryLimitMiB }: Resources): Amounts {
  return {
    "requests.cpu": Math.round(size.cpuMillicores),
    "requests.memory": bytesOf(size.memoryMiB),
    ...(cpuLimitMillicores < Infinity ? { "limits.cpu": Math.round(cpuLimitMillicores) } : {}),
    ...(memoryLimitMiB < Infinity ? { "limits.memory": bytesOf(memoryLimitMiB) } : {}),
  };
}

export const bytesOf = (mebibytes: number): number => Math.round(mebibytes * 2 ** 20);
