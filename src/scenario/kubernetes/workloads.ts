/** What runs: Deployment, StatefulSet, DaemonSet, ReplicaSet, Pod, Job, CronJob, ScaledJob, Knative's Service. */

import { annotationFields } from "./annotations.js";
import type { Field } from "./field.js";
import { readKnative } from "./knative.js";
import { type Amounts, amountsOf, type Ranges } from "./limits.js";
import type { Manifest } from "./objects.js";
import { placingOf } from "./placing.js";
import { type Knows, podFields } from "./pod.js";
import type { Classes } from "./priority.js";
import { ordinalFields, rolloutFields } from "./rollout.js";
import type { Labels } from "./selector.js";
import type { WrittenFields, WrittenPolicy } from "./written.js";

/** Pods of one kind, as their manifest describes them. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  /** What its service in the scenario is called. */
  readonly service: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** What its pods say beside their labels. */
  readonly annotations: Labels;
  /** Names of the pod's containers. */
  readonly containers: readonly string[];
  readonly replicas: number;
  readonly cpu: Amounts;
  readonly memory: Amounts;
  /** What else its service in the scenario is to have. */
  readonly fields: WrittenFields;
  /** And of where its pods may and would rather stand. */
  readonly placing: WrittenFields;
  /** Of Knative, which scales all of its services. */
  readonly scaler?: WrittenPolicy;
  /** Names of others that its environment mentions. */
  readonly mentions: readonly string[];
}

/** What of other manifests bears on a workload. */
export interface Surroundings {
  readonly ranges: Ranges;
  /** Whether an object is there: (kind, namespace, name). */
  readonly there: (kind: string, namespace: string, name: string) => boolean;
  readonly classes: Classes;
}

export const KNATIVE_SERVICE = "serving.knative.dev/service";

/** Where the kinds keep the pod's template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  Pod: [],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  ScaledJob: ["spec", "jobTargetRef", "template"],
  Service: ["spec", "template"],
};

export const isWorkload = ({ kind, group }: Manifest): boolean =>
  kind === "Service" ? group === "serving.knative.dev" : Object.hasOwn(TEMPLATES, kind);

export function readWorkload({ kind, name, namespace, root }: Manifest, around: Surroundings): Workload {
  const { ranges, there, classes } = around;
  const template = root.at(...TEMPLATES[kind]);
  if (!template.at("spec").there) template.at("spec").missing("a pod's spec");
  const pod = template.at("spec");
  const labels = template.at("metadata", "labels").texts();
  checkSelector(root, labels);
  const containers = pod.at("containers").items();
  if (pod.there && containers.length === 0) pod.at("containers").say("expected at least one container, got none");
  const background = IN_BACKGROUND.includes(kind);
  const once = kind === "Pod" || background;
  const knows: Knows = (other, called) => there(other, namespace, called);
  const knative = kind === "Service" ? readKnative(template) : undefined;
  return {
    kind,
    name,
    service: name,
    namespace,
    // Knative adds the Service's name to all that it makes of it.
    labels: kind === "Service" ? { ...labels, [KNATIVE_SERVICE]: name } : labels,
    annotations: template.at("metadata", "annotations").unread.texts(),
    containers: containers.map((one) => String(one.at("name").value)),
    replicas: knative?.replicas ?? (once ? 1 : (root.at("spec", "replicas").whole() ?? 1)),
    cpu: amountsOf(pod, "cpu", ranges(namespace, "cpu")),
    memory: amountsOf(pod, "memory", ranges(namespace, "memory")),
    fields: {
      ...(kind === "Deployment" ? rolloutFields(root.at("spec")) : {}),
      ...(kind === "StatefulSet" ? ordinalFields(root.at("spec")) : {}),
      // Of what serves nobody the rest is looked at for its faults.
      ...podFields(background ? pod.unread : pod, root.at("spec", "volumeClaimTemplates").items(), knows),
      ...(background ? {} : annotationFields(template.at("metadata", "annotations"))),
      ...knative?.fields,
    },
    placing: background ? {} : placingOf(pod, classes),
    ...(knative === undefined ? {} : { scaler: knative.scaler }),
    mentions: containers.flatMap(mentionsIn),
  };
}

/** They run to their end, or sit on every node, and serve nobody. */
const IN_BACKGROUND: readonly string[] = ["Job", "CronJob", "ScaledJob", "DaemonSet"];

export const serves = ({ kind }: Workload): boolean => !IN_BACKGROUND.includes(kind);

/** Where several are of one name, a namespace tells them apart, and if that is the same, their kind. */
export function toldApart(workloads: readonly Workload[]): Workload[] {
  return workloads.map((one) => {
    const same = workloads.filter(({ name }) => name === one.name);
    const spaces = new Set(same.map(({ namespace }) => namespace));
    const apart = spaces.size === same.length ? one.namespace : one.kind.toLowerCase().replaceAll(" ", "-");
    return same.length > 1 ? { ...one, service: `${one.name}.${apart}` } : one;
  });
}

/** Upstream refuses a selector that does not select the template's own pods. */
function checkSelector(root: Field, labels: Labels): void {
  for (const [key, field] of root.at("spec", "selector", "matchLabels").entries()) {
    const got = Object.hasOwn(labels, key) ? `"${labels[key]}"` : "no such label";
    if (labels[key] !== String(field.mark().value))
      field.say(`expected the template's label ${key}, which is ${got}, got "${String(field.value)}"`);
  }
}

/** Environment such as CART_ADDR=cart:5000 says whom a container knows, and so perhaps calls. */
const mentionsIn = (container: Field): string[] =>
  container.unread
    .at("env")
    .items()
    .flatMap((entry) => hostsIn(entry.at("value").value));

const hostsIn = (text: unknown): string[] =>
  typeof text === "string"
    ? [...text.matchAll(/(?:^|\/\/|[,@])([a-z][a-z0-9-]*)(?:\.[a-z0-9.-]+)?:\d+/g)].map(([, host]) => host)
    : [];
