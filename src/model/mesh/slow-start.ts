/**
 * Envoy's slow start: a pod that is new to its callers is worth less than the others at first, and more and more until a
 * window is over. Those that are there when the run begins have it behind them.
 */
import type { Simulation } from "../../kernel/simulation.js";
import type { Endpoints } from "./endpoints.js";
import type { SlowStartSpec } from "./mesh-spec.js";
import type { View } from "./names.js";

/** A pod's age counts as this at least, so that its worth is never nothing. */
const YOUNGEST = 0.001;

/** What a pod known for so many seconds is worth, as a part of its weight. */
export function worthAt(age: number, { window, aggression, least }: SlowStartSpec): number {
  if (age >= window) return 1;
  return Math.max(least, (Math.max(YOUNGEST, age) / window) ** (1 / aggression));
}

export class SlowStart {
  /** By slot: its weight, or the part of it that counts now. */
  weight = new Float64Array(0);
  private starting: number[] = [];
  private seen = -1;
  private last = -1;

  constructor(
    private readonly spec: SlowStartSpec,
    private readonly endpoints: Endpoints,
    private readonly view: View,
    private readonly sim: Simulation,
  ) {}

  /** Whether any weight changes by itself. */
  get changing(): boolean {
    return this.starting.length > 0;
  }

  /** Brings weights up to now. When the last has come to its full weight, proxies are to look at them anew. */
  update(): void {
    const { endpoints, view, sim, spec } = this;
    if (this.seen !== view.version) this.look();
    if (this.starting.length === 0 || this.last === sim.now) return;
    this.last = sim.now;
    const { slots } = endpoints;
    for (const slot of this.starting)
      this.weight[slot] = slots.weight[slot] * worthAt(sim.now - view.since[slot], spec);
    if (this.starting.every((slot) => sim.now - view.since[slot] < spec.window)) return;
    this.starting = this.starting.filter((slot) => sim.now - view.since[slot] < spec.window);
    if (this.starting.length === 0) this.seen = ++view.version;
  }

  private look(): void {
    const { view, sim, spec } = this;
    const { known, since } = view;
    this.seen = view.version;
    this.last = -1;
    this.weight = Float64Array.from(this.endpoints.slots.weight);
    this.starting = Array.from(known.items.subarray(0, known.count)).filter(
      (slot) => sim.now - since[slot] < spec.window,
    );
  }
}
