/** What the world is told of pods that serve nobody. */
import type { CronJobSpec } from "../../controllers/cron-job/cron-job.js";
import type { JobSpec } from "../../controllers/job/job.js";
import type { ScaledJobSpec } from "../../controllers/keda/scaled-job.js";
import type { Signal } from "../../policy/contract.js";
import type { Fraction, Seconds } from "../../units.js";
import type { PlacingTemplate } from "../placing/api-objects.js";
import type { PodTemplate, Step } from "../spec.js";
import type { DaemonSetSpec } from "./workload.js";

/** Pods that serve nobody: each has a process that does these steps, and then ends. */
export interface BackgroundSpec extends PodTemplate {
  readonly steps: readonly Step[];
  /** How likely the process ends badly, once it has done its work. */
  readonly failure: Fraction;
  readonly runs: Runs;
  /** Of a daemon: where its pods may stand. */
  readonly template?: PlacingTemplate;
}

/** What makes its pods: a DaemonSet, or Jobs. */
export type Runs =
  | { readonly kind: "daemon"; readonly set?: DaemonSetSpec }
  | { readonly kind: "job"; readonly job: JobTemplate; readonly at: Seconds }
  | { readonly kind: "cron"; readonly job: JobTemplate; readonly cron: CronJobSpec; readonly startsAt: number }
  | { readonly kind: "scaled"; readonly job: JobTemplate; readonly scaled: ScaledJobRuns };

export interface JobTemplate extends JobSpec {
  readonly parallelism: number;
  /** Of a process that ends badly; default: 1. */
  readonly exitCode?: number;
}

/** A KEDA ScaledJob: Jobs made by how long queues are. */
export interface ScaledJobRuns {
  readonly spec: ScaledJobSpec;
  readonly pollingInterval: Seconds;
  readonly triggers: readonly QueueSource[];
}

export interface QueueSource {
  readonly service: string;
  readonly signal: Signal;
  /** How much of it one job is there for, and above which it is active. */
  readonly target: number;
  readonly activation: number;
  readonly window: Seconds;
}
