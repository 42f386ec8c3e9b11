/** A scenario's policy as manifests: what each service's scaler, budget and pods are in Kubernetes' words. */
import type { ServiceSetup, Setup } from "../../setup.js";
import { backgroundParts } from "./background.js";
import { clusterPart } from "./cluster.js";
import { hpaPart } from "./hpa.js";
import { kedaPart } from "./keda.js";
import { knativePart } from "./knative.js";
import { priorityObjects } from "./placing.js";
import { quotaPart } from "./quota.js";
import { type ApiObject, objectName, type Part } from "./spelling.js";
import { vpaPart } from "./vpa.js";
import { annotated, budgetObjects, imageNote, podSpec, workloadPart } from "./workload.js";

export interface ExportOptions {
  /** Undefined: all. */
  readonly services?: readonly string[];
  /** What is to run too: Deployments, StatefulSets, Jobs, DaemonSets. */
  readonly workloads: boolean;
}

/** What belongs together: the objects of one service, or those of the cluster. */
export interface ExportedPart extends Part {
  readonly name: string;
}

export interface Exported {
  readonly parts: readonly ExportedPart[];
  /** What no object of Kubernetes can hold, in sentences. */
  readonly impossible: readonly string[];
}

/** Why Kubernetes has no object for a scaler. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "target-tracking": "AWS's, which keeps it as a scaling policy of the cloud",
  "step-scaling": "AWS's, which keeps it as a scaling policy of the cloud",
  "scheduled-scaling": "AWS's, which keeps it as scheduled actions of the cloud",
  "predictive-scaling": "AWS's, which keeps it as a scaling policy of the cloud",
  "gce-autoscaler": "Google's, which keeps it as an autoscaler of an instance group",
  "azure-autoscale": "Azure's, which keeps it as a setting of a scale set",
};

export function exportSetup(setup: Setup, options: ExportOptions): Exported {
  const chosen = setup.services.filter(({ name }) => options.services?.includes(name) ?? true);
  const impossible = chosen.flatMap(({ name, scaler, sizer }) =>
    [scaler, sizer].flatMap((policy) => {
      if (policy === undefined || Object.hasOwn(SCALERS, policy.name) || policy.name === "vpa") return [];
      const whose = Object.hasOwn(ELSEWHERE, policy.name)
        ? `is ${ELSEWHERE[policy.name]}`
        : "is decided by no controller of Kubernetes";
      return [`${name}: ${policy.name} ${whose}; no object holds it`];
    }),
  );
  if (impossible.length > 0) return { parts: [], impossible };
  const cluster = options.services === undefined ? [{ name: "cluster", ...wholePart(setup, options) }] : [];
  const services = chosen.map((service) => ({ name: objectName(service.name), ...servicePart(service, options) }));
  const whole = options.workloads && options.services === undefined;
  const background = whole ? backgroundParts(setup) : [];
  const parts = [...services, ...background, ...cluster];
  return { parts: parts.filter(({ objects, notes }) => objects.length + notes.length > 0), impossible };
}

type ScalerPart = (name: string, setup: ServiceSetup) => Part;
const SCALERS: Readonly<Record<string, ScalerPart>> = {
  hpa: (name, { scaler, service }) => hpaPart(name, scaler!.fields, service.kind),
  keda: (name, { scaler, service }) => kedaPart(name, scaler!.fields, service.kind),
  knative(name, setup) {
    const notes = [imageNote];
    const pod = podSpec(name, setup, notes);
    const part = knativePart(name, setup.scaler!.fields, {
      ...{ pod, ...annotated(setup) },
      limit: setup.service.concurrency.limit,
    });
    return { ...part, notes: [...part.notes, ...notes] };
  },
};

/** What belongs to no single service. */
function wholePart(setup: Setup, { workloads }: ExportOptions): Part {
  const bought = clusterPart(setup);
  const bounds = setup.quota === undefined ? [] : quotaPart(setup.quota).objects;
  const classes = workloads ? priorityObjects(setup) : [];
  return { objects: [...classes, ...bounds, ...bought.objects], notes: bought.notes };
}

function sizerPart(name: string, { scaler, sizer, service }: ServiceSetup): Part {
  if (scaler?.name !== "knative") return vpaPart(name, sizer!.fields, service.kind);
  return {
    objects: [],
    notes: ["vpa: Knative names its Deployments by revision, so that none can be meant; not written"],
  };
}

function servicePart(setup: ServiceSetup, { workloads }: ExportOptions): Part {
  const { scaler, sizer } = setup;
  const name = objectName(setup.name);
  const none: Part = { objects: [], notes: [] };
  const scaled = scaler === undefined ? none : SCALERS[scaler.name](name, setup);
  const sized = sizer === undefined ? none : sizerPart(name, setup);
  // A Knative Service has its pods in itself.
  const own = workloads && scaler?.name !== "knative" ? workloadPart(name, setup, scaler !== undefined) : none;
  const budget: readonly ApiObject[] = budgetObjects(name, setup);
  const parts = [own, scaled, sized];
  return {
    objects: [...parts.flatMap(({ objects }) => objects), ...budget],
    notes: parts.flatMap(({ notes }) => notes),
  };
}
