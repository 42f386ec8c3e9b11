/** Labels that Karpenter knows by name. */
export const ZONE = "topology.kubernetes.io/zone";
export const ARCH = "kubernetes.io/arch";
export const OS = "kubernetes.io/os";
export const INSTANCE_TYPE = "node.kubernetes.io/instance-type";
export const HOSTNAME = "kubernetes.io/hostname";
export const CAPACITY_TYPE = "karpenter.sh/capacity-type";
export const NODE_POOL = "karpenter.sh/nodepool";
const REGION = "topology.kubernetes.io/region";

/** What AWS says of its instance types. */
export const INSTANCE_CATEGORY = "karpenter.k8s.aws/instance-category";
export const INSTANCE_FAMILY = "karpenter.k8s.aws/instance-family";
export const INSTANCE_GENERATION = "karpenter.k8s.aws/instance-generation";
export const INSTANCE_SIZE = "karpenter.k8s.aws/instance-size";
export const INSTANCE_CPU = "karpenter.k8s.aws/instance-cpu";
export const INSTANCE_MEMORY = "karpenter.k8s.aws/instance-memory";

/** A claim need not say these for a pod to ask for them: some instance type will have them. */
export const wellKnown: ReadonlySet<string> = new Set([
  NODE_POOL,
  ZONE,
  REGION,
  INSTANCE_TYPE,
  ARCH,
  OS,
  CAPACITY_TYPE,
  "node.kubernetes.io/windows-build",
  INSTANCE_CATEGORY,
  INSTANCE_FAMILY,
  INSTANCE_GENERATION,
  INSTANCE_SIZE,
  INSTANCE_CPU,
  INSTANCE_MEMORY,
]);

/** Older names, and the one that each stands for. */
export const normalizedLabels: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": ZONE,
  "failure-domain.beta.kubernetes.io/region": REGION,
  "beta.kubernetes.io/arch": ARCH,
  "beta.kubernetes.io/os": OS,
  "beta.kubernetes.io/instance-type": INSTANCE_TYPE,
};
