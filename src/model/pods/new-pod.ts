import type { Size } from "../../policy/contract.js";
import type { Resources } from "../../policy/sizer-contract.js";
import type { Owner } from "../service.js";
import { NONE, type PodId, type State } from "../state.js";
import { Background } from "../workloads/background.js";
import { setResources } from "./pod-size.js";

/** One more pod, wished for and nothing else yet; its phase is the fleet's to say. */
export function newPod({ pods, podObjects, sim }: State, owner: Owner, revision: number, ordinal?: number): PodId {
  const pod = pods.rows.add();
  podObjects[pod] = undefined;
  pods.service[pod] = owner.id;
  pods.serial[pod] = owner.created++;
  pods.ordinal[pod] = ordinal ?? pods.serial[pod];
  pods.revision[pod] = revision;
  pods.slowdown[pod] = owner.slowdown;
  pods.failing[pod] = owner.failing;
  pods.workTimes[pod] = owner.revisions[revision].workTimes * owner.slowdown;
  setResources(pods, pod, owner, resourcesOfNew(owner, revision));
  pods.memberIndex[pod] = owner.members.push(pod);
  pods.node[pod] = pods.slot[pod] = pods.readyIndex[pod] = pods.event[pod] = NONE;
  pods.head[pod] = pods.tail[pod] = pods.earliest[pod] = pods.cpuEvent[pod] = pods.quotaEvent[pod] = NONE;
  pods.inFlight[pod] = pods.busy[pod] = pods.queued[pod] = pods.active[pod] = 0;
  pods.used[pod] = pods.usedBefore[pod] = pods.virtual[pod] = pods.speed[pod] = pods.stopsAt[pod] = 0;
  const weights = owner instanceof Background ? [1] : owner.spec.weights;
  pods.weight[pod] = weights[pods.serial[pod] % weights.length];
  pods.periodEnd[pod] = pods.usedAtPeriod[pod] = 0;
  pods.createdAt[pod] = pods.changed[pod] = pods.idleSince[pod] = sim.now;
  pods.startedAt[pod] = pods.readySince[pod] = pods.sampledAt[pod] = NaN;
  pods.sample[pod] = pods.memorySample[pod] = pods.sampleWindow[pod] = NaN;
  return pod;
}

export const sizeOfNew = (owner: Owner, revision: number): Size => resourcesOfNew(owner, revision).size;

/** A sizer's word comes after the template's, of whatever revision. */
function resourcesOfNew({ resources, spec, revisions }: Owner, revision: number): Resources {
  return resources === spec ? (revisions[revision].resources ?? spec) : resources;
}
