/**
 * What each pod requests and may use at most. It is the pod's own from its creation on: the service's next pods may be
 * made with another size while this one keeps its own.
 */
import type { Size } from "../../policy/contract.js";
import type { Resources } from "../../policy/sizer-contract.js";
import type { Seconds } from "../../units.js";
import { usableCores } from "../cpu/usable-cores.js";
import type { Owner, Service } from "../service.js";
import type { PodTemplate } from "../spec.js";
import type { PodId, Pods, State } from "../state.js";

/** The kernel takes no less. */
const LEAST_QUOTA: Seconds = 0.001;

/** Writes a pod's resources into its row; who has accounts of them (its node, its container's speed) must hear of it. */
export function setResources(pods: Pods, pod: PodId, owner: Owner, resources: Resources): void {
  pods.cpuMillicores[pod] = resources.size.cpuMillicores;
  pods.memoryMiB[pod] = resources.size.memoryMiB;
  const limitCores = resources.cpuLimitMillicores / 1000;
  const { cfsPeriod } = owner.spec;
  pods.limitCores[pod] = pods.presentLimit[pod] = limitCores;
  pods.quota[pod] = 0;
  if (cfsPeriod !== undefined && limitCores < Infinity) {
    pods.quota[pod] = Math.max(LEAST_QUOTA, limitCores * cfsPeriod);
    pods.presentLimit[pod] = Infinity; // until the quota is used up
  }
  pods.memoryLimitMiB[pod] = resources.memoryLimitMiB;
  pods.mostInFlight[pod] = callsBorne(owner.spec, resources);
}

function callsBorne({ lifecycle: { memoryUse } }: PodTemplate, { memoryLimitMiB }: Resources): number {
  const without = 0x7fffffff; // a small integer as the others are: it is compared at every call
  if (memoryUse === undefined || memoryUse.perCallMiB === 0) return without;
  const calls = Math.floor((memoryLimitMiB - memoryUse.baseMiB) / memoryUse.perCallMiB);
  return Math.min(without, Math.max(0, calls));
}

export const sizeOf = ({ cpuMillicores, memoryMiB }: Pods, pod: PodId): Size => ({
  cpuMillicores: cpuMillicores[pod],
  memoryMiB: memoryMiB[pod],
});

export const resourcesOf = (pods: Pods, pod: PodId): Resources => ({
  size: sizeOf(pods, pod),
  cpuLimitMillicores: pods.limitCores[pod] * 1000,
  memoryLimitMiB: pods.memoryLimitMiB[pod],
});

export const sameSize = ({ cpuMillicores, memoryMiB }: Pods, one: PodId, two: PodId): boolean =>
  cpuMillicores[one] === cpuMillicores[two] && memoryMiB[one] === memoryMiB[two];

/** Cores that the ready pods of a service can use. Pods alike are counted and not added up, so that no rounding piles up. */
export function readyCores({ pods }: State, { ready, limit }: Service): number {
  let cores = 0;
  let alike = 0;
  let each = 0;
  for (let i = 0; i < ready.count; i++) {
    const pod = ready.items[i];
    const own = usableCores(limit, pods.limitCores[pod], pods.cpuMillicores[pod]);
    if (own !== each) {
      cores += alike * each;
      alike = 0;
      each = own;
    }
    alike++;
  }
  return cores + alike * each;
}
