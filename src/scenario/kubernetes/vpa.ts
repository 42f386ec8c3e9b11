/** VerticalPodAutoscaler, as the fields of the scenario's `vpa`. */
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { asMebibytes, asMillicores } from "./quantity.js";
import { targetOf } from "./target.js";
import { serves, type Workload } from "./workloads.js";
import { ASSUMED, said, type WrittenPolicy } from "./written.js";

const MODES = ["Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate", "InPlace"] as const;

/** Of a policy that is every container's. */
const ANY = "*";

/** Who sizes a workload's pods. */
export interface Sizing {
  readonly workload: Workload;
  readonly sizer: WrittenPolicy;
}

export function sizingsOf(manifests: readonly Manifest[], workloads: readonly Workload[]): Sizing[] {
  const sizings: Sizing[] = [];
  for (const one of manifests) {
    if (one.kind !== "VerticalPodAutoscaler") continue;
    const found = readVpa(one, workloads);
    if (found === undefined) continue;
    if (sizings.some(({ workload }) => workload === found.workload))
      one.root
        .at("spec", "targetRef", "name")
        .say(`expected one VerticalPodAutoscaler for each workload, got another for "${found.workload.name}"`);
    sizings.push(found);
  }
  return sizings;
}

/** Undefined where it sizes nothing. */
function readVpa(manifest: Manifest, workloads: readonly Workload[]): Sizing | undefined {
  const ref = manifest.root.at("spec", "targetRef");
  if (!ref.there) ref.missing("a target");
  const workload = ref.there ? targetOf(ref, manifest, workloads, { scaled: false }) : undefined;
  // Who sizes nothing that is simulated is looked at for its faults alone.
  const { root } = manifest;
  const spec = (workload !== undefined && serves(workload) ? root : root.unread).at("spec");
  const mode = modeOf(spec.at("updatePolicy", "updateMode"));
  const minReplicas = spec.at("updatePolicy", "minReplicas").whole(1);
  const main = workload?.containers[0] ?? ANY;
  const own = policyFor(spec.at("resourcePolicy", "containerPolicies"), main);
  if (workload === undefined) return undefined;
  if (!serves(workload)) {
    ref.warn(`only pods of services change their size in the simulation, not those of a ${workload.kind}`);
    return undefined;
  }
  if (own?.off === true) return undefined;
  const several = workload.containers.length > 1;
  return {
    workload,
    sizer: {
      fields: { use: "vpa", ...said({ updateMode: mode, minReplicas, ...own?.fields }) },
      remarks: several ? [`${ASSUMED}: what it says of ${main} is true of the pod, whose containers are one here`] : [],
    },
  };
}

function modeOf(field: Field): string | undefined {
  const mode = field.word(...MODES);
  if (mode !== "InPlace") return mode;
  field.warn("InPlace is simulated as InPlaceOrRecreate");
  return "InPlaceOrRecreate";
}

/** That of the main container, or else of all; the others are looked at for their faults alone. */
function policyFor(list: Field, main: string) {
  const all = list.items();
  const named = (name: string) => all.find((one) => one.at("containerName").value === name);
  const own = named(main) ?? named(ANY);
  for (const one of all) if (one !== own) policyOf(one.unread);
  return own === undefined ? undefined : policyOf(own);
}

function policyOf(field: Field) {
  const name = field.at("containerName");
  if (!name.there) name.missing('the name of a container, or "*"');
  const off = field.at("mode").word("Auto", "Off") === "Off";
  const values = field.at("controlledValues");
  const controlledValues = values.word("RequestsAndLimits", "RequestsOnly");
  if (off && values.there) values.say("expected nothing beside mode Off", { key: true });
  const controlled = field.at("controlledResources").items();
  const fields = said({
    controlledResources: controlled.length === 0 ? undefined : controlled.map((one) => one.word("cpu", "memory")),
    controlledValues,
    ...boundsOf(field.at("minAllowed"), field.at("maxAllowed")),
  });
  name.mark();
  return { off, fields };
}

function boundsOf(least: Field, most: Field) {
  const read = (of: Field) => ({
    cpu: of.at("cpu").quantity('a cpu quantity like "250m" or "2"'),
    memory: of.at("memory").quantity('a memory quantity like "256Mi" or "4Gi"'),
  });
  const [min, max] = [read(least), read(most)];
  for (const resource of ["cpu", "memory"] as const) {
    const above = (min[resource] ?? 0) > (max[resource] ?? Infinity);
    if (above)
      most
        .at(resource)
        .say(
          `expected at least minAllowed (${String(least.at(resource).value)}), got ${String(most.at(resource).value)}`,
        );
  }
  return { minAllowed: amountsOf(min), maxAllowed: amountsOf(max) };
}

function amountsOf({ cpu, memory }: { readonly cpu: number | undefined; readonly memory: number | undefined }) {
  const amounts = said({
    cpu: cpu === undefined ? undefined : `${asMillicores(cpu)}m`,
    memory: memory === undefined ? undefined : `${asMebibytes(memory)}Mi`,
  });
  return Object.keys(amounts).length === 0 ? undefined : amounts;
}
