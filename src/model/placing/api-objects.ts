/**
 * Pods and machines as the API has them: what kube-scheduler and the provisioners read of labels, taints, tolerations,
 * affinity and priority. A pod's object is made when somebody first asks for it and then kept up to date in place.
 */
import type { Labels, LivePod, Node, Owner, Pod, Resources, Taint } from "../../controllers/scheduler/objects.js";
import type { Size } from "../../policy/contract.js";
import { labelsOfNode } from "../../policy/node-labels.js";
import type { MiB } from "../../units.js";
import { imageOf, nameOfPod } from "../names.js";
import { sizeOf } from "../pods/pod-size.js";
import type { Service } from "../service.js";
import type { NodeGroupSpec, PodTemplate, ServiceSpec } from "../spec.js";
import { Phase, type PodId, type State } from "../state.js";
import { Background } from "../workloads/background.js";

/** What a service's pods have in common beside their size. */
export type PlacingTemplate = Pick<
  Pod,
  "labels" | "nodeSelector" | "tolerations" | "affinity" | "spread" | "priority" | "neverPreempts"
>;

const BYTES_PER_MIB = 2 ** 20;

const resourcesOf = ({ cpuMillicores, memoryMiB }: Size): Resources => ({
  cpu: cpuMillicores,
  memory: memoryMiB * BYTES_PER_MIB,
});

/** Every pod carries its service's name as the label `app`, unless it is given another. */
export const labelsOfPods = (spec: PodTemplate): Labels => ({ app: spec.name, ...templateOf(spec).labels });

/** Pods that nobody calls say nothing of where they would stand. */
const templateOf = (spec: PodTemplate): PlacingTemplate => ("template" in spec ? (spec as ServiceSpec).template : {});

/** Who selects a service's pods, so that they are spread by default: its Service, and a ReplicaSet for each revision. */
export const ownersOf = ({ spec, revisions }: Service): readonly Owner[] => [
  { selector: labelsOfPods(spec) },
  ...revisions.map((_, revision) => ({
    selector: { ...labelsOfPods(spec), "pod-template-hash": String(revision) },
  })),
];

export function podObject(state: State, pod: PodId): LivePod {
  const { podObjects, pods, owners } = state;
  const known = podObjects[pod];
  if (known !== undefined) return known;
  const owner = owners[pods.service[pod]];
  const { spec } = owner;
  const object: LivePod = {
    ...templateOf(spec),
    name: nameOfPod(state, pod).replace("pod ", ""),
    labels: { ...labelsOfPods(spec), [revisionLabel(owner)]: String(pods.revision[pod]) },
    containers: [{ image: imageOf(state, pod), requests: resourcesOf(sizeOf(pods, pod)) }],
  };
  if (pods.phase[pod] === Phase.Draining) object.terminating = true;
  podObjects[pod] = object;
  return object;
}

/** The label by which a workload's controller tells its revisions apart. */
const revisionLabel = (owner: Background | Service): string =>
  (owner instanceof Background ? owner.daemon : owner.spec.workload.kind === "StatefulSet")
    ? "controller-revision-hash"
    : "pod-template-hash";

/** A machine as a Node. Not modelled: the list of images is not cut at 50, and is told at once. */
export class NodeObject implements Node {
  unschedulable = false;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly allocatable: Resources;

  constructor(
    readonly name: string,
    { taints, allocatable, maxPods, ...kind }: NodeGroupSpec,
    zone: string,
    /** The images on its disk now. */
    private readonly imagesNow: () => readonly { readonly name: string; readonly size: MiB }[],
  ) {
    this.labels = labelsOfNode(kind, zone, name);
    this.taints = taints;
    this.allocatable = { ...resourcesOf(allocatable), pods: maxPods };
  }

  get images(): readonly { readonly name: string; readonly size: number }[] {
    return this.imagesNow().map(({ name, size }) => ({ name, size: size * BYTES_PER_MIB }));
  }
}
