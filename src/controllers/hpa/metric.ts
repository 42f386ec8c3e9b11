/** One metric of the spec: its proposal, its name in upstream's words and what the status says of it. */

import type { Context, Proposal } from "./calculator.js";
import * as calculator from "./calculator.js";
import { Uncomputable } from "./pods.js";
import type { MetricSpec, MetricStatus } from "./types.js";

export interface MetricAnswer {
  readonly proposal: Proposal;
  /** As it stands in conditions and rescale reasons. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** A metric that could not be computed: what its condition and event say, and what the caller is told. */
export class MetricFailure extends Error {
  constructor(
    readonly reason: string,
    readonly said: string,
    told: string,
  ) {
    super(told);
  }
}

/** Computes, or fails with the reason and the words that upstream puts around the cause. */
function attempt(reason: string, told: (cause: string) => string, compute: () => MetricAnswer): MetricAnswer {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Uncomputable) throw new MetricFailure(reason, error.message, told(error.message));
    throw error;
  }
}

const untargeted = (what: string): never => {
  throw new Uncomputable(`invalid ${what}`);
};

type ResourceSpec = Extract<MetricSpec, { readonly type: "Resource" | "ContainerResource" }>;

function ofResource(spec: ResourceSpec, context: Context): MetricAnswer {
  const { type, name, averageValue, averageUtilization } = spec;
  const container = type === "ContainerResource" ? spec.container : undefined;
  const status = { type, name, ...(container === undefined ? {} : { container }) };
  if (averageValue !== undefined) {
    const proposal = calculator.wrapped(`failed to get ${name} usage`, () =>
      calculator.resourceAverage(context, averageValue, name, container),
    );
    return { proposal, name: `${name} resource`, status: { ...status, averageValue: proposal.usage } };
  }
  if (averageUtilization === undefined) {
    return untargeted(
      "resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  }
  const proposal = calculator.wrapped(`failed to get ${name} utilization`, () =>
    calculator.resourceUtilization(context, averageUtilization, name, container),
  );
  const { utilization, usage } = proposal;
  return {
    proposal,
    name: `${name} ${container === undefined ? "" : "container "}resource utilization (percentage of request)`,
    status: { ...status, ...(utilization === undefined ? {} : { utilization }), averageValue: usage },
  };
}

function ofPods(spec: Extract<MetricSpec, { readonly type: "Pods" }>, context: Context): MetricAnswer {
  const proposal = calculator.podsAverage(context, spec.averageValue, spec.metric);
  const status = { type: spec.type, name: spec.metric, averageValue: proposal.usage };
  return { proposal, name: `pods metric ${spec.metric}`, status };
}

function ofObject(spec: Extract<MetricSpec, { readonly type: "Object" }>, context: Context): MetricAnswer {
  const { type, metric, kind, object, value, averageValue } = spec;
  if (value !== undefined) {
    const proposal = calculator.objectTotal(context, value, metric, kind, object);
    return { proposal, name: `${kind} metric ${metric}`, status: { type, name: metric, value: proposal.usage } };
  }
  if (averageValue !== undefined) {
    const proposal = calculator.objectShare(context, averageValue, metric, kind, object);
    const status = { type, name: metric, averageValue: proposal.usage };
    return { proposal, name: `external metric ${metric}(nil)`, status };
  }
  return untargeted("object metric source: neither a value target nor an average value target was set");
}

function ofExternal(spec: Extract<MetricSpec, { readonly type: "External" }>, context: Context): MetricAnswer {
  const { type, metric, value, averageValue } = spec;
  const name = `external metric ${metric}(nil)`;
  if (averageValue !== undefined) {
    const proposal = calculator.externalShare(context, averageValue, metric);
    return { proposal, name, status: { type, name: metric, averageValue: proposal.usage } };
  }
  if (value !== undefined) {
    const proposal = calculator.externalTotal(context, value, metric);
    return { proposal, name, status: { type, name: metric, value: proposal.usage } };
  }
  return untargeted("external metric source: neither a value target nor an average value target was set");
}

/** How an external or object metric of that target is spoken of between cause and caller. */
const between = (spec: MetricSpec): string => {
  if (spec.type === "Object") return spec.value === undefined ? `failed to get ${spec.metric} object metric: ` : "";
  if (spec.type !== "External") return "";
  if (spec.averageValue !== undefined) return `failed to get ${spec.metric} external metric: `;
  return spec.value === undefined ? "" : `failed to get external metric ${spec.metric}: `;
};

/** The proposal of one metric; throws a MetricFailure where there is none. */
export function computeMetric(spec: MetricSpec, context: Context): MetricAnswer {
  const told = (what: string) => (cause: string) => `failed to get ${what} value: ${between(spec)}${cause}`;
  switch (spec.type) {
    case "Resource":
      return attempt("FailedGetResourceMetric", told(`${spec.name} resource metric`), () => ofResource(spec, context));
    case "ContainerResource":
      return attempt("FailedGetContainerResourceMetric", told(`${spec.container} container metric`), () =>
        ofResource(spec, context),
      );
    case "Pods":
      return attempt("FailedGetPodsMetric", told("pods metric"), () => ofPods(spec, context));
    case "Object":
      return attempt("FailedGetObjectMetric", told("object metric"), () => ofObject(spec, context));
    case "External":
      return attempt("FailedGetExternalMetric", told(`${spec.metric} external metric`), () =>
        ofExternal(spec, context),
      );
  }
}
