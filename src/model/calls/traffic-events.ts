/** What traffic tells the rest of the world. */
import type { Service } from "../service.js";
import type { CallId, PodId } from "../state.js";

export interface TrafficEvents {
  /** A draining pod has answered its last call. */
  readonly podIdle: (pod: PodId) => void;
  /** A pod has more calls than its memory bears. */
  readonly tooManyCalls: (pod: PodId) => void;
  /** A closed user has his answer. */
  readonly userAnswered: (user: number) => void;
  /** The process of a background pod has ended. */
  readonly exited: (call: CallId, failure: number) => void;
  /** A service whose scaler wants to know of it has got or ended a call, or a first one has found no ready pod. */
  readonly callsChanged: (service: Service) => void;
}
