/** A backend's workers and its line: first come, first served, and one who finds the line full is refused. */

/** Time in milliseconds, and a way to be told of a moment of it. */
export interface Clock {
  now(): number;
  at(time: number, wake: () => void): void;
}

interface Job {
  readonly work: number;
  readonly done: () => void;
}

export class Station {
  private busy = 0;
  private readonly waiting: Job[] = [];

  constructor(
    private readonly workers: number,
    private readonly line: number,
    private readonly clock: Clock,
  ) {}

  /** Takes on a piece of work of so many milliseconds, or says that it does not. */
  take(work: number, done: () => void): boolean {
    if (this.busy < this.workers) this.begin({ work, done }, this.clock.now());
    else if (this.waiting.length < this.line) this.waiting.push({ work, done });
    else return false;
    return true;
  }

  /** A worker sleeps. What it takes on next begins when this should have ended: lateness of timers must not add up. */
  private begin({ work, done }: Job, from: number): void {
    const until = from + work;
    this.busy++;
    this.clock.at(until, () => {
      this.busy--;
      const next = this.waiting.shift();
      if (next !== undefined) this.begin(next, until);
      done();
    });
  }
}
