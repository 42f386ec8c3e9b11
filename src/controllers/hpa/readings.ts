/** The metrics client: what the three metrics APIs answer, as the calculator takes it. */
import { type PodMetrics, Uncomputable } from "./pods.js";
import type { Readings, Refusal, Resources } from "./types.js";

/** A custom metric's window when its API names none. */
const CUSTOM_WINDOW = 60;

const isRefusal = (given: unknown): given is Refusal =>
  typeof given === "object" && given !== null && "error" in given && !Array.isArray(given);

function listed<T>(given: readonly T[] | Refusal | undefined, api: string): readonly T[] {
  if (given !== undefined && isRefusal(given)) {
    throw new Uncomputable(`unable to fetch metrics from ${api} metrics API: ${given.error}`);
  }
  if (given === undefined || given.length === 0) {
    throw new Uncomputable(`no metrics returned from ${api} metrics API`);
  }
  return given;
}

/** A pod counts only when every container has the resource (or the named one). */
export function resourceMetrics(readings: Readings, resource: string, container: string | undefined): PodMetrics {
  const metrics: PodMetrics = new Map();
  for (const { pod, at, window, containers } of listed(readings.resource, "resource")) {
    const counted = container === undefined ? Object.values(containers) : [containers[container] ?? NOTHING];
    const values = counted.map((usage) => usage[resource]);
    if (values.length === 0 || values.includes(undefined as unknown as number)) continue;
    metrics.set(pod, { value: values.reduce((sum, value) => sum + value, 0), at, window });
  }
  return metrics;
}

const NOTHING: Resources = {};

export function podsMetrics(readings: Readings, name: string): PodMetrics {
  const values = listed(readings.pods?.[name], "custom");
  return new Map(values.map(({ pod, value, at }) => [pod, { value, at, window: CUSTOM_WINDOW }]));
}

export function objectMetric(readings: Readings, name: string): number {
  const given = readings.object?.[name];
  if (typeof given === "number") return given;
  const why = given === undefined ? `no value of ${name}` : given.error;
  throw new Uncomputable(`unable to fetch metrics from custom metrics API: ${why}`);
}

export const externalMetric = (readings: Readings, name: string): readonly number[] =>
  listed(readings.external?.[name], "external");
