/** What a pod goes through besides serving: what it needs before it starts, what may end it, and how it stops. */
import type { Budget } from "../../controllers/disruption/budget.js";
import type { Probe } from "../../controllers/kubelet/probes.js";
import { constant, type Distribution } from "../../kernel/distributions.js";
import type { Annotations } from "../../policy/contract.js";
import type { MiB, Seconds } from "../../units.js";

export interface Lifecycle {
  /** Attaching and mounting its volumes, before the image is pulled. */
  readonly attach: Distribution;
  /** Its ConfigMaps and Secrets exist from this time on; until then it waits with its container not created. */
  readonly configuredAt: Seconds;
  /** Init containers and then sidecars until they have started, one after another, before the application's container. */
  readonly before: readonly Distribution[];
  readonly startupProbe: Probe | undefined;
  readonly liveness: Probe | undefined;
  /** From a container's start until it ends by a fault of its own; undefined: never. */
  readonly crashAfter: Distribution | undefined;
  /** What a container holds at rest and for each call in it; beyond its limit it is killed. */
  readonly memoryUse: { readonly baseMiB: MiB; readonly perCallMiB: MiB } | undefined;
  /** A hook that a terminating container runs before it is told to stop; its grace covers both. */
  readonly preStop: Seconds;
  readonly budget: Budget | undefined;
  readonly annotations: Annotations;
}

/** The memory that a container with so many calls in it holds. */
export const heldMiB = ({ memoryUse }: Lifecycle, calls: number): MiB =>
  memoryUse === undefined ? 0 : memoryUse.baseMiB + memoryUse.perCallMiB * calls;

/** Nothing but a start. */
export const plainLifecycle: Lifecycle = {
  attach: constant(0),
  configuredAt: 0,
  before: [],
  startupProbe: undefined,
  liveness: undefined,
  crashAfter: undefined,
  memoryUse: undefined,
  preStop: 0,
  budget: undefined,
  annotations: {},
};

/** What is left of a pod's grace after its hook. One that has used it up is given two seconds more for the container to stop. */
export const graceAfterHook = (spec: { readonly grace: Seconds; readonly lifecycle: Lifecycle }): Seconds =>
  spec.grace > spec.lifecycle.preStop ? spec.grace - spec.lifecycle.preStop : 2;
