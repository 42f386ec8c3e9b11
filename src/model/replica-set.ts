/** A workload of one revision, as every Deployment is that is never rolled out: so many pods, at once. */
import { leastWanted, members } from "./scale-in.js";
import type { Service } from "./service.js";
import type { PodId, State } from "./state.js";
import type { Pods, Workload } from "./workload.js";

export class ReplicaSet implements Workload {
  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly pods: Pods,
  ) {}

  scaled(): void {
    const { state, service, pods } = this;
    const surplus = service.members.count - service.replicas;
    for (let n = surplus; n < 0; n++) pods.add(service, 0);
    for (const pod of leastWanted(state, service, members(service), surplus)) pods.retire(pod);
  }

  /** It wants another in its place at once, and the last pod to leave a machine gives it back. */
  evict(pod: PodId): void {
    this.pods.add(this.service, 0);
    this.pods.retire(pod);
  }

  started(): void {}
  podsChanged(): void {}
}
