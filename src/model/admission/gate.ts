/** What one pod's proxy knows, and the pod itself, of what to refuse. */
import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { AdmissionSpec, LimiterSpec } from "./admission-spec.js";
import { AimdLimit } from "./aimd.js";
import { Codel } from "./codel.js";
import { CpuPressure } from "./cpu-pressure.js";
import { GradientLimit, type Recalculation } from "./gradient.js";
import { FixedLimit, type Limiter } from "./limiter.js";
import { SuccessRate } from "./success-rate.js";
import { TokenBucket } from "./token-bucket.js";
import { VegasLimit } from "./vegas.js";

export class Gate {
  readonly buckets: readonly TokenBucket[];
  readonly successRate: SuccessRate | undefined;
  readonly codel: Codel | undefined;
  readonly pressure: CpuPressure | undefined;
  readonly limiter: Limiter | undefined;
  /** Calls that were admitted and have no answer yet. */
  inFlight = 0;
  /** CPU seconds that the pod had used at the latest sample. */
  used: Seconds = 0;

  constructor(
    spec: AdmissionSpec,
    /** The pod's number among all that its service ever had: rows are used again. */
    readonly serial: number,
    streamOf: () => RandomStream,
    now: Seconds,
    told: (found: Recalculation) => void,
  ) {
    const { shedding, concurrency, successRate } = spec;
    this.buckets = spec.rateLimit.map(
      ({ tokens, perFill, interval }) => new TokenBucket(tokens, perFill / interval, now),
    );
    if (successRate?.at === "pod") this.successRate = new SuccessRate(successRate);
    const { queueTime, cpu } = shedding ?? {};
    if (queueTime !== undefined) this.codel = new Codel(queueTime.target, queueTime.interval, now);
    if (cpu !== undefined) this.pressure = new CpuPressure(cpu);
    if (concurrency !== undefined) this.limiter = limiterOf(concurrency, streamOf, now, told);
  }
}

function limiterOf(
  spec: LimiterSpec,
  streamOf: () => RandomStream,
  now: Seconds,
  told: (found: Recalculation) => void,
): Limiter {
  switch (spec.kind) {
    case "fixed":
      return new FixedLimit(spec.limit);
    case "gradient":
      return new GradientLimit(spec, streamOf(), now, told);
    case "aimd":
      return new AimdLimit(spec);
    case "vegas":
      return new VegasLimit(spec, streamOf());
  }
}
