import type { Seconds } from "../../units.js";
import type { Process } from "./process.js";
import type { Processes } from "./processes.js";
import { type Steps, Waitable } from "./waitable.js";
import { type Standing, WaitingLine } from "./waiting-line.js";

export interface RequestOptions {
  /** Lower numbers are served first; equals in the order they came. 0 unless given. */
  readonly priority?: number;
  /** Whether to take the unit of a user whose priority number is higher, when none is free. */
  readonly preempt?: boolean;
}

/** The cause of the interrupt when a unit is taken away. */
export class Preempted {
  constructor(
    /** The process that took the unit, if it was a process. */
    readonly by: Process<unknown> | undefined,
    /** When the loser was given the unit, in seconds of simulated time. */
    readonly since: Seconds,
    readonly resource: Resource,
  ) {}
}

/**
 * A fixed number of equal units, each used by one at a time: counters, machines, repairers.
 *
 *     yield* desk.hold(function* () {
 *       yield world.timeout(3);
 *     });
 *
 * Units go to the waiting in order of priority and, among equals, of arrival.
 */
export class Resource {
  readonly capacity: number;
  private readonly line = new WaitingLine<Request>();
  // In order of priority, then of grant: the last is the first to be preempted.
  private readonly users = new WaitingLine<Request>();

  /** Throws a RangeError unless the capacity is a whole number above zero. */
  constructor(
    private readonly world: Processes,
    { capacity = 1 }: { readonly capacity?: number } = {},
  ) {
    if (!(capacity >= 1 && (Number.isInteger(capacity) || capacity === Infinity)))
      throw new RangeError(`capacity: expected a whole number above 0, got ${capacity}`);
    this.capacity = capacity;
  }

  /** Units in use. */
  get inUse(): number {
    return this.users.length;
  }

  /** Requests in line. */
  get waiting(): number {
    return this.line.length;
  }

  /**
   * Asks for one unit, on behalf of the running process. Happens when the unit is given; a unit
   * that is free is given at once. Whoever asks must give it back: `leave` in a `finally`, or use `hold`.
   */
  request({ priority = 0, preempt = false }: RequestOptions = {}): Request {
    if (Number.isNaN(priority)) throw new RangeError("priority: expected a number, got NaN");
    const request = new Request(this.world, this, priority);
    if (this.inUse < this.capacity) this.give(request);
    else if (preempt && this.users.last!.priority > priority) this.preempt(this.users.last!, request);
    else this.line.join(request);
    return request;
  }

  /** Waits for a unit, runs the steps, and gives the unit back whatever happens: return, error, interrupt, preemption. */
  *hold<T>(steps: (request: Request) => Steps<T>, options?: RequestOptions): Steps<T> {
    const request = this.request(options);
    try {
      yield request;
      return yield* steps(request);
    } finally {
      request.leave();
    }
  }

  /** For requests: takes back a unit and gives it to the first in line. */
  takeBack(request: Request): void {
    this.users.leave(request);
    const next = this.line.first;
    if (next === undefined) return;
    this.line.leave(next);
    this.give(next);
  }

  /** For requests. */
  dismiss(request: Request): void {
    this.line.leave(request);
  }

  private give(request: Request): void {
    this.users.join(request);
    request.grant();
  }

  private preempt(loser: Request, winner: Request): void {
    const { owner, since } = loser;
    // The loser hears of it first: its interrupt may be refused, and then nothing has changed.
    if (owner?.alive) owner.interrupt(new Preempted(winner.owner, since, this));
    this.users.leave(loser);
    loser.lose();
    this.give(winner);
  }
}

const Phase = { Waiting: "is waiting", Held: "is held", Ended: "has been given back", Lost: "was preempted" } as const;

/** A claim to one unit of a resource. */
export class Request extends Waitable<void> implements Standing<Request> {
  ahead: Request | undefined = undefined;
  behind: Request | undefined = undefined;
  /** The process that asked, if it was a process; the one that is interrupted by preemption. */
  readonly owner: Process<unknown> | undefined;
  /** When the unit was given, in seconds of simulated time; NaN until then. */
  since: Seconds = Number.NaN;
  private phase: (typeof Phase)[keyof typeof Phase] = Phase.Waiting;

  /** For `Resource.request`. */
  constructor(
    world: Processes,
    private readonly resource: Resource,
    readonly priority: number,
  ) {
    super(world.agenda);
    this.owner = world.active;
  }

  /** Whether the unit is held now. */
  get held(): boolean {
    return this.phase === Phase.Held;
  }

  /** Gives the unit back. Throws if it is not held: never given, given back before, or taken away. */
  release(): void {
    if (!this.held) throw new Error(`${this} cannot be released: it ${this.phase}`);
    this.phase = Phase.Ended;
    this.resource.takeBack(this);
  }

  /**
   * Ends the claim whatever its state: gives the unit back, or leaves the line, or does nothing if
   * it is over. For `finally`. Throws if another process still waits for it.
   */
  leave(): void {
    if (this.held) this.release();
    else if (this.phase === Phase.Waiting) this.withdraw();
  }

  override toString(): string {
    return `request of ${this.owner ?? "no process"}`;
  }

  /** For the resource. */
  grant(): void {
    this.phase = Phase.Held;
    this.since = this.agenda.sim.now;
    this.settle(false, undefined);
  }

  /** For the resource. */
  lose(): void {
    this.phase = Phase.Lost;
  }

  protected override abandoned(): void {
    if (this.phase === Phase.Waiting) this.withdraw();
  }

  private withdraw(): void {
    this.withdrawn();
    this.phase = Phase.Ended;
    this.resource.dismiss(this);
  }
}
