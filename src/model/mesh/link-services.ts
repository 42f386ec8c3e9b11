/** Which services are called by proxies of their callers. */
import type { DecisionLog } from "../decisions.js";
import type { PodId, State } from "../state.js";
import { Links } from "./links.js";
import type { Sender } from "./sender.js";

export function linkServices(state: State, log: DecisionLog, sender: Sender): void {
  for (const service of state.services)
    service.links = service.spec.mesh === undefined ? undefined : new Links(state, service, log, sender);
}

/** A pod is gone: as one of those called, and as a caller. */
export function forgetPod({ services, pods }: State, pod: PodId): void {
  services[pods.service[pod]]?.links?.podGone(pod);
  for (const { links } of services) links?.callerGone(pod);
}
