/** When a workload's controller looks: after what it watches has changed, and at times that it has set itself. */
import type { EventHandle, EventKind, Simulation } from "../kernel/simulation.js";
import type { Seconds } from "../units.js";

export class Looks {
  private asked = false;
  private alarm: EventHandle | undefined;
  private readonly next: EventKind;
  private readonly rings: EventKind;

  constructor(
    private readonly sim: Simulation,
    name: string,
    look: () => void,
  ) {
    this.next = sim.event(`${name}.sync`, () => {
      this.asked = false;
      look();
    });
    this.rings = sim.event(`${name}.alarm`, () => {
      this.alarm = undefined;
      this.soon();
    });
  }

  /** Once all that happens at this instant has happened. Not modelled: the milliseconds until an informer tells. */
  soon(): void {
    if (this.asked) return;
    this.asked = true;
    this.sim.after(0, this.next);
  }

  /** At this time at the latest, if nothing changes before; instead of what was set before. */
  setAlarm(time: Seconds): void {
    if (this.alarm !== undefined) this.sim.cancel(this.alarm);
    this.alarm = time < Infinity ? this.sim.at(time, this.rings) : undefined;
  }
}
