/** What a service refuses to protect itself, each part by the names of the software that does it so. Plain data. */
import type { Distribution } from "../../kernel/distributions.js";
import type { Fraction, Seconds } from "../../units.js";
import type { Headers } from "../routes/virtual-host.js";

export interface AdmissionSpec {
  /** Envoy's local rate limit: of each pod's proxy for itself. A call takes a token from every bucket that is for it. */
  readonly rateLimit: readonly BucketSpec[];
  /** One rate-limit service that all pods ask; undefined: none. */
  readonly globalRateLimit: GlobalRateLimitSpec | undefined;
  readonly shedding: SheddingSpec | undefined;
  readonly concurrency: LimiterSpec | undefined;
  readonly successRate: SuccessRateSpec | undefined;
}

/** The calls that a limit is for: those of this endpoint, and with all of these headers. */
export interface Meant {
  readonly endpoint: string | undefined;
  readonly headers: Headers;
}

/** `perFill` tokens come every `interval`, evenly spread over it. */
export interface BucketSpec extends Meant {
  readonly tokens: number;
  readonly perFill: number;
  readonly interval: Seconds;
}

export interface GlobalRateLimitSpec {
  readonly limits: readonly WindowSpec[];
  /** From the question to its answer. */
  readonly latency: Distribution;
  /** Without an answer by then the call goes by this. */
  readonly timeout: Seconds;
  readonly onTimeout: "admit" | "refuse";
}

/** So many in each second, minute, hour or day. */
export interface WindowSpec extends Meant {
  readonly requests: number;
  readonly unit: Seconds;
}

export interface SheddingSpec {
  /** By how long calls have waited for a worker: folly's CoDel. */
  readonly queueTime: { readonly target: Seconds; readonly interval: Seconds } | undefined;
  /** By how busy the pod is: Envoy's overload manager. */
  readonly cpu: CpuPressureSpec | undefined;
  /** Endpoints whose calls are never shed. */
  readonly spares: readonly string[];
}

export interface CpuPressureSpec {
  /** From this use of CPU on calls are shed, and from that one on all of them. */
  readonly scaling: Fraction;
  readonly saturated: Fraction;
  readonly interval: Seconds;
  /** What the newest sample counts in the average. */
  readonly weight: Fraction;
}

export type LimiterSpec =
  | { readonly kind: "fixed"; readonly limit: number }
  | ({ readonly kind: "gradient" } & GradientSpec)
  | ({ readonly kind: "aimd" } & AimdSpec)
  | ({ readonly kind: "vegas" } & VegasSpec);

/** Envoy's adaptive concurrency. */
export interface GradientSpec {
  /** Of the latencies in a window, by which it is judged. */
  readonly percentile: Fraction;
  readonly updateInterval: Seconds;
  readonly most: number;
  readonly minRtt: {
    readonly interval: Seconds;
    readonly jitter: Fraction;
    readonly requests: number;
    readonly concurrency: number;
    readonly buffer: Fraction;
  };
}

/** Netflix' AIMDLimit. */
export interface AimdSpec {
  readonly initial: number;
  readonly least: number;
  readonly most: number;
  readonly backOff: Fraction;
  /** Slower answers count as dropped. */
  readonly timeout: Seconds;
}

/** Netflix' VegasLimit. */
export interface VegasSpec {
  readonly initial: number;
  readonly most: number;
  readonly smoothing: Fraction;
  /** The time without load is measured anew after about so many times the limit of calls. */
  readonly probes: number;
}

/** Envoy's admission control. */
export interface SuccessRateSpec {
  /** Whose proxy refuses: the caller's, once for a call with all its tries, or the pod's. */
  readonly at: "caller" | "pod";
  readonly window: Seconds;
  readonly threshold: Fraction;
  readonly aggression: number;
  readonly leastRate: number;
  readonly most: Fraction;
}

/** Whether what it refuses depends on headers, so that calls must know those of their request. */
export const limitsByHeaders = ({ admission }: { readonly admission?: AdmissionSpec | undefined }): boolean =>
  [...(admission?.rateLimit ?? []), ...(admission?.globalRateLimit?.limits ?? [])].some(
    ({ headers }) => Object.keys(headers).length > 0,
  );

/** Refuses nothing. */
export const plainAdmission: AdmissionSpec = {
  rateLimit: [],
  globalRateLimit: undefined,
  shedding: undefined,
  concurrency: undefined,
  successRate: undefined,
};
