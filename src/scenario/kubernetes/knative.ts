/** Knative's Service: its autoscaler is there whether or not it is named, and annotations of the template set it. */
import type { Field } from "./field.js";
import { plain } from "./pod.js";
import { said, type WrittenFields, type WrittenPolicy } from "./written.js";

const KPA = "kpa.autoscaling.knative.dev";
const HPA = "hpa.autoscaling.knative.dev";
const MAX = 1000;

interface Knative {
  readonly replicas: number;
  readonly fields: WrittenFields;
  readonly scaler: WrittenPolicy;
}

export function readKnative(template: Field): Knative {
  const note = notesOf(template);
  const limit = template.at("spec", "containerConcurrency").whole() ?? 0;
  const [least, most] = [note("min-scale", "minScale"), note("max-scale", "maxScale")];
  const min = wholeIn(least) ?? 0;
  // 0 is Knative's word for no bound.
  const max = wholeIn(most) || MAX;
  if (min > max) least.say(`expected at most max-scale (${max}), got ${min}`);
  const initial = wholeIn(note("initial-scale", "initialScale"));
  const bounds = { min: Math.min(min, max), max };
  const kind = note("class").word(KPA, HPA);
  const fields = said({ concurrency: limit === 0 ? undefined : plain(limit) }) as WrittenFields;
  const replicas = Math.max(initial ?? 1, min);
  if (kind === HPA) return { replicas, fields, scaler: hpaOf(note, bounds) };
  const metric = note("metric").word("concurrency", "rps");
  const scaler = said({
    use: "knative",
    metric: metric === "rps" ? metric : undefined,
    ...bounds,
    target: numberIn(note("target")),
    targetUtilization: percentIn(note("target-utilization-percentage", "targetUtilizationPercentage"), 1, 100),
    // Requests a second are aimed at whatever a pod takes at once.
    containerConcurrency: metric === "rps" ? undefined : limit || undefined,
    stableWindow: note("window").duration(),
    panicWindow: percentIn(note("panic-window-percentage", "panicWindowPercentage"), 1, 100),
    panicThreshold: percentIn(note("panic-threshold-percentage", "panicThresholdPercentage"), 110, 1000),
    weighted: weightedBy(note("metric-aggregation-algorithm")),
    scaleDownDelay: note("scale-down-delay", "scaleDownDelay").duration(),
    activationScale: wholeIn(note("activation-scale", "activationScale"), 1),
    initialScale: initial,
    targetBurstCapacity: wholeIn(note("target-burst-capacity", "targetBurstCapacity"), -1),
    podRetention: note("scale-to-zero-pod-retention-period", "scaleToZeroPodRetentionPeriod").duration(),
    progressDeadline: template.at("metadata", "annotations", "serving.knative.dev/progress-deadline").duration(),
  });
  return { replicas, fields, scaler: { fields: scaler, remarks: [] } };
}

type Note = (...names: readonly string[]) => Field;

/** An annotation by any of its spellings. */
const notesOf =
  (template: Field): Note =>
  (...names) => {
    const fields = names.map((name) => template.at("metadata", "annotations", `autoscaling.knative.dev/${name}`));
    return fields.find(({ there }) => there) ?? fields[0];
  };

const weightedBy = (field: Field): boolean | undefined =>
  field.word("linear", "weighted-exponential") === "weighted-exponential" ? true : undefined;

/** Kubernetes' own HPA, which Knative makes when it is told so. */
function hpaOf(note: Note, { min, max }: { readonly min: number; readonly max: number }): WrittenPolicy {
  const metric = note("metric").word("cpu", "memory") ?? "cpu";
  const target = numberIn(note("target"));
  const bounds = { min: Math.max(1, min), max };
  // Of CPU a share is meant; of memory, MiB.
  if (metric === "cpu") return { fields: { use: "hpa", target: `${target ?? 80}%`, ...bounds }, remarks: [] };
  const memory = { kind: "resource", resource: "memory", averageValue: `${target ?? 0}Mi` };
  if (target === undefined) note("metric").say("expected a target beside memory, got none");
  return { fields: { use: "hpa", metrics: [memory], ...bounds }, remarks: [] };
}

function wholeIn(field: Field, least = 0): number | undefined {
  const given = textIn(field);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
  field.say(`expected a whole number from ${least} up, got ${JSON.stringify(field.value)}`);
  return undefined;
}

function numberIn(field: Field): number | undefined {
  const given = textIn(field);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (value > 0 && Number.isFinite(value)) return value;
  field.say(`expected a number above 0, got ${JSON.stringify(field.value)}`);
  return undefined;
}

function percentIn(field: Field, least: number, most: number): string | undefined {
  const value = numberIn(field);
  if (value === undefined) return undefined;
  if (value < least || value > most)
    field.say(`expected a percentage from ${least} to ${most}, got ${JSON.stringify(field.value)}`);
  return `${value}%`;
}

/** Annotations are texts; what is a number is forgiven here, though the API server refuses it. */
const textIn = (field: Field): string | undefined => (field.there ? String(field.mark().value) : undefined);
