import type { Seconds } from "../units.js";
export interface Arrivals {
  next(): Seconds;
}
