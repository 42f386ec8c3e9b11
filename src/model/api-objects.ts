/**
 * Pods and machines as the API has them: what kube-scheduler and the provisioners read of labels, taints, tolerations,
 * affinity and priority. A pod's object is made when somebody first asks for it and then kept up to date in place.
 */
import {
  HOSTNAME,
  type Labels,
  type LivePod,
  type Node,
  type Owner,
  type Pod,
  type Resources,
  type Taint,
  ZONE,
} from "../controllers/scheduler/objects.js";
import type { Size } from "../policy/contract.js";
import type { MiB } from "../units.js";
import { sizeOf } from "./pod-size.js";
import type { NodeGroupSpec, ServiceSpec } from "./spec.js";
import { nameOfPod, Phase, type PodId, type Service, type State } from "./state.js";

/** What a service's pods have in common beside their size. */
export type PodTemplate = Pick<
  Pod,
  "labels" | "nodeSelector" | "tolerations" | "affinity" | "spread" | "priority" | "neverPreempts"
>;

const BYTES_PER_MIB = 2 ** 20;

const resourcesOf = ({ cpuMillicores, memoryMiB }: Size): Resources => ({
  cpu: cpuMillicores,
  memory: memoryMiB * BYTES_PER_MIB,
});

/** Its name with its tag: one for each of a service's images. */
export function imageOf({ pods, services }: State, pod: PodId): string {
  const { spec, revisions } = services[pods.service[pod]];
  return `${spec.name}:${revisions[pods.revision[pod]].image}`;
}

/** Every pod carries its service's name as the label `app`, unless it is given another. */
export const labelsOfPods = ({ name, template }: ServiceSpec): Labels => ({ app: name, ...template.labels });

/** Who selects a service's pods, so that they are spread by default: its Service, and a ReplicaSet for each revision. */
export const ownersOf = ({ spec, revisions }: Service): readonly Owner[] => [
  { selector: labelsOfPods(spec) },
  ...revisions.map((_, revision) => ({
    selector: { ...labelsOfPods(spec), "pod-template-hash": String(revision) },
  })),
];

export function podObject(state: State, pod: PodId): LivePod {
  const { podObjects, pods, services } = state;
  const known = podObjects[pod];
  if (known !== undefined) return known;
  const { spec } = services[pods.service[pod]];
  const object: LivePod = {
    ...spec.template,
    name: nameOfPod(state, pod).replace("pod ", ""),
    labels: { ...labelsOfPods(spec), "pod-template-hash": String(pods.revision[pod]) },
    containers: [{ image: imageOf(state, pod), requests: resourcesOf(sizeOf(pods, pod)) }],
  };
  if (pods.phase[pod] === Phase.Draining) object.terminating = true;
  podObjects[pod] = object;
  return object;
}

/** A machine as a Node. Not modelled: the list of images is not cut at 50, and is told at once. */
export class NodeObject implements Node {
  unschedulable = false;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly allocatable: Resources;

  constructor(
    readonly name: string,
    { labels, taints, type, arch, allocatable, maxPods }: NodeGroupSpec,
    zone: string,
    /** The images on its disk now. */
    private readonly imagesNow: () => readonly { readonly name: string; readonly size: MiB }[],
  ) {
    this.labels = {
      [HOSTNAME]: name,
      [ZONE]: zone,
      "node.kubernetes.io/instance-type": type,
      "kubernetes.io/arch": arch,
      "kubernetes.io/os": "linux",
      ...labels,
    };
    this.taints = taints;
    this.allocatable = { ...resourcesOf(allocatable), pods: maxPods };
  }

  get images(): readonly { readonly name: string; readonly size: number }[] {
    return this.imagesNow().map(({ name, size }) => ({ name, size: size * BYTES_PER_MIB }));
  }
}
