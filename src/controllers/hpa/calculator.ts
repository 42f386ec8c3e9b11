/** The replica calculator: what one metric asks for, before any restraint. */
import { MAX_INT32, MAX_INT64, quotient, timesOver, toInt32, toInt64 } from "./integers.js";
import { countReady, groupPods, type PodMetrics, requestsOf, Uncomputable } from "./pods.js";
import { externalMetric, objectMetric, podsMetrics, resourceMetrics } from "./readings.js";
import type { HpaFlags, PodState, Readings } from "./types.js";

/** How far a ratio may lie from 1 on either side before anything is done. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

export interface Context {
  readonly pods: readonly PodState[];
  readonly readings: Readings;
  readonly flags: HpaFlags;
  readonly tolerances: Tolerances;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly namespace: string;
  readonly now: number;
}

export interface Proposal {
  readonly replicas: number;
  /** What the status reports: the average, or the value where the target is one. */
  readonly usage: number;
  readonly utilization?: number;
  /** For whoever asks why. */
  readonly seen: Readonly<Record<string, number>>;
}

/** Usage against the target: the ratio, and what is reported of it. */
interface Measured {
  readonly ratio: number;
  readonly usage: number;
  readonly utilization?: number;
}

/** How a metric of pods is measured, and what a silent pod counts as when replicas would go down. */
interface Measure {
  readonly resource: string;
  readonly of: (metrics: PodMetrics) => Measured;
  readonly assumed: (pod: string) => number;
}

const blank = (value: number) => ({ value, at: NaN, window: NaN });

const within = (ratio: number, { down, up }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;

const sum = (metrics: PodMetrics): number => [...metrics.values()].reduce((total, { value }) => total + value, 0);

/** The first lines of every calculation upon pods: sort them, and drop samples that say nothing. */
function sorted(context: Context, metrics: PodMetrics, resource: string) {
  if (context.pods.length === 0) throw new Uncomputable("no pods returned by selector while calculating replica count");
  const groups = groupPods(context.pods, metrics, resource, context.flags, context.now);
  for (const pod of [...groups.ignored, ...groups.unready]) metrics.delete(pod);
  if (metrics.size === 0) {
    throw new Uncomputable("did not receive metrics for targeted pods (pods might be unready)");
  }
  return groups;
}

/** What pods ask for, those not heard of being taken to argue against any change. */
function fromPods(
  context: Context,
  metrics: PodMetrics,
  groups: ReturnType<typeof sorted>,
  measure: Measure,
): Proposal {
  const { tolerances, specReplicas } = context;
  const { ready, missing, unready } = groups;
  const { ratio, usage, utilization } = measure.of(metrics);
  const seen: Record<string, number> = { ratio, ready, missing: missing.length, unready: unready.length };
  seen.samplesAge = context.now - Math.min(...[...metrics.values()].map(({ at }) => at));
  const answer = (replicas: number): Proposal => ({
    replicas,
    usage,
    seen,
    ...(utilization === undefined ? {} : { utilization }),
  });
  const countUnready = unready.length > 0 && ratio > 1;
  if (!countUnready && missing.length === 0) {
    return answer(within(ratio, tolerances) ? specReplicas : toInt32(Math.ceil(ratio * ready)));
  }
  for (const pod of ratio === 1 ? [] : missing) {
    if (ratio < 1) metrics.set(pod, blank(measure.assumed(pod)));
    else if (ratio > 1) metrics.set(pod, blank(0));
  }
  for (const pod of countUnready ? unready : []) metrics.set(pod, blank(0));
  const cautious = measure.of(metrics).ratio;
  seen.cautiousRatio = cautious;
  const flipped = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
  if (within(cautious, tolerances) || flipped) return answer(specReplicas);
  const replicas = toInt32(Math.ceil(cautious * metrics.size));
  const backwards = (cautious < 1 && replicas > specReplicas) || (cautious > 1 && replicas < specReplicas);
  return answer(backwards ? specReplicas : replicas);
}

/** Per cent of the requests: of the sums, in whole per cent, cut off before anything is compared. */
function utilizationOf(metrics: PodMetrics, requests: ReadonlyMap<string, number>, target: number): Measured {
  const known = [...metrics].filter(([pod]) => requests.has(pod));
  const used = known.reduce((total, [, { value }]) => total + value, 0);
  const requested = known.reduce((total, [pod]) => total + requests.get(pod)!, 0);
  if (requested === 0) throw new Uncomputable("no metrics returned matched known pods");
  const utilization = timesOver(used, 100, requested) | 0;
  return { ratio: utilization / target, utilization, usage: quotient(used, known.length) };
}

/** A resource's samples, or why there are none. */
function resourceSamples(context: Context, resource: string, container: string | undefined): PodMetrics {
  return wrapped(`unable to get metrics for resource ${resource}`, () =>
    resourceMetrics(context.readings, resource, container),
  );
}

export function resourceUtilization(
  context: Context,
  target: number,
  resource: string,
  container: string | undefined,
): Proposal {
  const metrics = resourceSamples(context, resource, container);
  const groups = sorted(context, metrics, resource);
  const requests = requestsOf(context.pods, resource, container);
  return fromPods(context, metrics, groups, {
    resource,
    of: (samples) => utilizationOf(samples, requests, target),
    assumed: (pod) => timesOver(requests.get(pod)!, Math.max(100, target), 100),
  });
}

function plain(context: Context, metrics: PodMetrics, target: number, resource: string): Proposal {
  const groups = sorted(context, metrics, resource);
  return fromPods(context, metrics, groups, {
    resource,
    of: (samples) => {
      const usage = quotient(sum(samples), samples.size);
      return { usage, ratio: usage / target };
    },
    assumed: () => target,
  });
}

export const resourceAverage = (
  context: Context,
  target: number,
  resource: string,
  container: string | undefined,
): Proposal => plain(context, resourceSamples(context, resource, container), target, resource);

/** A custom metric has no rule for pods that have just started. */
export const podsAverage = (context: Context, target: number, metric: string): Proposal =>
  plain(
    context,
    wrapped(`unable to get metric ${metric}`, () => podsMetrics(context.readings, metric)),
    target,
    "",
  );

/** A metric of one thing against a target of the same thing: by the pods that are ready, not by those asked for. */
function byRatio(context: Context, usage: number, target: number): Proposal {
  const { specReplicas, tolerances, pods } = context;
  const ratio = usage / target;
  if (specReplicas === 0) return { replicas: toInt32(Math.ceil(ratio)), usage, seen: { ratio } };
  if (within(ratio, tolerances)) return { replicas: specReplicas, usage, seen: { ratio } };
  const ready = countReady(pods);
  const exact = ratio * ready;
  const replicas = exact > MAX_INT32 ? MAX_INT32 : toInt32(Math.ceil(exact));
  return { replicas, usage, seen: { ratio, ready } };
}

/** A total shared out: by the replicas that are there, not by those asked for. NaN is outside every tolerance. */
function byShare(context: Context, total: number, target: number, ceiling: number): Proposal {
  const { statusReplicas, tolerances } = context;
  const ratio = total / (target * statusReplicas);
  const wished = Math.ceil(total / target);
  const replicas = within(ratio, tolerances) ? statusReplicas : wished > ceiling ? ceiling : toInt32(wished);
  return { replicas, usage: toInt64(Math.ceil(total / statusReplicas)), seen: { ratio, total, statusReplicas } };
}

function objectValue(context: Context, metric: string, kind: string, object: string): number {
  try {
    return objectMetric(context.readings, metric);
  } catch (error) {
    const why = (error as Error).message;
    throw new Uncomputable(`unable to get metric ${metric}: ${kind} on ${context.namespace} ${object}/${why}`);
  }
}

export const objectTotal = (context: Context, target: number, metric: string, kind: string, object: string): Proposal =>
  byRatio(context, objectValue(context, metric, kind, object), target);

export const objectShare = (context: Context, target: number, metric: string, kind: string, object: string): Proposal =>
  byShare(context, objectValue(context, metric, kind, object), target, Infinity);

const externalValues = (context: Context, metric: string): readonly number[] =>
  wrapped(`unable to get external metric ${context.namespace}/${metric}/nil`, () =>
    externalMetric(context.readings, metric),
  );

export function externalTotal(context: Context, target: number, metric: string): Proposal {
  const total = externalValues(context, metric).reduce((sum, value) => Math.min(sum + value, MAX_INT64), 0);
  return byRatio(context, total, target);
}

/** A sum that is below nought on its way is taken for one that has overflowed. */
export function externalShare(context: Context, target: number, metric: string): Proposal {
  let total = 0;
  for (const value of externalValues(context, metric)) {
    total += value;
    if (total >= 0 && total < MAX_INT64) continue;
    total = MAX_INT64;
    break;
  }
  const proposal = byShare(context, total, target, MAX_INT32);
  return total >= MAX_INT64 ? { ...proposal, usage: MAX_INT64 } : proposal;
}

/** Does it, and puts the words before what went wrong. */
export function wrapped<T>(words: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Uncomputable) throw new Uncomputable(`${words}: ${error.message}`);
    throw error;
  }
}
