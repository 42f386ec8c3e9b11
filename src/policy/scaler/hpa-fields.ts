/** How a scenario writes an HPA's metrics and behaviour, and what upstream's object holds for it. */
import { z } from "zod";
import type { Behavior, MetricSpec, ScalingRules } from "../../controllers/hpa/index.js";
import {
  cpu,
  either,
  fraction,
  interval,
  level,
  list,
  memory,
  oneOf,
  record,
  seconds,
  whole,
  wholePercent,
} from "../fields.js";

const signal = () =>
  oneOf("rate", "concurrency", "queue", "backlog", "backlogAge").describe(
    "What is measured: calls a second, calls inside, calls that wait, messages for it, the age of the first.",
  );
const window = () => interval().prefault("15s").describe("The mean over so long is the metric's value.");

const one = (names: string) => ({ error: () => `expected either ${names}` });
const exactlyOne = (...given: unknown[]) => given.filter((value) => value !== undefined).length === 1;

const utilization = () => wholePercent().optional().describe("Use to aim for, as a share of the request.");

const cpuResource = record({
  kind: z.literal("resource"),
  resource: z.literal("cpu").default("cpu").describe("Which resource; left out: cpu."),
  utilization: utilization(),
  averageValue: cpu().optional().describe("Use of a pod to aim for."),
}).refine((m) => exactlyOne(m.utilization, m.averageValue), one("utilization or averageValue"));

const memoryResource = record({
  kind: z.literal("resource"),
  resource: z.literal("memory").describe("Which resource; the service's `memoryUse` says what its pods hold."),
  utilization: utilization(),
  averageValue: memory().optional().describe("Use of a pod to aim for."),
}).refine((m) => exactlyOne(m.utilization, m.averageValue), one("utilization or averageValue"));

const pods = record({
  kind: z.literal("pods"),
  signal: signal(),
  averageValue: level().describe("What to aim for in each pod."),
  window: window(),
});

const outside = record({
  kind: oneOf("object", "external").describe("Upstream treats an object's metric and an outside one almost alike."),
  signal: signal(),
  service: z.string().optional().describe("Whose signal; left out: the service's own."),
  value: level().optional().describe("The whole to aim for: replicas follow the ratio."),
  averageValue: level().optional().describe("What to aim for in each replica."),
  window: window(),
}).refine((m) => exactlyOne(m.value, m.averageValue), one("value or averageValue"));

const metric = () =>
  either(
    "a metric like { kind: external, signal: queue, averageValue: 10 }",
    cpuResource,
    memoryResource,
    pods,
    outside,
  );

export type MetricFields = z.output<ReturnType<typeof metric>>;

export const metricsField = () =>
  list(metric()).optional().describe("What to scale by, the greatest proposal winning; left out: CPU at `target`.");

const policy = record({
  type: oneOf("pods", "percent").describe("Whether the value is a number of pods or a share of them."),
  value: whole(1).describe("How much may change within the period."),
  period: interval(),
});

const rules = (what: string) =>
  record({
    stabilization: seconds().optional().describe("How far back proposals argue against the change."),
    select: oneOf("max", "min", "disabled").optional().describe("Which of the policies counts."),
    policies: list(policy).optional().describe("How much may change within a period."),
    tolerance: fraction().optional().describe("How far use may be off the target on this side."),
  })
    .optional()
    .describe(what);

export const behaviorField = () =>
  record({ scaleUp: rules("Rules for adding replicas."), scaleDown: rules("Rules for removing them.") })
    .optional()
    .describe("Upstream's `behavior`. Left out is not the same as {}: that takes upstream's other way.");

type BehaviorFields = z.output<ReturnType<typeof behaviorField>>;

const SELECT = { max: "Max", min: "Min", disabled: "Disabled" } as const;
const TYPE = { pods: "Pods", percent: "Percent" } as const;

function rulesOf(given: z.output<ReturnType<typeof rules>>): ScalingRules | undefined {
  if (given === undefined) return undefined;
  const { stabilization, select, policies, tolerance } = given;
  return {
    ...(stabilization === undefined ? {} : { stabilizationWindowSeconds: stabilization }),
    ...(select === undefined ? {} : { selectPolicy: SELECT[select] }),
    ...(policies === undefined
      ? {}
      : { policies: policies.map(({ type, value, period }) => ({ type: TYPE[type], value, periodSeconds: period })) }),
    ...(tolerance === undefined ? {} : { tolerance: Math.round(tolerance * 1000) }),
  };
}

export function behaviorOf(given: BehaviorFields): Behavior | undefined {
  if (given === undefined) return undefined;
  const up = rulesOf(given.scaleUp);
  const down = rulesOf(given.scaleDown);
  return { ...(up === undefined ? {} : { scaleUp: up }), ...(down === undefined ? {} : { scaleDown: down }) };
}

const milli = (value: number): number => Math.round(value * 1000);

/** What the metric is called in conditions, and where its reading is found again. */
export const nameOf = (given: Exclude<MetricFields, { readonly kind: "resource" }>): string =>
  given.kind === "pods" || given.service === undefined ? given.signal : `${given.service} ${given.signal}`;

export function specOf(given: MetricFields): MetricSpec {
  if (given.kind === "resource") {
    const { resource: name, utilization, averageValue = 0 } = given;
    // In thousandths: of a core as they are, of bytes.
    const milliValue = Math.ceil(name === "cpu" ? averageValue : averageValue * 2 ** 20 * 1000);
    const target =
      utilization === undefined ? { averageValue: milliValue } : { averageUtilization: Math.round(utilization * 100) };
    return { type: "Resource", name, ...target };
  }
  const name = nameOf(given);
  if (given.kind === "pods") return { type: "Pods", metric: name, averageValue: milli(given.averageValue) };
  const { value, averageValue, service } = given;
  const target = value === undefined ? { averageValue: milli(averageValue ?? 0) } : { value: milli(value) };
  if (given.kind === "external") return { type: "External", metric: name, ...target };
  return { type: "Object", metric: name, kind: "Service", object: service ?? "itself", ...target };
}
