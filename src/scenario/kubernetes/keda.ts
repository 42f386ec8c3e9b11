/** KEDA's ScaledObject, as the fields of the scenario's `keda`. */
import { behaviorFields } from "./behavior.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { targetOf } from "./target.js";
import { readTrigger } from "./triggers.js";
import type { Workload } from "./workloads.js";
import { ASSUMED, inSeconds, type Scaling, said } from "./written.js";

const DEFAULT_MAX = 100;
const FALLBACKS = ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"] as const;

export function readScaledObject(manifest: Manifest, workloads: readonly Workload[]): Scaling | undefined {
  const spec = manifest.root.at("spec");
  const ref = spec.at("scaleTargetRef");
  if (!ref.there) ref.missing("a target");
  const workload = ref.there ? targetOf(ref, manifest, workloads) : undefined;
  const bounds = boundsOf(spec);
  const { triggers, remarks } = triggersOf(spec);
  const fallback = fallbackOf(spec.at("fallback"));
  const behavior = behaviorFields(spec.at("advanced", "horizontalPodAutoscalerConfig", "behavior"));
  const timings = {
    pollingInterval: inSeconds(spec.at("pollingInterval").wholeAbove0()),
    cooldownPeriod: inSeconds(spec.at("cooldownPeriod").whole()),
    initialCooldownPeriod: inSeconds(spec.at("initialCooldownPeriod").whole()),
  };
  if (workload === undefined || bounds === undefined) return undefined;
  const { min, max, idleReplicaCount } = bounds;
  if (triggers.length === 0)
    return { workload, scaler: { fields: { use: "hpa", target: "80%", min: Math.max(1, min), max }, remarks } };
  const fields = { use: "keda", triggers, min, max, ...said({ idleReplicaCount, ...timings, fallback, behavior }) };
  return { workload, scaler: { fields, remarks } };
}

function triggersOf(spec: Field): { readonly triggers: readonly object[]; readonly remarks: string[] } {
  const written = spec.at("triggers").items();
  if (written.length === 0) spec.at("triggers").say("expected at least one trigger, got none", { key: true });
  const read = written.map((one) => readTrigger(one));
  const names = written.map((one) => one.at("name"));
  for (const [i, name] of names.entries())
    if (name.text() !== undefined && names.findIndex(({ value }) => value === name.value) < i)
      name.say(`expected every trigger's name once, got "${String(name.value)}" again`);
  const triggers = read.flatMap(({ trigger }) => (trigger === undefined ? [] : [trigger]));
  const remarks = read.flatMap(({ remark }) => (remark === undefined ? [] : [remark]));
  if (spec.at("advanced", "scalingModifiers", "formula").there)
    spec.at("advanced", "scalingModifiers").warn("a formula over triggers is not simulated: each counts by itself", {
      key: true,
    });
  if (triggers.length === 0 && written.length > 0)
    remarks.push(`${ASSUMED}: 80% of the CPU request, in place of triggers that are not simulated`);
  return { triggers, remarks };
}

function boundsOf(spec: Field) {
  const min = spec.at("minReplicaCount").whole() ?? 0;
  const max = spec.at("maxReplicaCount").whole(1) ?? DEFAULT_MAX;
  const idle = spec.at("idleReplicaCount");
  const idleReplicaCount = idle.whole();
  if (min > max) spec.at("minReplicaCount").say(`expected at most maxReplicaCount (${max}), got ${min}`);
  if (idleReplicaCount !== undefined && idleReplicaCount >= min)
    idle.say(`expected fewer than minReplicaCount (${min}), got ${idleReplicaCount}`);
  return min > max ? undefined : { min, max, idleReplicaCount };
}

function fallbackOf(field: Field): object | undefined {
  if (!field.there) return undefined;
  for (const key of ["failureThreshold", "replicas"])
    if (!field.at(key).there) field.at(key).missing("failureThreshold and replicas");
  return said({
    failureThreshold: field.at("failureThreshold").whole(),
    replicas: field.at("replicas").whole(),
    behavior: field.at("behavior").word(...FALLBACKS),
  });
}
