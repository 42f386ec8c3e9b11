/** KEDA's ScaledJobs: Jobs are made at each poll, by how long queues are and how many Jobs there are. */
import { type QueueTrigger, requestJobs } from "../../controllers/keda/scaled-job.js";
import { type EventKind, type Id, Rank } from "../../kernel/simulation.js";
import type { Metrics } from "../control/metrics.js";
import type { DecisionLog } from "../decisions.js";
import { Phase, type State } from "../state.js";
import type { Background } from "./background.js";
import type { JobTemplate, ScaledJobRuns } from "./background-spec.js";
import type { JobRun } from "./job-run.js";
import type { Jobs } from "./jobs.js";

type ScaledId = Id<"scaled job">;

interface Scaled {
  readonly background: Background;
  readonly template: JobTemplate;
  readonly scaled: ScaledJobRuns;
  /** Those that have not ended, and how many there ever were. */
  runs: readonly JobRun[];
  made: number;
}

export class ScaledJobs {
  private readonly all: readonly Scaled[];
  private readonly poll: EventKind<ScaledId>;

  constructor(
    private readonly state: State,
    private readonly parts: { readonly jobs: Jobs; readonly metrics: Metrics; readonly log: DecisionLog },
  ) {
    this.all = state.background.flatMap((background): Scaled[] => {
      const { runs } = background.spec;
      if (runs.kind !== "scaled") return [];
      return [{ background, template: runs.job, scaled: runs.scaled, runs: [], made: 0 }];
    });
    this.poll = state.sim.event(
      "scaled-job.poll",
      (id: ScaledId) => {
        this.look(this.all[id]);
        state.sim.after(this.all[id].scaled.pollingInterval, this.poll, id);
      },
      Rank.Decide,
    );
  }

  start(): void {
    this.all.forEach((_, id) => {
      this.state.sim.after(0, this.poll, id as ScaledId);
    });
  }

  private look(one: Scaled): void {
    const { jobs, log } = this.parts;
    const { name } = one.background.spec;
    one.runs = one.runs.filter(({ end }) => end === undefined);
    const running = one.runs.length;
    const pending = one.runs.filter((run) => !this.runs(run)).length;
    const triggers = one.scaled.triggers.map((source) => this.read(source));
    const { create, scaleTo, maxScale } = requestJobs(one.scaled.spec, triggers, { running, pending });
    const fresh = Array.from({ length: create }, () =>
      jobs.create(one.background, one.template, `${name}-${one.made++}`),
    );
    one.runs = [...one.runs, ...fresh];
    const seen = { running, pending, queueLength: scaleTo, maxScale };
    const numbers = { from: running, wished: running + create, asked: running + create };
    const rule = create > 0 ? "KEDAJobsCreated" : "no jobs wanted";
    const subject = `scaled job ${name}`;
    log.add({ time: this.state.sim.now, subject, policy: "keda", rule, seen, ...numbers });
    log.fulfil(subject, this.state.sim.now);
  }

  private runs({ pods }: JobRun): boolean {
    return [...pods.keys()].some((pod) => this.state.pods.phase[pod] === Phase.Ready);
  }

  /** A source without a sample yet is empty. */
  private read({ service, signal, target, activation, window }: ScaledJobRuns["triggers"][number]): QueueTrigger {
    const of = this.state.services.find(({ spec }) => spec.name === service)!;
    const value = this.parts.metrics.mean(of, signal, window);
    const queueLength = Number.isNaN(value) ? 0 : value;
    return { active: queueLength > activation, queueLength, target };
  }
}
