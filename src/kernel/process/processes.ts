import type { Seconds } from "../../units.js";
import type { Simulation } from "../simulation.js";
import { Agenda } from "./agenda.js";
import { Gathering } from "./gathering.js";
import { Process, type Stage } from "./process.js";
import { Signal } from "./signal.js";
import { Timeout } from "./timeout.js";
import type { Steps, Waitable } from "./waitable.js";

type Values<Members extends readonly Waitable<unknown>[]> = {
  [K in keyof Members]: Members[K] extends Waitable<infer T> ? T : never;
};

/**
 * Processes over the events of a simulation: what an actor does, written top to bottom. The
 * idea is SimPy's (Müller, Vignaux, Lünsdorf, Scherfke; simpy.readthedocs.io). They cost several
 * times as much as bare events: meant for teaching, and for actors that act rarely.
 *
 *     const world = new Processes(sim);
 *     world.start(function* () {
 *       yield world.timeout(3);
 *       console.log(world.now); // 3
 *     });
 *     sim.run(60);
 *
 * What is due at one instant happens first-in-first-out, among processes and plain events of rank 0
 * alike: in the order in which it was asked for. Starting, waking and interrupting a process each take a turn.
 */
export class Processes implements Stage {
  /** For resources: what is still due. */
  readonly agenda: Agenda;
  /** The process that is running now, if any. */
  active: Process<unknown> | undefined = undefined;
  /** How many processes have not ended. If they outlast the events, they wait for what will never come. */
  alive = 0;
  private started = 0;

  constructor(readonly sim: Simulation) {
    this.agenda = new Agenda(sim);
  }

  /** The simulated time in seconds. */
  get now(): Seconds {
    return this.sim.now;
  }

  /** Starts a process at this instant, after what is already due. The name is for messages. */
  start<T>(body: Steps<T> | (() => Steps<T>), name?: string): Process<T> {
    const steps = typeof body === "function" ? body() : body;
    if (typeof steps?.next !== "function" || typeof steps.throw !== "function")
      throw new TypeError("start expects a generator or a function* that makes one");
    const number = ++this.started;
    return new Process<T>(this, steps, name ?? ((typeof body === "function" && body.name) || `number ${number}`));
  }

  /** Happens so many seconds from now; Infinity is never. Throws a RangeError if that is below zero. */
  timeout(delay: Seconds): Timeout {
    return new Timeout(this.agenda, delay);
  }

  /** Happens when somebody calls its `succeed` or `fail`. The name is for messages. */
  signal<T = void>(name = "unnamed"): Signal<T> {
    return new Signal<T>(this.agenda, name);
  }

  /**
   * Happens with the first of these that happens; its value is that member itself, to be compared
   * with `===`. The others are let go: timeouts end, claims leave their lines, processes run on.
   * At one instant the first in turn wins, and of those already past the first listed.
   * Throws a RangeError without members, for it would never happen.
   */
  anyOf<Members extends readonly Waitable<unknown>[]>(...members: Members): Waitable<Members[number]> {
    if (members.length === 0) throw new RangeError("anyOf expects something to wait for: anyOf nothing never happens");
    return new Gathering(this.agenda, this.own(members), { name: "anyOf", needed: 1, value: (last) => last! });
  }

  /** Happens when all of these have, with their values in order; fails as soon as one fails. All of none has happened. */
  allOf<Members extends readonly Waitable<unknown>[]>(...members: Members): Waitable<Values<Members>> {
    const value = (): Values<Members> => members.map((member) => member.value) as unknown as Values<Members>;
    return new Gathering(this.agenda, this.own(members), { name: "allOf", needed: members.length, value });
  }

  private own<Members extends readonly Waitable<unknown>[]>(members: Members): Members {
    for (const member of members)
      if (member.belongsTo !== this.agenda) throw new Error(`${member} belongs to another simulation`);
    return members;
  }
}
