import type { Seconds } from "../../units.js";
import type { EventHandle, EventKind, Simulation } from "../simulation.js";

/**
 * Objects that are due at a time. The simulation's events carry integers; here an object
 * lends itself a number until its time comes or it is cancelled, and the number is reused.
 */
export class Appointments<Subject extends object> {
  private readonly subjects: (Subject | undefined)[] = [];
  private readonly handles: EventHandle[] = [];
  private readonly unused: number[] = [];
  private readonly due: EventKind<number>;

  constructor(
    private readonly sim: Simulation,
    name: string,
    meet: (subject: Subject) => void,
  ) {
    this.due = sim.event(name, (place: number) => meet(this.take(place)));
  }

  /** Makes an appointment so many seconds from now, and returns its number. */
  make(delay: Seconds, subject: Subject): number {
    const place = this.lend(subject);
    this.handles[place] = this.sim.after(delay, this.due, place);
    return place;
  }

  /** The same for a point in time, which now plus a difference could miss by a rounding. */
  makeAt(time: Seconds, subject: Subject): number {
    const place = this.lend(subject);
    this.handles[place] = this.sim.at(time, this.due, place);
    return place;
  }

  cancel(place: number): void {
    this.sim.cancel(this.handles[place]);
    this.take(place);
  }

  private lend(subject: Subject): number {
    const place = this.unused.pop() ?? this.subjects.length;
    this.subjects[place] = subject;
    return place;
  }

  private take(place: number): Subject {
    const subject = this.subjects[place]!;
    this.subjects[place] = undefined;
    this.unused.push(place);
    return subject;
  }
}

/** What the processes of one simulation still have to do: the four kinds of events behind every `yield`. */
export class Agenda {
  readonly starts: Appointments<{ begin(): void }>;
  readonly timeouts: Appointments<{ end(): void }>;
  readonly deliveries: Appointments<{ deliver(): void }>;
  readonly interrupts: Appointments<{ takeInterrupt(): void }>;

  constructor(readonly sim: Simulation) {
    this.starts = new Appointments(sim, "process.start", (process) => process.begin());
    this.timeouts = new Appointments(sim, "timeout.end", (timeout) => timeout.end());
    this.deliveries = new Appointments(sim, "waitable.deliver", (waitable) => waitable.deliver());
    this.interrupts = new Appointments(sim, "process.interrupt", (process) => process.takeInterrupt());
  }
}
