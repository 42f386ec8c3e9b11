/**
 * What a Prometheus beside the cluster knows of services, and what the adapter before it answers: the rate of a counter of
 * calls over a window, and the mean of two gauges. Each service is one target.
 */
import { averageOverTime, rate, type Sample } from "../../controllers/prometheus/functions.js";
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Signal } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { Service } from "../service.js";
import type { PipelineSpec } from "../spec.js";
import type { ServiceId, State } from "../state.js";
import { LONGEST_HISTORY, presentLoad } from "./metrics.js";
import { firstTime } from "./phases.js";

type Scraped = Exclude<Signal, "cpu" | "memory">;
interface Scrape extends Readonly<Record<Scraped, number>> {
  readonly at: Seconds;
}

/** How far back an answer without a sample in its window may look. */
const LOOK_BACK: Seconds = 300;

export class Prometheus {
  /** By service, the latest last; undefined for those that nobody has asked for. */
  private readonly scrapes: (Scrape[] | undefined)[];
  private readonly scrape: EventKind<ServiceId>;

  constructor(
    private readonly state: State,
    private readonly spec: PipelineSpec["prometheus"],
  ) {
    const { sim, services } = state;
    this.scrapes = services.map(() => undefined);
    this.scrape = sim.event(
      "prometheus.scrape",
      (id: ServiceId) => {
        const service = services[id];
        const kept = this.scrapes[id]!;
        kept.push({ at: sim.now, rate: service.arrived, ...presentLoad(state, service) });
        if (kept.length > 2 * LONGEST_HISTORY) kept.splice(0, LONGEST_HISTORY);
        sim.after(spec.interval, this.scrape, id);
      },
      Rank.Observe,
    );
  }

  /** From now on the service is a target. */
  watch({ id, spec: { name } }: Service): void {
    if (this.scrapes[id] !== undefined) return;
    this.scrapes[id] = [];
    const { sim, spec, seed } = this.state;
    sim.after(firstTime(spec.controllers, seed, `prometheus/${name}`, this.spec.interval), this.scrape, id);
  }

  mean(service: Service, signal: Scraped, window: Seconds): number {
    this.watch(service);
    const known = this.known(service);
    const { now } = this.state.sim;
    const first = known.findIndex(({ at }) => at > now - window);
    const within = first < 0 ? [] : known.slice(first);
    // A window too short for its function is widened to the samples it needs, as far as Prometheus looks back at all.
    const needed = signal === "rate" ? 2 : 1;
    const used = within.length >= needed ? within : known.slice(-needed);
    if (used.length < needed || used[0].at <= now - Math.max(window, LOOK_BACK)) return NaN;
    const samples = used.map((scrape): Sample => ({ at: scrape.at, value: scrape[signal] }));
    if (signal !== "rate") return averageOverTime(samples);
    const from = within.length >= needed ? now - window : used[0].at;
    return rate(samples, { from, to: within.length >= needed ? now : used[1].at });
  }

  sampledAt(service: Service): Seconds {
    return this.known(service).at(-1)?.at ?? NaN;
  }

  /** What has come through by now. */
  private known({ id }: Service): readonly Scrape[] {
    const all = this.scrapes[id] ?? [];
    const until = all.findLastIndex(({ at }) => at + this.spec.delay <= this.state.sim.now);
    return all.slice(0, until + 1);
  }
}
