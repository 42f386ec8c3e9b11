/** Calls of some services as their callers know them: tries are the callers' business, and copies count as calls. */
import { LatencyHistogram } from "../../measure/histogram.js";
import type { Seconds } from "../../units.js";
import { type CallId, MIRRORED, type ServiceId, type State } from "../state.js";
import { CallState, Parent } from "./call-state.js";
import { Failure } from "./failure.js";

export class Watched {
  well = 0;
  failed = 0;
  readonly latency = new LatencyHistogram();

  restart(): void {
    this.well = this.failed = 0;
    this.latency.restart();
  }
}

export class Watch {
  private readonly services: (Watched | undefined)[];

  constructor(private readonly state: State) {
    this.services = state.services.map(() => undefined);
  }

  of(service: ServiceId): Watched {
    const watched = this.services[service] ?? new Watched();
    this.services[service] = watched;
    return watched;
  }

  /** A call is over: its caller has his answer, or has waited long enough. */
  concluded(call: CallId, latency: Seconds, failure: number): void {
    const { calls } = this.state;
    const watched = this.services[calls.service[call]];
    if (watched === undefined || calls.state[call] === CallState.Routed) return;
    // A try that was given up has been counted with its call.
    if (calls.parent[call] === Parent.Orphan && calls.user[call] !== MIRRORED) return;
    if (failure !== Failure.None) {
      watched.failed++;
      return;
    }
    watched.well++;
    watched.latency.record(latency);
  }
}
