/** What services have beside workers and cores: the fields for caches and pools, the section `queues`, and the steps that use these. */
import { z } from "zod";
import { constant } from "../../kernel/distributions.js";
import type { AsynchronousStep, CacheSpec, PoolSpec, QueueSpec } from "../../model/shares/asynchronous.js";
import type { Step } from "../../model/spec.js";
import { flag, oneOf, seconds, show } from "../../policy/fields.js";
import { checked, duration, law, name, orUnlimited, share, target, wholeFrom } from "../fields.js";

const cache = checked(
  z.strictObject({
    hitRate: share().optional().meta({ description: "Each look finds with this chance, and nothing is kept." }),
    capacity: wholeFrom(1)
      .optional()
      .meta({ description: "So many entries, by the keys of requests; the one used longest ago goes first." }),
    timeToLive: law.optional().meta({
      description: "An entry is good for so long, by a law for those that shall not end together. Default: always.",
    }),
    per: oneOf("pod", "service").optional().meta({
      description: "Each pod has its own, empty when its container starts, or one is there for all. Default: pod.",
    }),
    restartsAt: z
      .array(seconds(), { error: (issue) => `expected a list of times, got ${show(issue.input)}` })
      .optional()
      .meta({
        description: "When the one that is there for all is emptied, counted from the run's beginning. Default: never.",
      }),
    singleFlight: flag().optional().meta({
      description: "Of those that miss one key at a time one fetches it, and the others wait. Default: all fetch.",
    }),
    latency: law.prefault("0s").meta({ description: "What a look costs, found or not." }),
  }),
  ({ hitRate, capacity, latency: _, ...others }, say) => {
    if ((hitRate === undefined) === (capacity === undefined))
      say([], `expected either hitRate or capacity, got ${hitRate === undefined ? "neither" : "both"}`);
    for (const [field, given] of Object.entries(others))
      if (capacity === undefined && hitRate !== undefined && given !== undefined)
        say([field], "expected it only beside a capacity, got one beside a hitRate");
    if (others.restartsAt !== undefined && others.per !== "service")
      say(["restartsAt"], "expected it only where per is service: a pod's own cache starts again with the pod");
  },
).meta({ id: "Cache", description: "A cache, which steps look into." });
type Cache = z.output<typeof cache>;

const pool = z
  .strictObject({
    connections: wholeFrom(1).meta({ description: "Connections that each pod has." }),
    queue: orUnlimited(wholeFrom(0))
      .prefault("unlimited")
      .meta({ description: "Calls that may wait for one in a pod; more are refused." }),
    patience: law.optional().meta({ description: "A call that has waited so long gives up. Default: it never does." }),
  })
  .meta({ description: "Connections of a pod, which steps hold." });

/** Of a service, and of a service under a policy. */
export const cachesField = z
  .record(name(), cache)
  .optional()
  .meta({ description: "What its pods keep of what they have fetched, by name. Default: nothing." });

export const shareFields = {
  caches: cachesField,
  pools: z
    .record(name(), pool)
    .optional()
    .meta({ description: "Pools of connections that its pods have, by name. Default: none." }),
};

export const queue = checked(
  z.strictObject({
    consumer: target().meta({ description: "The endpoint that takes its messages; a good answer acknowledges." }),
    prefetch: wholeFrom(1)
      .prefault(10)
      .meta({ description: "Messages that a pod has at once and has not acknowledged." }),
    visibility: duration()
      .optional()
      .meta({ description: "A message not acknowledged by then is given out again. Default: when its call fails." }),
    deliveries: orUnlimited(wholeFrom(1))
      .prefault(20)
      .meta({ description: "A message that has been given out so often in vain is dead." }),
    backOff: law
      .prefault("0s")
      .meta({ description: "From a failure until the message is in line again, as the last." }),
  }),
  ({ deliveries, backOff }, say) => {
    if (deliveries === Infinity && backOff.shape === "constant" && backOff.value === 0)
      say(["deliveries"], "expected a number where backOff is 0s, got unlimited");
  },
).meta({ description: "Messages between services: left by a step, taken by pods." });
export type QueueFields = z.output<typeof queue>;

/** Steps by their keys, given what steps are. */
export const asynchronousSteps = (steps: z.ZodType<readonly Step[]>) => ({
  cache: z
    .strictObject({
      in: name().meta({ description: "The cache of its service." }),
      miss: steps.meta({ description: "What fetches it when it is not there; it is kept then." }),
    })
    .transform((look): AsynchronousStep => ({ kind: "cache", cache: look.in, miss: look.miss }))
    .meta({ description: "Looks into a cache for what the request is about." }),
  hold: z
    .strictObject({
      pool: name().meta({ description: "The pool of its service." }),
      steps: steps.meta({ description: "What is done with the connection." }),
    })
    .transform((held): AsynchronousStep => ({ kind: "hold", ...held }))
    .meta({ description: "The steps with a connection of a pool, which is waited for." }),
  publish: z
    .union(
      [
        name().transform((to) => ({ to, time: constant(0) })),
        z.strictObject({
          to: name().meta({ description: "The queue." }),
          time: law.prefault("0s").meta({ description: "What it takes to leave the message there." }),
        }),
      ],
      { error: (issue) => `expected a queue's name or a map with to and time, got ${show(issue.input)}` },
    )
    .transform(({ to, time }): AsynchronousStep => ({ kind: "publish", queue: to, time }))
    .meta({ description: "Leaves a message in a queue and goes on." }),
});

export const cachesOf = (caches: Readonly<Record<string, Cache>> = {}): readonly CacheSpec[] =>
  Object.entries(caches).map(([name, { hitRate, capacity, latency, ...others }]) => {
    if (capacity === undefined) return { name, latency, content: { kind: "chance", hitRate: hitRate! } };
    const { timeToLive, per = "pod", restartsAt = [], singleFlight = false } = others;
    return { name, latency, content: { kind: "keys", capacity, timeToLive, per, restartsAt, singleFlight } };
  });

export const poolsOf = (pools: Readonly<Record<string, z.output<typeof pool>>> = {}): readonly PoolSpec[] =>
  Object.entries(pools).map(([name, { connections, queue, patience }]) => ({ name, connections, queue, patience }));

export const queueSpec = (name: string, { visibility = Infinity, ...rest }: QueueFields): QueueSpec => ({
  name,
  visibility,
  ...rest,
});
