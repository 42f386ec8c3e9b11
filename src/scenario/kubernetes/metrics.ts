/** An HPA's metrics: of what is measured in the simulated world each has its place, of all else it is said what is missing. */
import type { Field } from "./field.js";
import { asMebibytes, asMillicores } from "./quantity.js";
import { guessed, signalOf, unmapped } from "./signals.js";
import type { Workload } from "./workloads.js";
import { ASSUMED, said } from "./written.js";

/** As the scenario's `hpa` has them. */
export interface MetricWritten {
  readonly kind: "resource" | "pods" | "object" | "external";
  readonly utilization?: string;
  readonly [field: string]: unknown;
}

/** By the metric's type, the field that holds it. */
const SOURCES = {
  Resource: "resource",
  ContainerResource: "containerResource",
  Pods: "pods",
  Object: "object",
  External: "external",
} as const;
type Type = keyof typeof SOURCES;

interface Read {
  readonly metrics: readonly MetricWritten[];
  readonly remarks: readonly string[];
  /** One of them is there while there is no pod. */
  readonly wakes: boolean;
}

export function metricsOf(list: Field, workload: Workload | undefined, workloads: readonly Workload[]): Read {
  const metrics: MetricWritten[] = [];
  const remarks: string[] = [];
  let wakes = false;
  for (const metric of list.items()) {
    const type = metric.at("type").word(...(Object.keys(SOURCES) as Type[]));
    if (!metric.at("type").there) metric.at("type").missing(`one of ${Object.keys(SOURCES).join(", ")}`);
    if (type === undefined) continue;
    wakes ||= type === "Object" || type === "External";
    const source = metric.at(SOURCES[type]);
    if (!source.there) {
      source.missing(`the field ${SOURCES[type]} of a metric of type ${type}`);
      continue;
    }
    const given =
      type === "Resource" || type === "ContainerResource"
        ? resource(type, source, workload)
        : signal(type, source, workload, workloads);
    if (given.metric !== undefined) metrics.push(given.metric);
    if (given.remark !== undefined) remarks.push(given.remark);
  }
  if (metrics.length === 0 && list.items().length > 0)
    remarks.push(`${ASSUMED}: 80% of the CPU request, in place of metrics that are not simulated`);
  return { metrics, remarks, wakes };
}

interface Given {
  readonly metric?: MetricWritten;
  readonly remark?: string;
}

/** The one thing to aim for; upstream refuses two, and a type that is not the value's. */
function targetIn(source: Field, ...possible: readonly ("averageUtilization" | "averageValue" | "value")[]) {
  const target = source.at("target");
  const given = possible.filter((key) => target.at(key).there);
  if (given.length !== 1) {
    const got = given.length === 0 ? "none" : "both";
    target.say(`expected ${possible.length === 1 ? "" : "one of "}${possible.join(" and ")}, got ${got}`, {
      key: true,
    });
    return undefined;
  }
  const type = target.at("type").word("Utilization", "Value", "AverageValue");
  const of = { averageUtilization: "Utilization", averageValue: "AverageValue", value: "Value" }[given[0]];
  if (!target.at("type").there) target.at("type").missing(`the type ${of}`);
  else if (type !== undefined && type !== of) target.at("type").say(`expected ${of} beside ${given[0]}, got ${type}`);
  const field = target.at(given[0]);
  const amount = given[0] === "averageUtilization" ? field.whole(1) : field.quantity('a quantity like "10" or "500m"');
  if (amount === 0) field.say("expected a quantity above 0, got 0");
  return amount === undefined || amount === 0 ? undefined : { key: given[0], amount, field };
}

function resource(type: "Resource" | "ContainerResource", source: Field, workload: Workload | undefined): Given {
  const name = source.at("name").text();
  if (!source.at("name").there) source.at("name").missing("cpu or memory");
  const target = targetIn(source, "averageUtilization", "averageValue");
  if (type === "ContainerResource") {
    const container = source.at("container").text();
    const [known, alone] = [workload?.containers ?? [], workload?.containers.length === 1];
    if (container !== undefined && workload !== undefined && !known.includes(container))
      source.at("container").say(`expected a container of ${workload.name} (${known.join(", ")}), got "${container}"`);
    if (!alone) source.at("container").warn("a pod's containers are simulated as one: its use is that of all of them");
  }
  if (target === undefined || name === undefined) return {};
  if (name !== "cpu" && name !== "memory") {
    source.at("name").warn(`the resource ${name} is not simulated`);
    return { remark: `${type} ${name} is not simulated` };
  }
  const { key, amount } = target;
  const value = name === "cpu" ? `${asMillicores(amount)}m` : `${asMebibytes(amount)}Mi`;
  const aim = key === "averageUtilization" ? { utilization: `${amount}%` } : { averageValue: value };
  if (name === "cpu") return { metric: { kind: "resource", ...aim } };
  return { metric: { kind: "resource", resource: name, ...aim } };
}

function signal(
  type: "Pods" | "Object" | "External",
  source: Field,
  workload: Workload | undefined,
  workloads: readonly Workload[],
): Given {
  const name = source.at("metric", "name").text();
  if (name === undefined) {
    source.at("metric", "name").missing("a metric's name");
    return {};
  }
  const target = type === "Pods" ? targetIn(source, "averageValue") : targetIn(source, "value", "averageValue");
  if (target === undefined) return {};
  const kind = type.toLowerCase() as "pods" | "object" | "external";
  const aim = { [target.key]: target.amount };
  const service = type === "Pods" ? undefined : serviceOf(type, source, workload, workloads);
  const [what, guess] = [`the ${type} metric ${name}`, signalOf(name)];
  if (guess === undefined) {
    const example = Object.entries({ kind, signal: "queue", ...aim }).map(([key, value]) => `${key}: ${value}`);
    source.at("metric", "name").warn("it cannot be told which signal this metric is; left out, with what to fill in");
    return { remark: unmapped(what, `metrics: [{ ${example.join(", ")} }]`) };
  }
  const { signal: found, window, sure } = guess;
  return {
    metric: said({ kind, signal: found, service, ...aim, window }) as MetricWritten,
    ...(sure ? {} : { remark: guessed(what, found, service) }),
  };
}

/** Another workload whose name the described object or the selector's labels carry. */
function serviceOf(
  type: "Object" | "External",
  source: Field,
  workload: Workload | undefined,
  workloads: readonly Workload[],
): string | undefined {
  const object = source.at("describedObject");
  if (type === "Object" && !object.at("name").there) object.missing("the object that the metric describes");
  const names =
    type === "Object"
      ? [object.at("name").text()]
      : Object.values(source.at("metric", "selector", "matchLabels").texts());
  if (type === "Object") object.at("kind").text();
  const other = workloads.find((one) => names.includes(one.name));
  return other === undefined || other === workload ? undefined : other.service;
}
