import { Background } from "./background.js";
import type { DecisionLog } from "./decisions.js";
import { ReplicaSet } from "./replica-set.js";
import { Rollout } from "./rollout.js";
import type { Owner } from "./service.js";
import type { PodId, State } from "./state.js";
import { Stateful } from "./stateful-set.js";
import type { Pods, Workload } from "./workload.js";

interface Keep {
  readonly state: State;
  readonly pods: Pods;
  readonly log: DecisionLog;
  /** A pod in the background has been thrown off its node. */
  readonly evicted: (pod: PodId) => void;
}

/** What keeps an owner's pods. A Deployment that is never rolled out has one ReplicaSet, which then says it all. */
export function workloadOf(owner: Owner, { state, pods, log, evicted }: Keep): Workload {
  if (owner instanceof Background) return inBackground(pods, evicted);
  const { workload } = owner.spec;
  if (workload.kind === "StatefulSet") return new Stateful(state, owner, workload, pods, log);
  if (workload.rollouts.length === 0) return new ReplicaSet(state, owner, pods, log);
  return new Rollout(state, owner, workload, pods, log);
}

/** Whoever makes them, see batch.ts, knows how many there are to be; here it only hears of those thrown out. */
const inBackground = (pods: Pods, evicted: Keep["evicted"]): Workload => ({
  started: () => undefined,
  scaled: () => undefined,
  podsChanged: () => undefined,
  evict(pod) {
    evicted(pod);
    pods.retire(pod);
  },
});
