/** A ResourceQuota, as the section `quota` of a scenario: what all pods of services and jobs may have together. */
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { asMebibytes, asMillicores } from "./quantity.js";
import type { Workload } from "./workloads.js";
import { said } from "./written.js";

export interface ImportedQuota {
  readonly name: string;
  readonly hard: Readonly<Record<string, number | string>>;
}

/** What is simulated, by the names that upstream has for it; the plain ones are those of requests. */
const NAMES = {
  pods: ["pods"],
  "requests.cpu": ["requests.cpu", "cpu"],
  "requests.memory": ["requests.memory", "memory"],
  "limits.cpu": ["limits.cpu"],
  "limits.memory": ["limits.memory"],
} as const;
type Tracked = keyof typeof NAMES;

/** The simulation has one namespace, and one quota in it. */
export function quotaOf(manifests: readonly Manifest[], workloads: readonly Workload[]): ImportedQuota | undefined {
  const all = manifests.filter(({ kind }) => kind === "ResourceQuota");
  const found = all.map((one) => readQuota(one, workloads));
  const bound = workloads.filter(({ kind }) => kind !== "DaemonSet");
  for (const { root, namespace } of all) {
    const spec = root.at("spec");
    if (all.length > 1) spec.warn("one quota is simulated, and here are several: left out", { key: true });
    else if (bound.some((one) => one.namespace !== namespace))
      spec.warn("a quota is simulated of all services and jobs, and here some are in another namespace: left out", {
        key: true,
      });
    else if (isScoped(spec)) spec.warn("scopes of a quota are not simulated: left out", { key: true });
    else return markedQuota(all[0], found[0]);
  }
  return undefined;
}

const isScoped = (spec: Field): boolean => spec.at("scopes").there || spec.at("scopeSelector").there;

/** Looked at for its faults, whether or not it is simulated. */
function readQuota({ namespace, root }: Manifest, workloads: readonly Workload[]): ImportedQuota["hard"] {
  const hard = root.at("spec", "hard").unread;
  const amounts = Object.keys(NAMES).map((key) => [key, amountOf(hard, key as Tracked)] as const);
  const bound = workloads.filter((one) => one.namespace === namespace && one.kind !== "DaemonSet");
  if (!isScoped(root.at("spec"))) checkAsks(hard, bound);
  return said(Object.fromEntries(amounts)) as ImportedQuota["hard"];
}

/** Upstream lets in no pod that leaves out what a quota counts. */
function checkAsks(hard: Field, bound: readonly Workload[]): void {
  for (const resource of ["cpu", "memory"] as const)
    for (const part of ["request", "limit"] as const) {
      const field = NAMES[`${part}s.${resource}`].map((name) => hard.at(name)).find(({ there }) => there);
      const without = bound.find((one) => one[resource][part] === undefined);
      if (field === undefined || without === undefined) continue;
      field.say(
        `expected a ${part} of ${resource} in every pod, without which none is let in, and ${without.name} has none`,
        {
          key: true,
        },
      );
    }
}

function amountOf(hard: Field, key: Tracked): number | string | undefined {
  const field = NAMES[key].map((name) => hard.at(name)).find(({ there }) => there) ?? hard.at(key);
  if (key === "pods") return field.quantity('a number of pods like "20"');
  const isCpu = key.endsWith("cpu");
  const amount = field.quantity(
    isCpu ? 'a cpu quantity like "250m" or "2"' : 'a memory quantity like "256Mi" or "4Gi"',
  );
  if (amount === undefined) return undefined;
  return isCpu ? `${asMillicores(amount)}m` : `${asMebibytes(amount)}Mi`;
}

function markedQuota({ name, root }: Manifest, hard: ImportedQuota["hard"]): ImportedQuota | undefined {
  const fields = Object.values(NAMES).flatMap((names) => names.map((one) => root.at("spec", "hard", one)));
  for (const field of fields) if (field.there) field.mark();
  return Object.keys(hard).length === 0 ? undefined : { name, hard };
}
