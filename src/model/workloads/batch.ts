/** Everything whose pods serve nobody: Jobs, what makes them, and the daemons of every machine. */

import { Processes } from "../calls/processes.js";
import type { Traffic } from "../calls/traffic.js";
import type { Metrics } from "../control/metrics.js";
import type { Sizing } from "../control/sizing.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import { imageOf } from "../names.js";
import type { Fleet } from "../pods/fleet.js";
import type { CallId, PodId, State } from "../state.js";
import { Background } from "./background.js";
import { CronJobs } from "./cron-jobs.js";
import { Jobs } from "./jobs.js";
import { ScaledJobs } from "./scaled-jobs.js";

export class Batch {
  readonly jobs: Jobs;
  readonly cronJobs: CronJobs;
  private readonly scaledJobs: ScaledJobs;
  private readonly processes: Processes;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly fleet: Fleet;
      readonly traffic: Traffic;
      readonly metrics: Metrics;
      readonly sizing: Sizing;
      readonly log: DecisionLog;
    },
  ) {
    const { fleet, traffic, metrics, log } = parts;
    this.jobs = new Jobs(state, fleet, log, (run) => this.cronJobs.finished(run));
    this.cronJobs = new CronJobs(state, this.jobs, log);
    this.scaledJobs = new ScaledJobs(state, { jobs: this.jobs, metrics, log });
    this.processes = new Processes(state, traffic, (pod, well) => this.ended(pod, well));
  }

  start(): void {
    for (const background of this.state.background) {
      const { runs } = background.spec;
      if (runs.kind === "job") this.jobs.createAt(runs.at, background, runs.job);
    }
    this.cronJobs.start();
    this.scaledJobs.start();
  }

  /** A machine takes pods: the daemons on it start. */
  opened(machine: Machine): void {
    const { fleet } = this.parts;
    for (const pod of machine.podIds()) {
      if (this.ownerOf(pod)?.daemon !== true) continue;
      // As all images on the machines of time 0.
      if (this.state.sim.now === 0) machine.hold(imageOf(this.state, pod), this.ownerOf(pod)?.spec.imageMiB ?? 0, 0);
      fleet.mount(pod, machine);
    }
  }

  ready(background: Background, pod: PodId): void {
    this.jobs.ready(pod);
    const idle = background.daemon && background.spec.steps.length === 0;
    if (!idle) this.processes.start(pod, background);
  }

  exit(call: CallId, failure: number): void {
    this.processes.exit(call, failure);
  }

  /** A process has ended; the kubelet starts that of a daemon again. */
  ended(pod: PodId, well: boolean): void {
    if (this.ownerOf(pod)?.daemon) this.parts.fleet.restart(pod, `${well ? "Completed" : "Error"}: the process ended`);
    else this.jobs.ended(pod, well);
  }

  evicted(pod: PodId): void {
    if (this.ownerOf(pod)?.daemon !== true) this.jobs.evicted(pod);
  }

  /** A pod is about to be forgotten; what it has used is not. */
  forget(pod: PodId): void {
    if (this.ownerOf(pod) !== undefined) this.processes.stop(pod);
    this.parts.metrics.ended(pod);
    this.parts.sizing.gone(pod);
    this.parts.traffic.cpu.forget(pod);
  }

  private ownerOf(pod: PodId): Background | undefined {
    const owner = this.state.owners[this.state.pods.service[pod]];
    return owner instanceof Background ? owner : undefined;
  }
}
