/** Plays KEDA's situations: polls of a ScaledObject, readings of a metric with a fallback, polls of a ScaledJob. */
import { Fallback, type FallbackSpec, type MetricTarget, type Reading } from "../../src/controllers/keda/fallback.js";
import { type QueueTrigger, requestJobs, type ScaledJobSpec } from "../../src/controllers/keda/scaled-job.js";
import { type Annotations, requestScale, type ScaledObjectSpec } from "../../src/controllers/keda/scaled-object.js";
import type { Vector } from "../vector.js";

interface Poll extends Annotations {
  readonly at: number;
  readonly active: boolean;
  readonly failed: boolean;
  /** What the HPA or a person has set since the last poll. */
  readonly replicas?: number;
}

function playScaledObject(settings: ScaledObjectSpec & { readonly replicas: number }) {
  let { replicas } = settings;
  let lastActive: number | undefined;
  return (step: Poll) => {
    replicas = step.replicas ?? replicas;
    const done = requestScale({ ...settings, createdAt: 0 }, { ...step, replicas, lastActive }, step.at);
    ({ lastActive } = done);
    replicas = done.replicas ?? replicas;
    const { ready, activity, paused } = done;
    return { replicas, lastActive: lastActive ?? -1, ready, activity: activity ?? null, paused };
  };
}

function playFallback(settings: MetricTarget & { readonly fallback?: FallbackSpec }) {
  const fallback = new Fallback(settings.fallback, settings);
  return (step: Reading) => {
    const { milli, ...rest } = fallback.read(step);
    return { milli: milli ?? null, ...rest };
  };
}

interface JobPoll {
  readonly triggers: readonly QueueTrigger[];
  readonly running: number;
  readonly pending: number;
}

const playScaledJob = (settings: ScaledJobSpec) => (step: JobPoll) => requestJobs(settings, step.triggers, step);

export function playKeda({ settings, script }: Vector): readonly unknown[] {
  const { kind } = settings as { readonly kind: string };
  if (kind === "scaledObject") return script.map((step) => step as Poll).map(playScaledObject(settings as never));
  if (kind === "fallback") return script.map((step) => step as Reading).map(playFallback(settings as never));
  return script.map((step) => step as JobPoll).map(playScaledJob(settings as never));
}
