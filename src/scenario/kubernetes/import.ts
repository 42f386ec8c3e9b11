/** Manifests to the services of a scenario, with an account of what was read and what was not. */
import { type Complaint, ScenarioError } from "../complaint.js";
import type { Sayings } from "./field.js";
import { type Manifest, type ManifestFile, manifestsIn, type Stranger, sortedComplaints } from "./objects.js";
import { checkBudget, readHpa, type Scaling, selects } from "./scaling.js";
import { isWorkload, readCompose, readWorkload, type Workload } from "./workloads.js";

export interface Imported {
  readonly services: readonly ImportedService[];
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
  readonly scaler: Scaling["scaler"] | undefined;
  /** A Service selects its pods. */
  readonly reached: boolean;
}

/** Kinds that are looked at. All others are listed as unknown. */
const KNOWN = new Set(
  `Deployment StatefulSet DaemonSet ReplicaSet Pod Job CronJob Service Ingress HTTPRoute HorizontalPodAutoscaler
  VerticalPodAutoscaler PodDisruptionBudget PriorityClass ResourceQuota LimitRange ConfigMap Secret PersistentVolumeClaim
  PersistentVolume ScaledObject ScaledJob NodePool EC2NodeClass Namespace Compose`.split(/\s+/),
);

/** Throws a ScenarioError with every complaint about every file. */
export function importManifests(files: readonly ManifestFile[]): Imported {
  const sayings: Sayings = { complaints: [], warnings: [] };
  const { manifests, strangers } = manifestsIn(files, sayings);
  const workloads = manifests.flatMap((one) =>
    one.kind === "Compose" ? readCompose(one) : isWorkload(one) ? [readWorkload(lasting(one))] : [],
  );
  const scalings = scalingsOf(manifests, workloads);
  for (const one of manifests) if (one.kind === "PodDisruptionBudget") checkBudget(one, workloads, scalings);
  const reached = reachedBy(manifests, workloads);
  if (sayings.complaints.length > 0) throw new ScenarioError(sortedComplaints(sayings.complaints));
  return {
    services: servicesOf(workloads, scalings, reached),
    warnings: sortedComplaints(sayings.warnings),
    ...accountOf(manifests, strangers),
  };
}

function scalingsOf(manifests: readonly Manifest[], workloads: readonly Workload[]): Scaling[] {
  const scalings: Scaling[] = [];
  for (const one of manifests) {
    if (one.kind !== "HorizontalPodAutoscaler") continue;
    const found = readHpa(one, workloads);
    if (found === undefined) continue;
    const name = one.root.at("spec", "scaleTargetRef", "name");
    if (scalings.some(({ workload }) => workload === found.workload))
      name.say(`expected one autoscaler for each workload, got another for "${found.workload.name}"`);
    scalings.push(found);
  }
  return scalings;
}

/** Workloads whose pods a Service selects. */
function reachedBy(manifests: readonly Manifest[], workloads: readonly Workload[]): Set<Workload> {
  const reached = new Set(workloads.filter(({ kind }) => kind === "Service" || kind === "Compose service"));
  for (const one of manifests) {
    if (one.kind !== "Service" || isWorkload(one)) continue;
    const selector = one.root.at("spec", "selector");
    const wanted = selector.texts();
    const chosen = workloads.filter((w) => w.namespace === one.namespace && selects(wanted, w.labels));
    for (const workload of chosen) reached.add(workload);
    if (chosen.length === 0 && workloads.length > 0 && selector.there)
      selector.warn("selects no pod of these manifests", { key: true });
  }
  return reached;
}

/** What is read of jobs is read for its faults. */
const lasting = (one: Manifest): Manifest =>
  one.kind === "Job" || one.kind === "CronJob" ? { ...one, root: one.root.unread } : one;

/** Jobs serve nobody and run to their end, of which the simulation knows nothing. */
const serves = ({ kind }: Workload): boolean => kind !== "Job" && kind !== "CronJob";

function servicesOf(workloads: readonly Workload[], scalings: readonly Scaling[], reached: ReadonlySet<Workload>) {
  const serving = workloads.filter(serves);
  return serving.map((workload): ImportedService => {
    const same = serving.filter(({ name }) => name === workload.name);
    const alone = same.length === 1;
    // A namespace tells two of one name apart, and if that is the same, their kind.
    const spaces = new Set(same.map(({ namespace }) => namespace));
    const apart = spaces.size === same.length ? workload.namespace : workload.kind.toLowerCase().replaceAll(" ", "-");
    return {
      name: alone ? workload.name : `${workload.name}.${apart}`,
      workload,
      scaler: scalings.find((one) => one.workload === workload)?.scaler ?? workload.scaler,
      reached: reached.has(workload),
    };
  });
}

function accountOf(manifests: readonly Manifest[], strangers: readonly Stranger[]) {
  const known = manifests.filter(({ kind }) => KNOWN.has(kind));
  const tallies = known.map((one) => ({ of: `${one.kind}/${one.name}`, ...one.tally() }));
  const unknown = manifests
    .filter((one) => !known.includes(one))
    .map(({ kind, name, file }) => `${kind}/${name} (${file})`);
  return {
    read: tallies.reduce((sum, { read }) => sum + read, 0),
    left: tallies.flatMap(({ of, left }) => left.map((path) => `${of} ${path}`)),
    unknown: [...unknown, ...strangers.map(({ file, says }) => `${file}: ${says}`)],
  };
}
