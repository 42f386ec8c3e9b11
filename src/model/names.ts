/** What pods and their images are called. */
import type { PodId, State } from "./state.js";

/** As decisions speak of it: "pod cart-3". */
export function nameOfPod({ pods, owners }: State, pod: PodId): string {
  return `pod ${owners[pods.service[pod]].spec.name}-${pods.ordinal[pod]}`;
}

/** On the disks of machines. */
export function imageOf({ pods, owners }: State, pod: PodId): string {
  const { spec, revisions } = owners[pods.service[pod]];
  return `${spec.name}:${revisions[pods.revision[pod]].image}`;
}
