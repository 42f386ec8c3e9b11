import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Owner } from "../service.js";
import type { PodId, State } from "../state.js";
import { Background } from "./background.js";
import { type DaemonPods, Daemons } from "./daemon-set.js";
import { ReplicaSet } from "./replica-set.js";
import { Rollout } from "./rollout.js";
import { Stateful } from "./stateful-set.js";
import type { Pods, Workload } from "./workload.js";

interface Keep {
  readonly state: State;
  readonly pods: Pods & DaemonPods;
  /** All there are, kept up to date. */
  readonly machines: readonly Machine[];
  readonly log: DecisionLog;
  /** A Job's pod has been thrown off its node. */
  readonly evicted: (pod: PodId) => void;
}

/** What keeps an owner's pods. A Deployment that is never rolled out has one ReplicaSet, which then says it all. */
export function workloadOf(owner: Owner, keep: Keep): Workload {
  const { state, pods, log, evicted } = keep;
  if (owner instanceof Background)
    return owner.set === undefined ? inBackground(pods, evicted) : new Daemons(owner, owner.set, keep);
  const { workload } = owner.spec;
  if (workload.kind === "StatefulSet") return new Stateful(state, owner, workload, pods, log);
  if (workload.rollouts.length === 0) return new ReplicaSet(state, owner, pods, log);
  return new Rollout(state, owner, workload, pods, log);
}

/** Of Jobs: whoever makes them, see batch.ts, knows how many there are to be; here it only hears of those thrown out. */
const inBackground = (pods: Pods, evicted: Keep["evicted"]): Workload => ({
  started: () => undefined,
  scaled: () => undefined,
  podsChanged: () => undefined,
  evict(pod) {
    evicted(pod);
    pods.retire(pod);
  },
});
