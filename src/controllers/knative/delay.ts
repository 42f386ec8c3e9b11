/** The highest value of the last so many seconds: what a scale-down delay holds on to. */
import type { Seconds } from "../../units.js";

/** Seconds that share a slot; of two values in one slot the higher counts. */
const SLOT: Seconds = 2;

export class DelayWindow {
  private readonly slots: number;
  /** Values that may still become the highest: falling, the oldest first. */
  private readonly maxima: { readonly slot: number; readonly value: number }[] = [];

  constructor(delay: Seconds) {
    this.slots = Math.ceil(delay / SLOT);
  }

  record(now: Seconds, value: number): void {
    const slot = Math.floor(Math.floor(now) / SLOT);
    while (this.maxima.length > 0 && this.maxima[this.maxima.length - 1].value <= value) this.maxima.pop();
    while (this.maxima.length > 0 && slot - this.maxima[0].slot >= this.slots) this.maxima.shift();
    if (this.maxima[this.maxima.length - 1]?.slot !== slot) this.maxima.push({ slot, value });
  }

  get highest(): number {
    return this.maxima[0].value;
  }
}
