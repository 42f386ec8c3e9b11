import type { Seconds } from "../../units.js";

/** A counter of the rate-limit service: so many in each unit of time by its clock, whenever in it they come. */
export class FixedWindow {
  private window = -1;
  private count = 0;

  constructor(
    private readonly requests: number,
    private readonly unit: Seconds,
  ) {}

  /** Whether one more now would be more than the limit. */
  isFull(now: Seconds): boolean {
    const window = Math.floor(now / this.unit);
    if (window !== this.window) {
      this.window = window;
      this.count = 0;
    }
    return this.count >= this.requests;
  }

  hit(): void {
    this.count++;
  }
}
