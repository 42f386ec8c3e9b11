/** HorizontalPodAutoscaler v1 and v2, as the fields of the scenario's `hpa`. */
import { behaviorFields } from "./behavior.js";
import type { Field } from "./field.js";
import { metricsOf } from "./metrics.js";
import type { Manifest } from "./objects.js";
import { targetOf } from "./target.js";
import type { Workload } from "./workloads.js";
import { type Scaling, said } from "./written.js";

export function readHpa(manifest: Manifest, workloads: readonly Workload[]): Scaling | undefined {
  const spec = manifest.root.at("spec");
  const ref = spec.at("scaleTargetRef");
  if (!ref.there) ref.missing("a target");
  const workload = ref.there ? targetOf(ref, manifest, workloads) : undefined;
  const bounds = boundsOf(spec);
  const first = manifest.apiVersion === "autoscaling/v1";
  const old = spec.at("targetCPUUtilizationPercentage");
  if (!first && old.there) old.say("expected spec.metrics, for this field is autoscaling/v1's", { key: true });
  const target = first ? old.whole(1) : undefined;
  // Of v1 the API server prunes what only v2 has.
  const { metrics, remarks, wakes } = metricsOf(spec.at(first ? "-" : "metrics"), workload, workloads);
  const behavior = first ? undefined : behaviorFields(spec.at("behavior"));
  if (bounds?.min === 0 && !wakes)
    spec.at("minReplicas").say("expected an Object or External metric, which alone can scale from zero, got none");
  if (workload === undefined || bounds === undefined) return undefined;
  const [only] = metrics;
  const simple = metrics.length === 1 && only.resource === undefined && only.utilization !== undefined;
  return {
    workload,
    scaler: {
      fields: {
        use: "hpa",
        ...(metrics.length === 0
          ? { target: `${target ?? 80}%` }
          : simple
            ? { target: only.utilization }
            : { metrics }),
        ...bounds,
        ...said({ behavior, scaleToZero: bounds.min === 0 ? true : undefined }),
      },
      remarks,
    },
  };
}

function boundsOf(spec: Field): { readonly min: number; readonly max: number } | undefined {
  const min = spec.at("minReplicas").whole() ?? 1;
  const max = spec.at("maxReplicas").whole(1);
  if (!spec.at("maxReplicas").there) spec.at("maxReplicas").missing("a whole number from 1 up");
  if (max !== undefined && min > max) spec.at("minReplicas").say(`expected at most maxReplicas (${max}), got ${min}`);
  return max === undefined || min > max ? undefined : { min, max };
}
