/** Who scales: HorizontalPodAutoscaler v1 and v2, as the fields of the scenario's `hpa`. Disruption budgets are checked. */
import { nearest } from "../complaint.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import type { Workload } from "./workloads.js";

export interface Scaling {
  readonly workload: Workload;
  readonly scaler: Readonly<Record<string, string | number>>;
}

/** Whom a reference means, by kind and name in its namespace. */
export function targetOf(ref: Field, { namespace }: Manifest, workloads: readonly Workload[]): Workload | undefined {
  const name = ref.at("name").text();
  const kind = ref.at("kind").text() ?? "Deployment";
  if (name === undefined) {
    ref.at("name").say("expected the name of what to scale, got nothing", { key: true });
    return undefined;
  }
  if (workloads.length === 0) {
    ref.at("name").warn(`${kind} "${name}" is in none of these manifests`);
    return undefined;
  }
  const near = workloads.filter((one) => one.namespace === namespace && one.kind === kind);
  const found = near.find((one) => one.name === name);
  if (found !== undefined) return found;
  const plural = near.find((one) => one.name === `${name}s` || `${one.name}s` === name);
  if (plural !== undefined) {
    const idle = "in a cluster it would never act (FailedGetScale)";
    ref.at("name").warn(`no ${kind} named "${name}": ${idle}; taken to mean "${plural.name}"`);
    return plural;
  }
  const names = near.map((one) => one.name);
  const elsewhere = workloads.find((one) => one.kind === kind && one.name === name);
  const hint = elsewhere === undefined ? "" : `; there is one in the namespace ${elsewhere.namespace}`;
  ref
    .at("name")
    .say(`expected a ${kind} of these manifests, got "${name}"${hint}`, { suggestion: nearest(name, names) });
  return undefined;
}

export function readHpa(manifest: Manifest, workloads: readonly Workload[]): Scaling | undefined {
  const spec = manifest.root.at("spec");
  const ref = spec.at("scaleTargetRef");
  if (!ref.there) ref.say("expected a target, got nothing", { key: true });
  const workload = ref.there ? targetOf(ref, manifest, workloads) : undefined;
  const min = spec.at("minReplicas").whole() ?? 1;
  const max = spec.at("maxReplicas").whole(1);
  if (!spec.at("maxReplicas").there)
    spec.at("maxReplicas").say("expected a whole number from 1 up, got nothing", { key: true });
  if (max !== undefined && min > max) spec.at("minReplicas").say(`expected at most maxReplicas (${max}), got ${min}`);
  const target = cpuTarget(spec);
  if (workload === undefined || max === undefined || min > max) return undefined;
  return { workload, scaler: { use: "hpa", target: `${target ?? 80}%`, min, max } };
}

/** Whole per cent of the request. Undefined: none is given, for which upstream puts 80. */
function cpuTarget(spec: Field): number | undefined {
  const old = spec.at("targetCPUUtilizationPercentage").whole(1);
  const metrics = spec.at("metrics").items();
  const cpu = metrics.find((one) => one.at("type").value === "Resource" && one.at("resource", "name").value === "cpu");
  if (cpu === undefined) {
    if (metrics.length > 0)
      spec
        .at("metrics")
        .warn("only the utilisation of cpu is simulated: this scales by 80% of the cpu request instead", { key: true });
    return old;
  }
  for (const part of [cpu.at("type"), cpu.at("resource", "name"), cpu.at("resource", "target", "type")]) part.text();
  const share = cpu.at("resource", "target", "averageUtilization").whole(1);
  if (share === undefined && cpu.at("resource", "target", "averageValue").there)
    cpu
      .at("resource", "target", "averageValue")
      .warn("only utilisation is simulated: this scales by 80% of the cpu request instead");
  return share;
}

/** A budget that asks for more pods than there can be blocks every eviction for ever. */
export function checkBudget(
  { root, namespace }: Manifest,
  workloads: readonly Workload[],
  scalings: readonly Scaling[],
) {
  const spec = root.unread.at("spec");
  const [least, most] = [spec.at("minAvailable"), spec.at("maxUnavailable")];
  if (least.there && most.there) most.say("expected either minAvailable or maxUnavailable, got both", { key: true });
  const wanted = spec.at("selector", "matchLabels").texts();
  const chosen = workloads.filter((one) => one.namespace === namespace && selects(wanted, one.labels));
  if (chosen.length === 0 && workloads.length > 0)
    spec.at("selector").warn("selects no pod of these manifests", { key: true });
  for (const field of [least, most])
    if (
      field.there &&
      !(Number.isSafeInteger(field.value) && Number(field.value) >= 0) &&
      !/^\d+%$/.test(String(field.value))
    )
      field.say(`expected a whole number or a percentage like "50%", got ${JSON.stringify(field.value)}`);
  const highest = (one: Workload) =>
    Math.max(one.replicas, ...scalings.filter((s) => s.workload === one).map((s) => Number(s.scaler.max)));
  const there = chosen.reduce((sum, one) => sum + highest(one), 0);
  if (chosen.length === 0) return;
  if (typeof least.value === "number" && least.value > there)
    least.say(`expected at most ${there}, for there are never more pods, got ${least.value}`);
  else if (least.value === "100%" || least.value === there || most.value === 0 || most.value === "0%")
    (least.there ? least : most).warn("lets no pod be evicted, ever");
}

export const selects = (wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.keys(wanted).length > 0 && Object.entries(wanted).every(([key, value]) => labels[key] === value);
