/** When a workload's controller looks: after what it watches has changed, and at times that it has set itself. */
import type { EventHandle, EventKind } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { State } from "../state.js";

export class Looks {
  private asked = false;
  /** It would have looked but for a pause. */
  private missed = false;
  private alarm: EventHandle | undefined;
  private readonly next: EventKind;
  private readonly rings: EventKind;

  constructor(
    private readonly state: State,
    name: string,
    look: () => void,
  ) {
    const { sim } = state;
    this.next = sim.event(`${name}.sync`, () => {
      this.asked = false;
      if (state.pauses.of("workloads")) this.missed = true;
      else look();
    });
    state.pauses.whenOver("workloads", () => {
      if (this.missed) this.soon();
      this.missed = false;
    });
    this.rings = sim.event(`${name}.alarm`, () => {
      this.alarm = undefined;
      sim.after(0, this.next);
    });
  }

  /** When the informer has told of it; where informers take no time, once all that happens at this instant has happened. */
  soon(): void {
    if (this.asked) return;
    this.asked = true;
    const { sim, spec } = this.state;
    sim.after(spec.controllers.informerDelay, this.next);
  }

  /** At this time at the latest, if nothing changes before; instead of what was set before. */
  setAlarm(time: Seconds): void {
    const { sim } = this.state;
    if (this.alarm !== undefined) sim.cancel(this.alarm);
    this.alarm = time < Infinity ? sim.at(time, this.rings) : undefined;
  }
}
