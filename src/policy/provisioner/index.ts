import type { Provisioner } from "../contract.js";
import type { Definition } from "../define.js";
import { clusterAutoscaler } from "./cluster-autoscaler.js";
import { karpenter } from "./karpenter.js";
import { none } from "./none.js";

/** Every provisioner that a scenario can name. To add one: a file beside this, and a line here. */
export const provisioners: readonly Definition<Provisioner>[] = [none, clusterAutoscaler, karpenter];
