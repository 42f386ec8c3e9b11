import type { DecisionLog } from "./decisions.js";
import { ReplicaSet } from "./replica-set.js";
import { Rollout } from "./rollout.js";
import type { Service, State } from "./state.js";
import type { Pods, Workload } from "./workload.js";

/** What keeps a service's pods. A Deployment that is never rolled out has one ReplicaSet, which then says it all. */
export function workloadOf(state: State, service: Service, pods: Pods, log: DecisionLog): Workload {
  const { workload } = service.spec;
  if (workload.rollouts.length === 0) return new ReplicaSet(state, service, pods);
  return new Rollout(state, service, workload, pods, log);
}
