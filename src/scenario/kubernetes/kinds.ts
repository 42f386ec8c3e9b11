/** The kinds that are read or known by name, and the versions of the API in which they are served. */
import { list } from "../complaint.js";
import type { Manifest } from "./objects.js";

/** By kind: what is served today, and after a bar what once was. A Knative Service is a Service of another group. */
const SERVED: Readonly<Record<string, string>> = {
  Deployment: "apps/v1 | apps/v1beta1 apps/v1beta2 extensions/v1beta1",
  StatefulSet: "apps/v1 | apps/v1beta1 apps/v1beta2",
  DaemonSet: "apps/v1 | apps/v1beta2 extensions/v1beta1",
  ReplicaSet: "apps/v1 | apps/v1beta2 extensions/v1beta1",
  Pod: "v1",
  Job: "batch/v1",
  CronJob: "batch/v1 | batch/v1beta1 batch/v2alpha1",
  Service: "v1 serving.knative.dev/v1 | serving.knative.dev/v1alpha1 serving.knative.dev/v1beta1",
  Ingress: "networking.k8s.io/v1 | networking.k8s.io/v1beta1 extensions/v1beta1",
  HTTPRoute: "gateway.networking.k8s.io/v1 gateway.networking.k8s.io/v1beta1 | gateway.networking.k8s.io/v1alpha2",
  HorizontalPodAutoscaler: "autoscaling/v2 autoscaling/v1 | autoscaling/v2beta1 autoscaling/v2beta2",
  VerticalPodAutoscaler: "autoscaling.k8s.io/v1 | autoscaling.k8s.io/v1beta1 autoscaling.k8s.io/v1beta2",
  PodDisruptionBudget: "policy/v1 | policy/v1beta1",
  PriorityClass: "scheduling.k8s.io/v1 | scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1alpha1",
  ResourceQuota: "v1",
  LimitRange: "v1",
  ConfigMap: "v1",
  Secret: "v1",
  Namespace: "v1",
  PersistentVolumeClaim: "v1",
  PersistentVolume: "v1",
  ScaledObject: "keda.sh/v1alpha1",
  ScaledJob: "keda.sh/v1alpha1",
  NodePool: "karpenter.sh/v1 | karpenter.sh/v1beta1",
  EC2NodeClass: "karpenter.k8s.aws/v1 | karpenter.k8s.aws/v1beta1",
  VirtualService: "networking.istio.io/v1 networking.istio.io/v1beta1 networking.istio.io/v1alpha3",
  DestinationRule: "networking.istio.io/v1 networking.istio.io/v1beta1 networking.istio.io/v1alpha3",
  ServiceProfile: "linkerd.io/v1alpha2 | linkerd.io/v1alpha1",
  TrafficSplit:
    "split.smi-spec.io/v1alpha4 split.smi-spec.io/v1alpha3 split.smi-spec.io/v1alpha2 split.smi-spec.io/v1alpha1",
  HTTPRouteGroup:
    "specs.smi-spec.io/v1alpha4 specs.smi-spec.io/v1alpha3 specs.smi-spec.io/v1alpha2 specs.smi-spec.io/v1alpha1",
  ServiceResolver: "consul.hashicorp.com/v1alpha1",
  ServiceSplitter: "consul.hashicorp.com/v1alpha1",
  ServiceRouter: "consul.hashicorp.com/v1alpha1",
  Gateway:
    "gateway.networking.k8s.io/v1 gateway.networking.k8s.io/v1beta1 networking.istio.io/v1 networking.istio.io/v1beta1 networking.istio.io/v1alpha3",
  Compose: "",
};

const versionsOf = (kind: string): { readonly served: readonly string[]; readonly gone: readonly string[] } => {
  const [served = "", gone = ""] = (Object.hasOwn(SERVED, kind) ? SERVED[kind] : "").split("|");
  return { served: served.split(" ").filter(Boolean), gone: gone.split(" ").filter(Boolean) };
};

const groupOf = (version: string): string => (version.includes("/") ? version.split("/")[0] : "");
const GROUPS = new Set(Object.values(SERVED).flatMap((versions) => versions.split(/[ |]+/).map(groupOf)));

/**
 * Whether this is one of the kinds above. Another maker's group may have a kind of the same name, which is another kind;
 * a group of these that has no such kind is a slip.
 */
export function isKnown({ kind, apiVersion, root }: Manifest): boolean {
  if (!Object.hasOwn(SERVED, kind)) return false;
  const { served, gone } = versionsOf(kind);
  if (kind === "Compose" || served.includes(apiVersion)) return true;
  const [group, field] = [groupOf(apiVersion), root.at("apiVersion")];
  if (gone.includes(apiVersion)) {
    field.warn(`${apiVersion} is served no longer; it is read as ${served[0]}`);
    return true;
  }
  if (!GROUPS.has(group)) return false;
  field.say(`expected ${list(served)} for a ${kind}, got "${apiVersion}"`);
  return true;
}
