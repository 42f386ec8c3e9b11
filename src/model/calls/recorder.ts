/** What is measured of calls while they happen. It counts; it decides nothing. */
import { LatencyHistogram } from "../../measure/histogram.js";
import type { Seconds } from "../../units.js";
import type { Service } from "../service.js";
import type { ShareObserver } from "../shares/shares.js";
import type { State } from "../state.js";
import { Failure, failures } from "./failure.js";
import type { Watch } from "./watch.js";

/** Told of single calls as they happen, for who wants more than sums: tests, theory, probes. */
export interface Observer extends ShareObserver {
  /** A call of this service has got a worker (holds: call) or a piece of its work has (holds: work). */
  waited?(service: Service, seconds: Seconds): void;
  /** An answer has arrived. `request`: at whoever sent the request, not at another service. */
  answered?(endpoint: number, request: boolean, latency: Seconds, failure: number): void;
}

export class Recorder {
  /** Requests sent since time 0, and with an answer good or bad. */
  sent = 0;
  finished = 0;
  /** Since the measures began: sent, failed by cause. */
  measuredSent = 0;
  /** Requests sent to each endpoint since time 0. */
  readonly sentByEndpoint: Float64Array;
  readonly failed = new Float64Array(failures.length);
  /** Since the measures began: failed requests by endpoint. */
  readonly failedByEndpoint: Float64Array;
  /** Requests' latencies by endpoint since the measures began, but for the present step's. */
  readonly requests: readonly LatencyHistogram[];
  /** Those of the present step of the series. */
  readonly recent: readonly LatencyHistogram[];
  /** ∫ requests in flight dt since time 0, and the sum of all latencies: two sides of Little's law. */
  inFlightArea = 0;
  sojourn = 0;
  /** Told of calls that are over, where somebody decides by what callers hear. */
  watch: Watch | undefined;
  private changed: Seconds = 0;

  constructor(
    private readonly state: State,
    readonly observer: Observer | undefined,
  ) {
    const histograms = (): LatencyHistogram[] => state.endpoints.map(() => new LatencyHistogram());
    this.sentByEndpoint = new Float64Array(state.endpoints.length);
    this.failedByEndpoint = new Float64Array(state.endpoints.length);
    this.requests = histograms();
    this.recent = histograms();
  }

  /** Requests without an answer. */
  get inFlight(): number {
    return this.sent - this.finished;
  }

  send(endpoint: number): void {
    this.weigh();
    this.sentByEndpoint[endpoint]++;
    this.sent++;
    this.measuredSent++;
  }

  waited(service: Service, seconds: Seconds): void {
    service.queueing += seconds;
    this.observer?.waited?.(service, seconds);
  }

  answered(endpoint: number, request: boolean, latency: Seconds, failure: number): void {
    if (request) {
      this.weigh();
      this.finished++;
      this.sojourn += latency;
      if (failure === Failure.None) this.recent[endpoint].record(latency);
      else {
        this.failed[failure]++;
        this.failedByEndpoint[endpoint]++;
      }
    }
    if (this.observer !== undefined) this.observer.answered?.(endpoint, request, latency, failure);
  }

  /** Ends a step of the series: its latencies join the others. */
  closeStep(): void {
    this.recent.forEach((histogram, i) => {
      if (histogram.count === 0) return;
      this.requests[i].merge(histogram);
      histogram.restart();
    });
  }

  /** Ends the warm-up. */
  restart(): void {
    this.measuredSent = 0;
    this.failed.fill(0);
    this.failedByEndpoint.fill(0);
    for (const list of [this.requests, this.recent]) for (const histogram of list) histogram.restart();
  }

  /** Brings the integral of requests in flight up to now. */
  weigh(): void {
    const { now } = this.state.sim;
    this.inFlightArea += (this.sent - this.finished) * (now - this.changed);
    this.changed = now;
  }
}
