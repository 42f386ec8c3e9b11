/** Several metrics: each is computed by itself, and the largest proposal wins, unless one that failed might have asked for more. */
import type { Tolerances } from "./calculator.js";
import { computeMetric, MetricFailure } from "./metric.js";
import type { HpaFlags, HpaInputs, MetricSpec, MetricStatus, Scale, TrailStep } from "./types.js";

export interface Look {
  readonly inputs: HpaInputs;
  readonly scale: Scale;
  readonly now: number;
  readonly named: { readonly namespace: string; readonly name: string };
  readonly metrics: readonly MetricSpec[];
  readonly flags: HpaFlags;
  readonly tolerances: Tolerances;
  readonly warn: (reason: string, message: string) => void;
  /** Sets the condition ScalingActive. */
  readonly active: (status: boolean, reason: string, message: string) => void;
  readonly note: (step: TrailStep) => void;
}

interface Combined {
  /** Undefined: nothing can be done. */
  readonly replicas: number | undefined;
  readonly name: string;
  readonly statuses: readonly MetricStatus[];
  readonly error: string;
}

const nothing = (error: string, statuses: readonly MetricStatus[] = []): Combined => ({
  replicas: undefined,
  name: "",
  statuses,
  error,
});

/** Whether the target's selector says which pods are meant, and meant by this HPA alone. */
function selectorFault({ inputs, scale, named, warn, active }: Look): string | undefined {
  if (scale.selector === "") {
    warn("SelectorRequired", "selector is required");
    active(false, "InvalidSelector", "the HPA target's scale is missing a selector");
    return "selector is required";
  }
  const { rivals = [] } = inputs;
  if (rivals.length === 0 || inputs.pods.length === 0) return undefined;
  const all = [named.name, ...rivals].map((name) => `${named.namespace}/${name}`).join(" ");
  const fault = `pods by selector ${scale.selector} are controlled by multiple HPAs: [${all}]`;
  warn("AmbiguousSelector", fault);
  active(false, "AmbiguousSelector", fault);
  return fault;
}

export function computeForMetrics(look: Look): Combined {
  const { inputs, scale, now, named, metrics, flags, tolerances } = look;
  const fault = selectorFault(look);
  if (fault !== undefined) return nothing(fault);
  const { pods, readings } = inputs;
  const context = { pods, readings, flags, tolerances, now, ...scale, namespace: named.namespace };
  const statuses: MetricStatus[] = [];
  const failures: MetricFailure[] = [];
  let replicas = 0;
  let name = "";
  for (const spec of metrics) {
    try {
      const answer = computeMetric(spec, context);
      statuses.push(answer.status);
      const { proposal } = answer;
      look.note({ what: answer.name, seen: seenOf(answer.status, proposal.seen), wished: proposal.replicas });
      if (replicas === 0 || proposal.replicas > replicas)
        ({ replicas, name } = { replicas: proposal.replicas, name: answer.name });
    } catch (failure) {
      if (!(failure instanceof MetricFailure)) throw failure;
      statuses.push({});
      failures.push(failure);
      look.warn(failure.reason, failure.said);
      look.note({ what: failure.reason, seen: { error: failure.said } });
    }
  }
  const [first] = failures;
  const error =
    first === undefined
      ? ""
      : `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: ${first.message}`;
  if (first !== undefined && (failures.length >= metrics.length || replicas < scale.specReplicas)) {
    look.active(false, first.reason, `the HPA was unable to compute the replica count: ${first.said}`);
    return nothing(error, statuses);
  }
  const valid = `the HPA was able to successfully calculate a replica count from ${name}`;
  look.active(true, "ValidMetricFound", valid);
  return { replicas, name, statuses, error };
}

/** What the status reports beside what the calculation went by. */
function seenOf({ utilization, averageValue, value }: MetricStatus, seen: Readonly<Record<string, number>>) {
  const reported = Object.entries({ utilization, averageValue, value }).filter(([, given]) => given !== undefined);
  return { ...(Object.fromEntries(reported) as Record<string, number>), ...seen };
}
