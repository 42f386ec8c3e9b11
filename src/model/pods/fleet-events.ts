import type { Owner } from "../service.js";
import type { PodId } from "../state.js";

/** What fleet asks of the rest of the world. */
export interface FleetEvents {
  /** A container runs from now on. */
  readonly started: (pod: PodId) => void;
  /** A pod is ready: of a service, to take calls; in the background, its process begins. */
  readonly ready: (owner: Owner, pod: PodId) => void;
  /** A container has held more memory than its limit, and is about to be ended for it. */
  readonly outOfMemory: (pod: PodId) => void;
  /** A pod's time is up while calls are in it: they are lost. */
  readonly kill: (pod: PodId) => void;
  /** A pod is about to be forgotten. */
  readonly gone: (pod: PodId) => void;
  /** A container of a Job's pod has ended by a fault of its own: it is not started again. */
  readonly failed: (pod: PodId) => void;
  /** A background pod has been thrown off its node. */
  readonly evicted: (pod: PodId) => void;
  /** Pods of an owner came or went. */
  readonly countChanged: (owner: Owner) => void;
}
