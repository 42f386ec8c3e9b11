/**
 * Kubernetes Horizontal Pod Autoscaler (autoscaling/v2, as of 1.36) on CPU utilisation, with no
 * `behavior` given: up at once, to at most twice the replicas (or 4) a sync; down to the highest
 * proposal of the last five minutes. A sync happens every `period`; upstream counts it from the end of
 * the sync before, which here takes no time.
 *
 * Not modelled: other metrics and several at once; `behavior`; scaling from zero (0 replicas pause it,
 * as upstream without its gate); failed pods. A pod's start is its container's, not the kubelet's first
 * word of it. Every pod is taken to request the service's present size. When a pod that was ready lost
 * its readiness is not in the view: the time when it gained it stands in.
 */
import type { Millicores, Seconds } from "../../units.js";
import type { PodView, ScaleAnswer, ServiceView } from "../contract.js";
import { defineScaler } from "../define.js";
import { fraction, interval, seconds, wholePercent } from "../fields.js";

/** Per ready pod its use; of the others only how many there are. */
interface Samples {
  readonly total: Millicores;
  readonly ready: number;
  readonly missing: number;
  readonly unready: number;
}

interface Patience {
  readonly cpuInitializationPeriod: Seconds;
  readonly initialReadinessDelay: Seconds;
}

/** What the replica calculator goes by, all whole numbers but the tolerance. */
interface Aim {
  readonly replicas: number;
  readonly request: Millicores;
  readonly targetPercent: number;
  readonly tolerance: number;
}

/** A number and, where it differs from the number given, the condition that changed it. */
interface Limited {
  readonly replicas: number;
  readonly reason: string | undefined;
}

/** Usage comes as whole nanocores and is read in millicores, which rounds up. */
const asMillicores = (use: Millicores): number => Math.ceil(Math.round(use * 1e6) / 1e6);

/** Whether the sample of a running pod is not to be trusted, since the pod has just started or never got ready. */
function isUnready(pod: PodView, now: Seconds, patience: Patience): boolean {
  const changed = Number.isNaN(pod.readySince) ? pod.startedAt : pod.readySince;
  if (now < pod.startedAt + patience.cpuInitializationPeriod) {
    return !pod.ready || pod.sampledAt < changed + pod.sampleWindow;
  }
  return !pod.ready && changed < pod.startedAt + patience.initialReadinessDelay;
}

function groupPods(view: ServiceView, patience: Patience): Samples {
  let total = 0;
  let ready = 0;
  let missing = 0;
  let unready = 0;
  for (const pod of view.pods) {
    if (pod.draining) continue;
    if (pod.pending) unready++;
    else if (Number.isNaN(pod.cpuMillicores)) missing++;
    else if (isUnready(pod, view.now, patience)) unready++;
    else {
      ready++;
      total += asMillicores(pod.cpuMillicores);
    }
  }
  return { total, ready, missing, unready };
}

/** Whole per cent of the requests, cut off: upstream divides integers, before it compares anything. */
const percentOf = (total: Millicores, pods: number, request: Millicores): number =>
  Math.trunc((100 * total) / (pods * request));

/** What the samples ask for, before any restraint. */
function proposedReplicas(aim: Aim, samples: Samples): number {
  const { replicas, request, targetPercent, tolerance } = aim;
  const { ready, missing, unready } = samples;
  const steady = (ratio: number) => 1 - tolerance <= ratio && ratio <= 1 + tolerance;

  const ratio = percentOf(samples.total, ready, request) / targetPercent;
  const unreadyCount = ratio > 1 ? unready : 0;
  if (missing === 0 && unreadyCount === 0) return steady(ratio) ? replicas : Math.ceil(ratio * ready);

  // Those not heard of are assumed to be on the side that argues against the change.
  const missingCount = ratio === 1 ? 0 : missing;
  const assumed = ratio < 1 ? Math.trunc((request * Math.max(100, targetPercent)) / 100) : 0;
  const counted = ready + missingCount + unreadyCount;
  const cautious = percentOf(samples.total + missingCount * assumed, counted, request) / targetPercent;
  const flipped = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1);
  if (steady(cautious) || flipped) return replicas;
  const proposal = Math.ceil(cautious * counted);
  const backwards = (cautious < 1 && proposal > replicas) || (cautious > 1 && proposal < replicas);
  return backwards ? replicas : proposal;
}

/** Remembers the proposals of the last `window` seconds, both ends included, and answers with the highest. */
function createStabilizer(window: Seconds) {
  const recommendations: { replicas: number; at: Seconds }[] = [];
  return {
    /** The size that is found at the first look counts as a proposal, so nothing shrinks in the first window. */
    begin(replicas: number, now: Seconds): void {
      if (recommendations.length === 0) recommendations.push({ replicas, at: now });
    },
    stabilize(proposal: number, now: Seconds): number {
      let highest = proposal;
      let outdated = -1;
      for (const [i, { replicas, at }] of recommendations.entries()) {
        if (at < now - window) outdated = i;
        else highest = Math.max(highest, replicas);
      }
      const latest = { replicas: proposal, at: now };
      if (outdated >= 0) recommendations[outdated] = latest;
      else recommendations.push(latest);
      return highest;
    },
  };
}

/** Within the bounds, and not above twice the replicas of this moment, or 4. */
function limit(desired: number, view: ServiceView): Limited {
  const step = Math.max(2 * view.replicas, 4);
  const most = Math.min(view.max, step);
  if (desired < view.min) return { replicas: view.min, reason: "TooFewReplicas" };
  if (desired > most) return { replicas: most, reason: step < view.max ? "ScaleUpLimit" : "TooManyReplicas" };
  return { replicas: desired, reason: undefined };
}

/** The cases that upstream settles before it reads a metric. */
function settledByBounds({ replicas, min, max }: ServiceView): ScaleAnswer | undefined {
  if (replicas === 0) return { replicas, rule: "ScalingDisabled" };
  if (replicas > max) return { replicas: max, rule: "Current number of replicas above Spec.MaxReplicas" };
  if (replicas < min) return { replicas: min, rule: "Current number of replicas below Spec.MinReplicas" };
  return undefined;
}

function direction(desired: number, replicas: number): string {
  if (desired > replicas) return "cpu resource utilization (percentage of request) above target";
  return desired < replicas ? "All metrics below target" : "DesiredWithinRange";
}

export const hpa = defineScaler({
  name: "hpa",
  summary: "Kubernetes Horizontal Pod Autoscaler v2 on CPU utilisation, with the default behaviour.",
  fields: {
    target: wholePercent().prefault("80%").describe("CPU use to aim for, as a share of the request."),
    tolerance: fraction().prefault("10%").describe("How far use may be off the target before anything is done."),
    period: interval().prefault("15s").describe("Time between two syncs."),
    stabilization: seconds().prefault("5m").describe("A scale-down goes no lower than any proposal this recent."),
    cpuInitializationPeriod: seconds()
      .prefault("5m")
      .describe("For so long after a pod's start its samples count only while it is ready."),
    initialReadinessDelay: seconds()
      .prefault("30s")
      .describe("A pod whose readiness last changed within so long of its start counts as never ready."),
  },
  create: ({ target, tolerance, period, stabilization, ...patience }) => {
    const targetPercent = Math.round(target * 100);
    const stabilizer = createStabilizer(stabilization);
    return {
      period,
      desiredReplicas(view) {
        stabilizer.begin(view.replicas, view.now);
        const settled = settledByBounds(view);
        if (settled) return settled;

        const samples = groupPods(view, patience);
        const request = Math.ceil(view.size.cpuMillicores);
        const { ready, missing, unready } = samples;
        if (ready === 0 || request === 0) {
          return { replicas: NaN, rule: "FailedGetResourceMetric", seen: { ready, missing, unready, request } };
        }
        const proposal = proposedReplicas({ replicas: view.replicas, request, targetPercent, tolerance }, samples);
        const stabilized = stabilizer.stabilize(proposal, view.now);
        const { replicas, reason } = limit(stabilized, view);
        const held = stabilized === proposal ? undefined : "ScaleDownStabilized";
        const utilisation = percentOf(samples.total, ready, request) / 100;
        return {
          replicas,
          rule: reason ?? held ?? direction(replicas, view.replicas),
          seen: { utilisation, ready, missing, unready, proposal },
        };
      },
    };
  },
});
