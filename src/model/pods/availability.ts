/** When pods are available: ready for as long as their workload asks. */
import type { Seconds } from "../../units.js";
import type { Owner } from "../service.js";
import type { State } from "../state.js";
import { members } from "./scale-in.js";

export class Availability {
  constructor(
    private readonly state: State,
    private readonly owner: Owner,
    private readonly minReady: Seconds,
  ) {}

  /** NaN for a pod that is not ready; one that was when the world began has been so for long. */
  since(pod: number): Seconds {
    const since = this.state.pods.readySince[pod];
    return since === 0 ? 0 : since + this.minReady;
  }

  of(pod: number): boolean {
    return this.since(pod) <= this.state.sim.now;
  }

  /** When the next of the ready pods will be; Infinity when all are. */
  next(): Seconds {
    const { sim } = this.state;
    const times = members(this.owner).map((pod) => this.since(pod));
    return Math.min(...times.filter((time) => time > sim.now));
  }
}
