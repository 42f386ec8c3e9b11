/** What a service refuses to protect itself, under the names and with the defaults of the software that does it so. */
import { z } from "zod";
import { type AdmissionSpec, type LimiterSpec, plainAdmission } from "../../model/admission/admission-spec.js";
import { fraction, oneOf, show } from "../../policy/fields.js";
import { checked, duration, fromOne, law, name, oneKeyOf, share, wholeFrom, words } from "../fields.js";

/** A schema's value, or a list of them. */
const oneOrMore = <T extends z.ZodType>(schema: T, example: string) =>
  z.union(
    [
      schema.transform((one): readonly z.output<T>[] => [one]),
      z.array(schema).min(1, `expected at least one, got none`),
    ],
    { error: (issue) => `expected ${example} or a list of such, got ${show(issue.input)}` },
  );

const meant = {
  endpoint: name().optional().meta({ description: "Calls of this endpoint alone. Default: of all." }),
  headers: z
    .record(words("a header"), words("a text"))
    .prefault({})
    .transform((given) => Object.fromEntries(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value])))
    .meta({ description: "Calls whose requests bring all of these. Default: of any." }),
};

const bucket = z
  .strictObject({
    ...meant,
    tokens: wholeFrom(1).meta({ description: "How many it holds at most, and at first: Envoy's max_tokens." }),
    perFill: wholeFrom(1).prefault(1).meta({ description: "So many come in an interval." }),
    interval: duration().prefault("1s").meta({ description: "In which they come, evenly: Envoy's fill_interval." }),
  })
  .transform(({ endpoint, ...rest }) => ({ endpoint, ...rest }))
  .meta({ id: "TokenBucket" });

const UNITS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;
const window = z
  .strictObject({
    ...meant,
    requests: wholeFrom(1).meta({ description: "Calls to all pods together." }),
    per: oneOf("second", "minute", "hour", "day").meta({
      description: "Of the clock, which reads 0 when the run begins.",
    }),
  })
  .transform(({ endpoint, headers, requests, per }) => ({
    endpoint,
    headers,
    requests,
    unit: UNITS[per as keyof typeof UNITS],
  }))
  .meta({ id: "RateLimitWindow" });

const globalRateLimit = z.strictObject({
  limits: oneOrMore(window, "a map like {requests: 100, per: second}").meta({
    description: "A call must be within each that is for it.",
  }),
  latency: law.prefault("0s").meta({ description: "From the question of a pod's proxy to the answer." }),
  timeout: duration().prefault("20ms").meta({ description: "How long the proxy waits for it." }),
  onTimeout: oneOf("admit", "refuse")
    .prefault("admit")
    .meta({ description: "What it does without an answer: Envoy's failure_mode_deny says refuse." }),
});

const shedding = z.strictObject({
  queueTime: checked(
    z.strictObject({
      target: duration()
        .prefault("5ms")
        .meta({ description: "When even the shortest wait of an interval is longer …" }),
      interval: duration()
        .prefault("100ms")
        .meta({ description: "… calls that have waited twice as long are shed in the next." }),
    }),
    ({ target, interval }, say) => {
      if (interval <= target) say(["interval"], `expected more than the target (${target} s), got ${interval} s`);
    },
  )
    .optional()
    .meta({ description: "By how long calls have waited for a worker: folly's CoDel. Default: not." }),
  cpu: checked(
    z.strictObject({
      scaling: share().prefault("80%").meta({ description: "From this use of its CPU on a pod sheds some calls …" }),
      saturated: share().prefault("95%").meta({ description: "… and from this on all of them." }),
      interval: duration().prefault("1s").meta({ description: "Between two samples of the use." }),
      weight: share().prefault("5%").meta({ description: "What the newest counts in the average." }),
    }),
    ({ scaling, saturated, weight }, say) => {
      if (saturated < scaling)
        say(["saturated"], `expected at least scaling (${scaling * 100}%), got ${saturated * 100}%`);
      if (weight === 0) say(["weight"], "expected a share above 0%, got 0%");
    },
  )
    .optional()
    .meta({ description: "By how busy the pod is: Envoy's overload manager. Default: not." }),
  spares: z
    .array(words("an endpoint"), { error: (issue) => `expected a list of endpoints, got ${show(issue.input)}` })
    .prefault([])
    .meta({ description: "Endpoints whose calls are never shed." }),
});

const gradient = checked(
  z.strictObject({
    percentile: share().prefault("50%").meta({ description: "Of the latencies in a window, by which it is judged." }),
    updateInterval: duration().prefault("100ms").meta({ description: "How long a window is." }),
    most: wholeFrom(1).prefault(1000).meta({ description: "The highest limit." }),
    minRtt: z
      .strictObject({
        interval: duration()
          .prefault("60s")
          .meta({ description: "Between two measurements of the latency without load." }),
        jitter: share().prefault("15%").meta({ description: "Up to so much is added to that at random." }),
        requests: wholeFrom(1).prefault(50).meta({ description: "How many calls one takes." }),
        concurrency: wholeFrom(1)
          .prefault(3)
          .meta({ description: "The limit meanwhile, and the lowest that there is at all." }),
        buffer: fraction().prefault("25%").meta({ description: "So much longer is not taken for queueing." }),
      })
      .prefault({})
      .meta({ description: "How the latency without load is measured." }),
  }),
  ({ most, minRtt }, say) => {
    if (most < minRtt.concurrency)
      say(["most"], `expected at least minRtt.concurrency (${minRtt.concurrency}), got ${most}`);
  },
);

const aimd = checked(
  z.strictObject({
    initial: wholeFrom(1).prefault(20).meta({ description: "The limit at first." }),
    least: wholeFrom(1).prefault(20).meta({ description: "The lowest limit." }),
    most: wholeFrom(1).prefault(200).meta({ description: "The highest limit." }),
    backOff: share()
      .prefault("90%")
      .meta({ description: "What is left of it when a call fails of overload, or is late." }),
    timeout: duration().prefault("5s").meta({ description: "Later answers are late." }),
  }),
  ({ initial, least, most, backOff }, say) => {
    if (most < least) say(["most"], `expected at least ${least}, the least, got ${most}`);
    else if (initial < least || initial > most) say(["initial"], `expected ${least} to ${most}, got ${initial}`);
    if (backOff < 0.5 || backOff >= 1)
      say(["backOff"], `expected 50% or more and less than 100%, got ${backOff * 100}%`);
  },
);

const vegas = checked(
  z.strictObject({
    initial: wholeFrom(1).prefault(20).meta({ description: "The limit at first." }),
    most: wholeFrom(1).prefault(1000).meta({ description: "The highest limit." }),
    smoothing: share().prefault("100%").meta({ description: "How much of a change is made at once." }),
    probes: wholeFrom(1)
      .prefault(30)
      .meta({ description: "The latency without load is taken anew after about so many times the limit of calls." }),
  }),
  ({ initial, most, smoothing }, say) => {
    if (initial > most) say(["initial"], `expected at most ${most}, the most, got ${initial}`);
    if (smoothing === 0) say(["smoothing"], "expected a share above 0%, got 0%");
  },
);

const concurrency = z.union(
  [
    wholeFrom(1).transform((limit): LimiterSpec => ({ kind: "fixed", limit })),
    oneKeyOf({
      gradient: gradient
        .transform((of): LimiterSpec => ({ kind: "gradient", ...of }))
        .meta({ description: "Envoy's adaptive concurrency: by how much longer calls take than without load." }),
      aimd: aimd
        .transform((of): LimiterSpec => ({ kind: "aimd", ...of }))
        .meta({
          description: "Netflix' AIMDLimit: one more as long as all is well, a part of it when calls fail or are late.",
        }),
      vegas: vegas
        .transform((of): LimiterSpec => ({ kind: "vegas", ...of }))
        .meta({ description: "Netflix' VegasLimit: so many that a few of them wait." }),
    }),
  ],
  { error: (issue) => `expected a number of calls, or a map with gradient, aimd or vegas, got ${show(issue.input)}` },
);

const successRate = checked(
  z.strictObject({
    at: oneOf("caller", "pod").prefault("caller").meta({
      description: "Whose proxy refuses: each caller's, which counts a call once with all its tries, or each pod's.",
    }),
    window: duration().prefault("30s").meta({ description: "The calls that count; in whole seconds." }),
    threshold: share().prefault("95%").meta({ description: "With so many good answers or more nothing is refused." }),
    aggression: fromOne().prefault(1).meta({ description: "Above 1 more is refused early." }),
    leastRate: wholeFrom(0).prefault(0).meta({ description: "With fewer calls a second nothing is refused." }),
    most: share().prefault("80%").meta({ description: "More than this is never refused." }),
  }),
  ({ window: time, threshold }, say) => {
    if (time < 1) say(["window"], `expected at least 1s, got ${time} s`);
    if (threshold < 0.01) say(["threshold"], `expected 1% or more, got ${Number((threshold * 100).toPrecision(6))}%`);
  },
);

const admissionMap = z.strictObject({
  rateLimit: oneOrMore(bucket, "a map like {tokens: 100, perFill: 10}")
    .optional()
    .meta({ description: "Tokens of each pod, one for every call: Envoy's local rate limit. Default: none." }),
  globalRateLimit: globalRateLimit
    .optional()
    .meta({ description: "A rate-limit service that all pods ask. Default: none." }),
  shedding: shedding.optional().meta({ description: "Shedding load. Default: none." }),
  concurrency: concurrency.optional().meta({
    description: "Calls under way in a pod, those that wait included; more are refused. Default: as many as come.",
  }),
  successRate: successRate
    .optional()
    .meta({ description: "The worse the answers, the more is refused: Envoy's admission control. Default: never." }),
});

/** What is refused fails as `shed`. */
export const admission = z
  .union(
    [
      z.literal("none").transform(() => plainAdmission),
      admissionMap.transform(
        ({ rateLimit = [], ...rest }) => ({ ...plainAdmission, rateLimit, ...rest }) as AdmissionSpec,
      ),
    ],
    {
      error: (issue) =>
        `expected none, or a map with rateLimit, globalRateLimit, shedding, concurrency and successRate, got ${show(issue.input)}`,
    },
  )
  .meta({ id: "Admission" });

export const admissionFields = {
  admission: admission
    .optional()
    .meta({ description: "What it refuses to protect itself; that costs no worker. Default: nothing." }),
};

/** Undefined: it refuses nothing. */
export const admissionOf = (given: AdmissionSpec | undefined): AdmissionSpec | undefined =>
  given === plainAdmission ? undefined : given;
