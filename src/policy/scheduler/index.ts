import type { ClusterScheduler, Scheduler } from "../contract.js";
import type { Definition } from "../define.js";
import { balancedAllocation } from "./balanced-allocation.js";
import { kubeScheduler } from "./kube-scheduler.js";
import { leastAllocated } from "./least-allocated.js";
import { mostAllocated } from "./most-allocated.js";

/** Every scheduler that a scenario can name. To add one: a file beside this, and a line here. */
export const schedulers: readonly Definition<Scheduler | ClusterScheduler>[] = [
  leastAllocated,
  mostAllocated,
  balancedAllocation,
  kubeScheduler,
];
