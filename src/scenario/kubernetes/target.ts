/** Whom an autoscaler's reference means, by kind and name in its namespace. */
import { nearest } from "../complaint.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import type { Workload } from "./workloads.js";

/** What has a scale subresource, with the group of its API. */
const SCALABLE: Readonly<Record<string, string>> = {
  Deployment: "apps",
  StatefulSet: "apps",
  ReplicaSet: "apps",
};

/** What nobody can scale, though it runs. */
const UNSCALABLE: readonly string[] = ["DaemonSet", "Pod", "Job", "CronJob", "ScaledJob"];

/** `scaled`: whoever refers to it sets its replicas. */
export function targetOf(
  ref: Field,
  { namespace }: Manifest,
  workloads: readonly Workload[],
  { scaled } = { scaled: true },
): Workload | undefined {
  const name = ref.at("name").text();
  const kind = ref.at("kind").text() ?? "Deployment";
  if (name === undefined) {
    ref.at("name").missing(`the name of what to ${scaled ? "scale" : "size"}`);
    return undefined;
  }
  if (scaled && UNSCALABLE.includes(kind)) {
    ref.at("kind").say(`expected a kind that can be scaled, such as Deployment, got "${kind}"`);
    return undefined;
  }
  checkVersion(ref, kind);
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

/** Only the group tells kinds of one name apart; which of its versions is named makes no difference. */
function checkVersion(ref: Field, kind: string): void {
  const field = ref.at("apiVersion");
  const version = field.text();
  if (version === undefined || !Object.hasOwn(SCALABLE, kind)) return;
  const group = version.includes("/") ? version.split("/")[0] : "";
  const wanted = SCALABLE[kind];
  if (group !== wanted && group !== "extensions") field.say(`expected ${wanted}/v1 for a ${kind}, got "${version}"`);
}
