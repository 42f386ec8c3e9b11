/**
 * Which of the simulated signals a metric is. The names that `export` writes are read back exactly; of all others the name
 * or the query is taken at its word, which is a guess and is said so.
 */
import { ASSUMED } from "./written.js";

export const SIGNALS = ["rate", "concurrency", "queue", "backlog", "backlogAge"] as const;
export type Signal = (typeof SIGNALS)[number];

/** What `export` calls the signals: in a metric's name as recording rules are called, and in PromQL. */
export const METRIC_NAMES: Readonly<Record<Signal, string>> = {
  rate: "requests_rate",
  concurrency: "requests_in_flight_avg",
  queue: "requests_queued_avg",
  backlog: "messages_unacknowledged_avg",
  backlogAge: "messages_oldest_seconds_avg",
};
export const QUERIES: Readonly<Record<Signal, (service: string, window: string) => string>> = {
  rate: (service, window) => `sum(rate(requests_total{service="${service}"}[${window}]))`,
  concurrency: (service, window) => `sum(avg_over_time(requests_in_flight{service="${service}"}[${window}]))`,
  queue: (service, window) => `sum(avg_over_time(requests_queued{service="${service}"}[${window}]))`,
  backlog: (service, window) => `sum(avg_over_time(messages_unacknowledged{service="${service}"}[${window}]))`,
  backlogAge: (service, window) => `max(avg_over_time(messages_oldest_seconds{service="${service}"}[${window}]))`,
};

export interface Guess {
  readonly signal: Signal;
  /** "30s", where the text says over which time the mean is taken. */
  readonly window: string | undefined;
  /** It is one of our own names. */
  readonly sure: boolean;
}

/** In this order: a queue's rate of messages is a rate, and most that speaks of queues is their length. */
const WORDS: readonly (readonly [Signal, RegExp])[] = [
  ["rate", /\b(?:rate|irate|increase)\s*\(|per[_ -]?(?:sec|min)|rate|(?:^|[^a-z])[rtq]ps(?:[^a-z]|$)|throughput/i],
  ["queue", /queue|backlog|lag(?:[^a-z]|$)|pending|waiting|undelivered|depth|messages/i],
  ["concurrency", /concurren|in[_-]?flight|active|session|connection|busy/i],
  ["rate", /requests|hits|calls/i],
];
/** Times and shares are no amounts of work. */
const NEITHER = /latency|duration|percentile|quantile|utili[sz]ation|cpu|memory|ratio|error/i;

export function signalOf(text: string): Guess | undefined {
  const own = SIGNALS.find((signal) => text.startsWith(METRIC_NAMES[signal]));
  const window = /\[(\d+(?:ms|s|m|h))\]/.exec(text)?.[1] ?? /[a-z](\d+(?:ms|s|m|h))$/.exec(text)?.[1];
  if (own !== undefined && window !== undefined && text === METRIC_NAMES[own] + window)
    return { signal: own, window, sure: true };
  const service = /service="([^"]*)"/.exec(text)?.[1] ?? "";
  const asked = SIGNALS.find((signal) => window !== undefined && text === QUERIES[signal](service, window));
  if (asked !== undefined) return { signal: asked, window, sure: true };
  if (NEITHER.test(text)) return undefined;
  const found = WORDS.find(([, words]) => words.test(text));
  return found === undefined ? undefined : { signal: found[0], window, sure: false };
}

/** What to say of a guess. */
export const guessed = (metric: string, signal: Signal, of = "this service"): string =>
  `${ASSUMED}: ${metric} is the ${signal} of ${of}`;

/** What to say of a metric that is none of the signals, with what to write. */
export const unmapped = (metric: string, example: string): string =>
  `${metric} is not simulated; if one of ${SIGNALS.join(", ")} stands for it: ${example}`;
