/** Manifests to the services of a scenario, with an account of what was read and what was not. */
import { type Complaint, ScenarioError } from "../complaint.js";
import { backgroundOf, type ImportedBackground } from "./background.js";
import { readCompose } from "./compose.js";
import { type Budget, budgetsByWorkload, readBudget } from "./disruption.js";
import { type Reached, reachedBy } from "./entries.js";
import type { Sayings } from "./field.js";
import { readHpa } from "./hpa.js";
import { clusterOf } from "./karpenter.js";
import { readScaledObject } from "./keda.js";
import { isKnown } from "./kinds.js";
import { rangesOf } from "./limits.js";
import { type Manifest, type ManifestFile, manifestsIn, type Stranger, sortedComplaints } from "./objects.js";
import { checkPriorityClasses } from "./priority.js";
import { type ImportedQuota, quotaOf } from "./quota.js";
import { readVpa } from "./vpa.js";
import { isWorkload, readWorkload, type Surroundings, serves, toldApart, type Workload } from "./workloads.js";
import type { Scaling, WrittenFields, WrittenPolicy } from "./written.js";

export interface Imported {
  readonly services: readonly ImportedService[];
  /** Jobs and daemons. */
  readonly background: readonly ImportedBackground[];
  /** The section of that name, where manifests say who buys machines. */
  readonly cluster: WrittenFields | undefined;
  /** The section of that name. */
  readonly quota: ImportedQuota | undefined;
  readonly warnings: readonly Complaint[];
  /** Values that were read and have a meaning in the simulation. */
  readonly read: number;
  /** "Deployment/cart spec.strategy", and so on. */
  readonly left: readonly string[];
  /** Objects of which nothing is simulated, and documents that are none: "ServiceAccount/cart (k8s/cart.yaml)". */
  readonly unknown: readonly string[];
}

export interface ImportedService {
  readonly name: string;
  readonly workload: Workload;
  readonly scaler: WrittenPolicy | undefined;
  readonly budget: Budget | undefined;
  /** A Service selects its pods. */
  readonly reached: boolean;
  /** By what callers from outside come in: "Ingress shop". */
  readonly entry: string | undefined;
}

/** Throws a ScenarioError with every complaint about every file. */
export function importManifests(files: readonly ManifestFile[]): Imported {
  const sayings: Sayings = { complaints: [], warnings: [] };
  const { manifests: all, strangers } = manifestsIn(files, sayings);
  const manifests = all.filter(isKnown);
  const surroundings = surroundingsOf(manifests);
  const workloads = toldApart(
    manifests.flatMap((one) =>
      one.kind === "Compose" ? readCompose(one) : isWorkload(one) ? [readWorkload(one, surroundings)] : [],
    ),
  );
  const scalings = scalingsOf(manifests, workloads);
  const budgets = manifests
    .filter(({ kind }) => kind === "PodDisruptionBudget")
    .flatMap((one) =>
      readBudget(one, workloads, scalings).map((budget) => ({ ...budget, at: one.root.at("spec", "selector") })),
    );
  const found = { scalings, budgets: budgetsByWorkload(budgets), reached: reachedBy(manifests, workloads) };
  const background = backgroundOf(manifests, workloads);
  for (const one of manifests.filter(({ kind }) => kind === "VerticalPodAutoscaler"))
    readVpa({ ...one, root: one.root.unread }, workloads);
  checkPriorityClasses(manifests);
  const cluster = clusterOf(manifests);
  const quota = quotaOf(manifests, workloads);
  if (sayings.complaints.length > 0) throw new ScenarioError(sortedComplaints(sayings.complaints));
  return {
    services: servicesOf(workloads, found),
    background,
    cluster,
    quota,
    warnings: sortedComplaints(sayings.warnings),
    ...accountOf(all, manifests, strangers),
  };
}

function surroundingsOf(manifests: readonly Manifest[]): Surroundings {
  const names = new Set(manifests.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`));
  return {
    ranges: rangesOf(manifests),
    there: (kind, namespace, name) => names.has(`${kind} ${namespace}/${name}`),
  };
}

/** What makes an autoscaler, by kind. */
const SCALERS = { HorizontalPodAutoscaler: readHpa, ScaledObject: readScaledObject } as const;

function scalingsOf(manifests: readonly Manifest[], workloads: readonly Workload[]): Scaling[] {
  const scalings: Scaling[] = [];
  for (const one of manifests) {
    if (!Object.hasOwn(SCALERS, one.kind)) continue;
    const found = SCALERS[one.kind as keyof typeof SCALERS](one, workloads);
    if (found === undefined) continue;
    const name = one.root.at("spec", "scaleTargetRef", "name");
    if (scalings.some(({ workload }) => workload === found.workload))
      name.say(`expected one autoscaler for each workload, got another for "${found.workload.name}"`);
    scalings.push(found);
  }
  return scalings;
}

interface Found {
  readonly scalings: readonly Scaling[];
  readonly budgets: ReadonlyMap<Workload, Budget>;
  readonly reached: Reached;
}

const servicesOf = (workloads: readonly Workload[], { scalings, budgets, reached }: Found): ImportedService[] =>
  workloads.filter(serves).map((workload) => ({
    name: workload.service,
    workload,
    scaler: scalings.find((one) => one.workload === workload)?.scaler ?? workload.scaler,
    budget: budgets.get(workload),
    reached: reached.inside.has(workload),
    entry: reached.outside.get(workload),
  }));

function accountOf(all: readonly Manifest[], known: readonly Manifest[], strangers: readonly Stranger[]) {
  const tallies = known.map((one) => ({ of: `${one.kind}/${one.name}`, ...one.tally() }));
  const unknown = all.filter((one) => !known.includes(one)).map(({ kind, name, file }) => `${kind}/${name} (${file})`);
  return {
    read: tallies.reduce((sum, { read }) => sum + read, 0),
    left: tallies.flatMap(({ of, left }) => left.map((path) => `${of} ${path}`)),
    unknown: [...unknown, ...strangers.map(({ file, says }) => `${file}: ${says}`)],
  };
}
