import { IntList } from "../../kernel/int-list.js";
import type { Resources } from "../../policy/sizer-contract.js";
import type { Owner } from "../service.js";
import type { ServiceId } from "../state.js";
import type { BackgroundSpec } from "./background-spec.js";
import { type DaemonSetSpec, plainDaemonSet, type Revision } from "./workload.js";

/** Its pods stay on their machines as long as these are there. */
export const isDaemon = (owner: Owner): boolean => owner instanceof Background && owner.daemon;

/** Owns pods as a service does, but nobody calls them: those of Jobs, and those of a DaemonSet. */
export class Background {
  /** A pod has one process, with the container for itself. */
  readonly holdsCall = true;
  readonly limit = Infinity;
  readonly dedicated: boolean = false;
  readonly wakes = false;
  readonly cancels = false;
  readonly finishes = false;
  readonly daemon: boolean;
  readonly set: DaemonSetSpec | undefined;
  readonly members = new IntList();
  readonly ready = new IntList();
  /** No number of pods is asked for: they are made one by one. */
  readonly replicas = 0;
  /** What its next pod is made with. */
  resources: Resources;
  /** Only a daemon has more than one. */
  readonly revisions: readonly Revision[];
  readonly slowdown = 1;
  readonly failing = 0;
  created = 0;
  draining = 0;
  restarts = 0;
  /** CPU seconds of pods that are gone. */
  usedByGone = 0;
  // Sums of seconds, as a service has them.
  work = 0;
  working = 0;
  waited = 0;

  constructor(
    readonly id: ServiceId,
    readonly spec: BackgroundSpec,
    /** The first instruction of its process. */
    readonly entry: number,
  ) {
    this.resources = spec;
    const { imageMiB, startup, lifecycle } = spec;
    const first = { image: 0, imageMiB, startup, crashAfter: lifecycle.crashAfter, workTimes: 1 };
    this.set = spec.runs.kind === "daemon" ? (spec.runs.set ?? plainDaemonSet) : undefined;
    this.revisions = [first, ...(this.set?.revisions ?? [])];
    this.daemon = this.set !== undefined;
  }
}
