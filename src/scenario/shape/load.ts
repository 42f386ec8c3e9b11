/** The section `load`: who calls the services, when, and what for. */
import { z } from "zod";
import { oneOf, rate, seconds, show, whole } from "../../policy/fields.js";
import type { BatchSpec } from "../../workload/arrivals.js";
import type { GapLaw } from "../../workload/gaps.js";
import type { MmppSpec } from "../../workload/mmpp.js";
import type { Profile } from "../../workload/profile.js";
import {
  above0,
  checked,
  duration,
  fromOne,
  isTarget,
  law,
  notNegative,
  oneKeyOf,
  readTarget,
  share,
  type TargetName,
  target,
  wholeFrom,
  words,
} from "../fields.js";
import { headers } from "./headers.js";

const kind = <const K extends Profile["kind"]>(name: K) => ({ kind: name });
const start = seconds()
  .prefault("0s")
  .meta({ description: "When it begins; times count from the run's beginning, warm-up included." });

const someProfiles: z.ZodType<readonly Profile[]> = z.lazy(() =>
  z.array(profile).min(1, { error: "expected at least one profile, got none" }),
);

/** Calls per second over time: a rate alone is steady. */
export const profile: z.ZodType<Profile> = z
  .union(
    [
      rate().transform((steady): Profile => ({ ...kind("constant"), rate: steady })),
      oneKeyOf({
        ramp: checked(z.strictObject({ from: rate(), to: rate(), start, end: seconds() }), (v, say) => {
          if (v.end < v.start) say(["end"], `expected a time not before the start (${v.start} s), got ${v.end} s`);
        })
          .transform((v): Profile => ({ ...kind("ramp"), ...v }))
          .meta({ description: "From one rate to another in a straight line." }),
        steps: checked(
          z
            .array(z.strictObject({ at: seconds(), rate: rate() }))
            .min(1, { error: "expected at least one step, got none" }),
          (steps, say) => {
            if (steps[0].at > 0) say([0, "at"], `expected 0s for the rate from the beginning, got ${steps[0].at} s`);
            steps.forEach(({ at }, i) => {
              if (i > 0 && at <= steps[i - 1].at)
                say([i, "at"], `expected a time after the step before (${steps[i - 1].at} s), got ${at} s`);
            });
          },
        )
          .transform(
            (steps): Profile => ({ ...kind("steps"), at: steps.map((step) => ({ time: step.at, rate: step.rate })) }),
          )
          .meta({ description: "Each rate from its time on." }),
        wave: checked(
          z.strictObject({ mean: rate(), amplitude: rate(), period: duration(), phase: seconds().prefault("0s") }),
          (v, say) => {
            if (v.amplitude > v.mean)
              say(
                ["amplitude"],
                `expected at most the mean (${v.mean}/s), for a rate is never negative, got ${v.amplitude}/s`,
              );
          },
        )
          .transform((v): Profile => ({ ...kind("wave"), ...v }))
          .meta({ description: "A sine around its mean, which it rises through at the phase." }),
        burst: checked(
          z.strictObject({ base: rate(), peak: rate(), start, duration: duration(), every: duration().optional() }),
          (v, say) => {
            if (v.every !== undefined && v.every < v.duration)
              say(["every"], `expected at least the duration (${v.duration} s), got ${v.every} s`);
          },
        )
          .transform(
            ({ every, ...v }): Profile => ({ ...kind("burst"), ...v, ...(every === undefined ? {} : { every }) }),
          )
          .meta({ description: "The peak for a while, once or again and again; the base otherwise." }),
        flashCrowd: z
          .strictObject({ base: rate(), peak: rate(), start, rise: seconds(), hold: seconds(), decay: seconds() })
          .transform((v): Profile => ({ ...kind("flashCrowd"), ...v }))
          .meta({
            description:
              "A rise to the peak, a hold, and an exponential return to the base (decay: its time constant).",
          }),
        product: someProfiles
          .transform((of): Profile => ({ ...kind("product"), of }))
          .meta({ description: "Profiles multiplied; all but the first are factors without a unit." }),
        sum: someProfiles.transform((of): Profile => ({ ...kind("sum"), of })).meta({ description: "Profiles added." }),
      }),
    ],
    { error: (issue) => `expected a rate like "200/s" or a profile like {ramp: …}, got ${show(issue.input)}` },
  )
  .meta({
    id: "Profile",
    description: "Calls per second: a rate, or a profile of rates over time.",
    examples: ["200/s"],
  }) as unknown as z.ZodType<Profile>;

type Comings = { readonly kind: "renewal"; readonly gaps: GapLaw } | MmppSpec;

const gaps = (given: GapLaw): Comings => ({ kind: "renewal", gaps: given });
const varied = (law: "lognormal" | "gamma") =>
  z
    .strictObject({ cv: above0().meta({ description: "Standard deviation over mean of the gaps." }) })
    .transform(({ cv }) => gaps({ law, cv }));

const arrivals = z
  .union(
    [
      oneOf("poisson", "deterministic").transform((word) => gaps({ law: word })),
      oneKeyOf({
        lognormal: varied("lognormal"),
        gamma: varied("gamma"),
        hyperexponential: z
          .strictObject({ cv: fromOne() })
          .transform(({ cv }) => gaps({ law: "hyperexponential", cv })),
        erlang: z.strictObject({ k: wholeFrom(1) }).transform(({ k }) => gaps({ law: "erlang", k })),
        mmpp: z
          .array(
            z.strictObject({ rate: rate(), sojourn: duration().meta({ description: "Mean time in this state." }) }),
          )
          .min(2, { error: "expected at least two states, got fewer" })
          .transform((states): Comings => ({ kind: "mmpp", states }))
          .meta({ description: "Poisson arrivals whose rate changes between states at random (instead of `rate`)." }),
      }),
    ],
    {
      error: (issue) =>
        `expected poisson, deterministic or a law of gaps like {gamma: {cv: 2}}, got ${show(issue.input)}`,
    },
  )
  .prefault("poisson")
  .meta({ description: "How calls come at this rate: the law of the gaps between them." });

const mix = checked(
  z.record(
    z.string().regex(isTarget, {
      error: (issue) => `expected a service and its endpoint like "frontend/home", got ${show(issue.input)}`,
    }),
    share(),
  ),
  (given, say) => {
    const sum = Object.values(given).reduce((total, part) => total + part, 0);
    if (Math.abs(sum - 1) > 0.001 + 1e-9)
      say([], `expected shares of 100% together, got ${Number((100 * sum).toPrecision(6))}%`);
  },
).transform((given) => {
  const sum = Object.values(given).reduce((total, part) => total + part, 0);
  return Object.entries(given).map(([text, part]) => ({ ...readTarget(text), share: part / sum }));
});

const goal = {
  to: target().optional().meta({ description: "The one endpoint that is called (instead of a mix)." }),
  keys: z
    .strictObject({
      count: wholeFrom(1).meta({ description: "How many there are." }),
      zipf: notNegative()
        .prefault(0)
        .meta({ description: "The i-th is asked for as often as 1/i^zipf beside the others; 0: all alike." }),
    })
    .optional()
    .meta({
      description:
        "What requests are about (users, products): balancers that hash send one key to one pod. Default: none.",
    }),
  headers: headers.optional(),
  mix: mix.optional().meta({ description: "Endpoints and the share of calls that each gets; 100% together." }),
};

type Mix = readonly (TargetName & { readonly share: number })[];
const withMix = <T extends z.ZodType<{ to?: TargetName | undefined; mix?: Mix | undefined }>>(schema: T) =>
  schema.transform((given, context): Omit<z.output<T>, "to" | "mix"> & { readonly mix: Mix } => {
    // Without this zod takes a load with an unknown key for the only one that fits, whatever else it lacks.
    for (const issue of context.issues as { continue?: boolean }[]) issue.continue = false;
    const { to, mix: several, ...rest } = given;
    if (context.issues.length === 0 && (to === undefined) === (several === undefined))
      context.addIssue({
        code: "custom",
        message: `expected either to or mix, got ${to === undefined ? "neither" : "both"}`,
      });
    return { ...rest, mix: several ?? (to === undefined ? [] : [{ ...to, share: 1 }]) };
  });

const batch = z
  .union(
    [
      wholeFrom(1).transform((size): BatchSpec => ({ kind: "constant", size })),
      oneKeyOf({ geometric: fromOne().transform((mean): BatchSpec => ({ kind: "geometric", mean })) }),
    ],
    { error: (issue) => `expected a number of calls or {geometric: mean}, got ${show(issue.input)}` },
  )
  .prefault(1)
  .meta({ description: "Calls that come together each time; the rate is that of the batches." });

const open = withMix(
  checked(
    z.strictObject({
      rate: profile.optional().meta({ description: "Calls per second: a rate, or a profile of rates over time." }),
      arrivals,
      batch,
      ...goal,
    }),
    ({ rate: given, arrivals: how }, say) => {
      if (how.kind === "mmpp" && given !== undefined)
        say(["rate"], "expected no rate beside mmpp, whose states have their own, got one");
      if (how.kind === "renewal" && given === undefined) say(["rate"], 'expected a rate like "200/s", got nothing');
    },
  ),
).meta({ description: "Calls that come from outside at a rate, whatever the system does." });

const closed = withMix(
  z.strictObject({
    users: whole(1).meta({ description: "How many people there are." }),
    think: law.meta({ description: "From an answer to the same user's next call." }),
    ...goal,
  }),
).meta({ description: "People who call, wait for the answer, think, and call again." });

const trace = z.strictObject({
  file: words("the path of a trace").meta({ description: "The recording, relative to the scenario." }),
  format: oneOf("timestamps", "clf", "counts").meta({
    description:
      "timestamps: CSV, a request a row; clf: a log in the Common Log Format; counts: CSV, requests per interval.",
  }),
  column: words("a column's name")
    .optional()
    .meta({ description: "The column of the timestamps (default: timestamp) or of the counts (default: the second)." }),
  unit: oneOf("s", "ms", "us", "ns")
    .optional()
    .meta({ description: "The unit of times that are plain numbers. Default: s." }),
  interval: duration()
    .optional()
    .meta({ description: "What one count stands for. Default: the distance of the first two." }),
  spread: oneOf("even", "poisson").optional().meta({
    description: "Where in its interval each counted request falls: at equal distances, or anywhere. Default: even.",
  }),
  from: seconds()
    .prefault("0s")
    .meta({ description: "Replay from this time of the trace on, counted from its first time." }),
  until: duration().optional().meta({ description: "Replay only until this time of the trace. Default: to its end." }),
  speed: above0().prefault(1).meta({ description: "So many times faster." }),
  scale: above0().prefault(1).meta({ description: "So many requests for one, in the same time." }),
});
export type Trace = z.output<typeof trace>;

/** Fields that say nothing in a format, with the format. */
const IDLE: Readonly<Record<Trace["format"], readonly (keyof Trace)[]>> = {
  timestamps: ["interval", "spread"],
  clf: ["column", "unit", "interval"],
  counts: [],
};

const replay = withMix(
  z.strictObject({
    trace: checked(trace, (given, say) => {
      const { from, until } = given;
      if (until !== undefined && until <= from)
        say(["until"], `expected a time after from (${from} s), got ${until} s`);
      for (const field of IDLE[given.format])
        if (given[field] !== undefined) say([field], `expected no ${field} for the format ${given.format}, got one`);
    }).meta({ description: "A recording of calls, played again." }),
    ...goal,
  }),
).meta({ description: "The calls of a recording." });

/** Open, closed, or replayed: told apart by rate, users or trace. */
export const load = z.union([closed, replay, open], {
  error: (issue) => `expected a load with rate, users or trace, got ${show(issue.input)}`,
});
export type Load = z.output<typeof load>;
