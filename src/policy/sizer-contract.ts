/** What a sizer is shown and what it may answer: how big are a service's pods? */
import type { MiB, Millicores, Seconds } from "../units.js";
import type { Size, Why } from "./contract.js";

/** What a pod asks for and what it may use at most. */
export interface Resources {
  /** Requests: what the scheduler reserves, and the weight in a fight for cores. */
  readonly size: Size;
  /** At most so many cores' time per second; Infinity for no limit. */
  readonly cpuLimitMillicores: Millicores;
  readonly memoryLimitMiB: MiB;
}

/** One pod as a sizer sees it. */
export interface SizedPod {
  /** Its number among all pods that the service ever had. */
  readonly id: number;
  readonly pending: boolean;
  /** When it was made, which is when the kubelet first saw it but for its wait for a node; NaN while pending. */
  readonly startedAt: Seconds;
  /** What it has been told to have, and what it runs with: a resize in place may wait. */
  readonly resources: Resources;
  readonly actual: Resources;
  /** What the kubelet says of a resize under way: no room now; none ever; the container holds more than it may then. */
  readonly resize: "Deferred" | "Infeasible" | "Error" | undefined;
  /** When its container was last killed for memory, and when that one had started. */
  readonly outOfMemory: { readonly startedAt: Seconds; readonly at: Seconds } | undefined;
  /** Mean use over the sample's window, and what was held at its end; NaN while there is no sample, or memory is not modelled. */
  readonly cpuMillicores: Millicores;
  readonly memoryMiB: MiB;
  readonly sampledAt: Seconds;
}

export interface SizerView {
  readonly now: Seconds;
  /** Replicas asked for. */
  readonly replicas: number;
  /** What the pod template says. */
  readonly template: Resources;
  /** Every pod that nobody has asked to go, oldest first. */
  readonly pods: readonly SizedPod[];
}

/** What new pods are made with, and why. */
export interface SizeAnswer {
  readonly resources: Resources;
  /** Nothing was decided, so that there is nothing to write down. */
  readonly quiet?: true;
  readonly rule: string;
  readonly seen?: Readonly<Record<string, number>>;
  readonly why?: Why;
}

/** A wish for one pod: that it is evicted, so that it comes back in the new size, or resized where it stands. */
export interface SizeChange {
  readonly what: "evict" | "resize";
  readonly pod: number;
  readonly resources: Resources;
  /** Not before so long has passed: a rate limit. */
  readonly wait: Seconds;
  readonly rule: string;
  readonly seen?: Readonly<Record<string, number>>;
}

export interface Sizer {
  readonly period: Seconds;
  /** Asked each period: what pods made from now on should have. */
  sizeOfNew(view: SizerView): SizeAnswer;
  /** Asked each period after that: one wish after the other, for a refusal may leave room for the next. It is told what was granted. */
  changes(view: SizerView): Generator<SizeChange, void, boolean>;
}
