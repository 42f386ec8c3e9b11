/** When Cluster Autoscaler looks again. */
import type { Seconds } from "../../units.js";

/** Seconds from the end of a look to the next: none after one that acted, or once a pod is newly unschedulable. */
export const nextLook = (
  acted: boolean,
  newlyUnschedulable: boolean,
  scanInterval: Seconds,
  frequentLoops = true,
): Seconds => (frequentLoops && (acted || newlyUnschedulable) ? 0 : scanInterval);
