/** Manifests to the services of a scenario, with an account of what was read and what was not. */
import { type Complaint, ScenarioError } from "../complaint.js";
import { readMesh } from "../mesh/mesh.js";
import type { ImportedMesh, WrittenRoute } from "../mesh/written-route.js";
import { assumedNodes } from "./assumed-nodes.js";
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
import {
  checkName,
  type Manifest,
  type ManifestFile,
  manifestsIn,
  type Stranger,
  sortedComplaints,
} from "./objects.js";
import { type Classes, priorityClassesOf } from "./priority.js";
import { type ImportedQuota, quotaOf } from "./quota.js";
import { type Sizing, sizingsOf } from "./vpa.js";
import { isWorkload, readWorkload, type Surroundings, serves, toldApart, type Workload } from "./workloads.js";
import type { Scaling, WrittenFields, WrittenPolicy } from "./written.js";

export interface Imported {
  readonly services: readonly ImportedService[];
  /** Jobs and daemons. */
  readonly background: readonly ImportedBackground[];
  /** The section of that name, where manifests say who buys machines, or where pods would stand. */
  readonly cluster: WrittenFields | undefined;
  /** The section of that name. */
  readonly priorityClasses: Classes;
  /** The section of that name. */
  readonly quota: ImportedQuota | undefined;
  /** The section of that name: whose proxies there are. */
  readonly mesh: string | undefined;
  /** Names by which services are called, and their rules. */
  readonly routes: readonly WrittenRoute[];
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
  readonly sizer: WrittenPolicy | undefined;
  /** Labels of its pods and where they would stand, where a scheduler looks. */
  readonly placing: WrittenFields;
  readonly budget: Budget | undefined;
  /** How a mesh has it called. */
  readonly called: WrittenFields;
  /** That the paths of routes ask for. */
  readonly endpoints: readonly string[];
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
  for (const one of manifests) checkName(one);
  const priorityClasses = priorityClassesOf(manifests);
  const surroundings = surroundingsOf(manifests, priorityClasses);
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
  const reached = reachedBy(manifests, workloads);
  const mesh = readMesh(
    manifests,
    all.filter((one) => !manifests.includes(one)),
    workloads,
    reached.behind,
  );
  const found = {
    ...{ scalings, sizings: sizingsOf(manifests, workloads) },
    ...{ budgets: budgetsByWorkload(budgets), reached, mesh },
  };
  const background = backgroundOf(manifests, workloads);
  const placed = workloads.some(({ placing }) => Object.keys(placing).length > 0);
  const bought = clusterOf(manifests);
  const quota = quotaOf(manifests, workloads);
  if (sayings.complaints.length > 0) throw new ScenarioError(sortedComplaints(sayings.complaints));
  return {
    services: servicesOf(workloads, found, placed),
    background,
    cluster: placed ? { ...(bought ?? assumedNodes(workloads, scalings)), scheduler: SEES_PODS } : bought,
    priorityClasses,
    quota,
    mesh: mesh.name,
    routes: mesh.routes,
    warnings: sortedComplaints(sayings.warnings),
    ...accountOf(all, manifests, strangers),
  };
}

/** Who looks at more than sizes. */
const SEES_PODS = { value: "kube-scheduler" } as const;

function surroundingsOf(manifests: readonly Manifest[], classes: Classes): Surroundings {
  const names = new Set(manifests.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`));
  return {
    ranges: rangesOf(manifests),
    there: (kind, namespace, name) => names.has(`${kind} ${namespace}/${name}`),
    classes,
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
  readonly sizings: readonly Sizing[];
  readonly budgets: ReadonlyMap<Workload, Budget>;
  readonly reached: Reached;
  readonly mesh: ImportedMesh;
}

const servicesOf = (
  workloads: readonly Workload[],
  { scalings, sizings, budgets, reached, mesh }: Found,
  placed: boolean,
): ImportedService[] =>
  workloads.filter(serves).map((workload) => ({
    name: workload.service,
    workload,
    scaler: scalings.find((one) => one.workload === workload)?.scaler ?? workload.scaler,
    sizer: sizings.find((one) => one.workload === workload)?.sizer,
    placing: placed ? { ...labelsField(workload), ...workload.placing } : {},
    budget: budgets.get(workload),
    reached: reached.inside.has(workload),
    entry: reached.outside.get(workload) ?? mesh.entries.get(workload),
    called: mesh.fields.get(workload) ?? {},
    endpoints: mesh.endpoints.get(workload) ?? [],
  }));

/** In the simulation all pods have the label app with their service's name. */
function labelsField({ labels, service }: Workload): WrittenFields {
  const others = Object.entries(labels).filter(([key, value]) => key !== "app" || value !== service);
  return others.length === 0 ? {} : { labels: { value: Object.fromEntries(others) } };
}

function accountOf(all: readonly Manifest[], known: readonly Manifest[], strangers: readonly Stranger[]) {
  const tallies = known.map((one) => ({ of: `${one.kind}/${one.name}`, ...one.tally() }));
  const unknown = all.filter((one) => !known.includes(one)).map(({ kind, name, file }) => `${kind}/${name} (${file})`);
  return {
    read: tallies.reduce((sum, { read }) => sum + read, 0),
    left: tallies.flatMap(({ of, left }) => left.map((path) => `${of} ${path}`)),
    unknown: [...unknown, ...strangers.map(({ file, says }) => `${file}: ${says}`)],
  };
}
