/** Pods by what their samples are worth, and what they request. */
import type { HpaFlags, PodState } from "./types.js";

/** A metric's value of one pod. */
export interface PodMetric {
  readonly value: number;
  readonly at: number;
  readonly window: number;
}

export type PodMetrics = Map<string, PodMetric>;

export interface Groups {
  readonly ready: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

/** Something that keeps a metric from being computed, in upstream's words. */
export class Uncomputable extends Error {}

export function groupPods(
  pods: readonly PodState[],
  metrics: PodMetrics,
  resource: string,
  flags: HpaFlags,
  now: number,
): Groups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const metric = metrics.get(pod.name);
    if (pod.deleting === true || pod.phase === "Failed") ignored.push(pod.name);
    else if (pod.phase === "Pending") unready.push(pod.name);
    else if (metric === undefined) missing.push(pod.name);
    else if (resource === "cpu" && isUnready(pod, metric, flags, now)) unready.push(pod.name);
    else ready++;
  }
  return { ready, unready, missing, ignored };
}

/** CPU while starting is no sign of load, so a sample must be of a whole window in which the pod was ready. */
function isUnready(pod: PodState, metric: PodMetric, flags: HpaFlags, now: number): boolean {
  const { startedAt, ready, readyChangedAt } = pod;
  if (ready === undefined || startedAt === undefined) return true;
  const changed = readyChangedAt ?? -Infinity;
  if (startedAt + flags.cpuInitializationPeriod > now) return !ready || metric.at < changed + metric.window;
  return !ready && startedAt + flags.initialReadinessDelay > changed;
}

/** What each pod requests of a resource, in all or in one container. Throws where a request is missing. */
export function requestsOf(
  pods: readonly PodState[],
  resource: string,
  container: string | undefined,
): Map<string, number> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const whole = container === undefined && pod.requests !== undefined && Object.keys(pod.requests).length > 0;
    requests.set(pod.name, whole ? requestOfPod(pod, resource) : requestOfContainers(pod, resource, container));
  }
  return requests;
}

function requestOfPod(pod: PodState, resource: string): number {
  const own = pod.requests?.[resource];
  if (own !== undefined) return own;
  const given = pod.containers.flatMap(({ requests }) => requests[resource] ?? []);
  if (given.length === 0) throw new Uncomputable(`missing pod-level request for ${resource} in Pod ${pod.name}`);
  return given.reduce((sum, request) => sum + request, 0);
}

function requestOfContainers(pod: PodState, resource: string, container: string | undefined): number {
  let sum = 0;
  for (const { name, requests } of pod.containers) {
    if (container !== undefined && container !== name) continue;
    const request = requests[resource];
    if (request === undefined) {
      throw new Uncomputable(`missing request for ${resource} in container ${name} of Pod ${pod.name}`);
    }
    if (container === name) return request;
    sum += request;
  }
  if (container !== undefined) throw new Uncomputable(`container ${container} not found in Pod ${pod.name}`);
  return sum;
}

/** Pods that run and are ready, for metrics that are not measured by pod. */
export function countReady(pods: readonly PodState[]): number {
  if (pods.length === 0) {
    throw new Uncomputable(
      "unable to calculate ready pods: no pods returned by selector while calculating replica count",
    );
  }
  return pods.filter(({ phase, ready }) => phase === "Running" && ready === true).length;
}
