/** Who buys machines, as manifests: Karpenter's NodePools. Cluster Autoscaler is set by its flags, which is said. */
import type { KarpenterValues } from "../../../policy/provisioner/karpenter-fields.js";
import type { GroupSetup, Setup } from "../../setup.js";
import { said } from "../written.js";
import { type ApiObject, cpuQuantity, goDuration, memoryQuantity, type Part } from "./spelling.js";

export function clusterPart({ provisioner, groups }: Setup): Part {
  if (provisioner === undefined) return { objects: [], notes: [] };
  if (provisioner.name !== "karpenter")
    return { objects: [], notes: [`${provisioner.name} is set by its own flags: no object holds it`] };
  const values = provisioner.fields as unknown as KarpenterValues;
  const notes = ["the EC2NodeClass default is to be there: images, subnets and roles are your cloud's"];
  if (values.spotToSpotConsolidation)
    notes.push("spotToSpotConsolidation: karpenter's feature gate SpotToSpotConsolidation=true");
  for (const [field, otherwise, variable] of [
    ["batchIdleDuration", 1, "BATCH_IDLE_DURATION"],
    ["batchMaxDuration", 10, "BATCH_MAX_DURATION"],
  ] as const)
    if (values[field] !== otherwise) notes.push(`${field}: karpenter's ${variable}=${goDuration(values[field])}`);
  return { objects: (values.nodePools ?? [ownPool(groups)]).map((pool) => poolObject(pool, values)), notes };
}

type Pool = NonNullable<KarpenterValues["nodePools"]>[number];

/** The one pool of a scenario that names none may be every type of its groups. */
const ownPool = (groups: readonly GroupSetup[]): Pool => ({
  name: "default",
  weight: 0,
  requirements: [
    {
      key: "node.kubernetes.io/instance-type",
      operator: "In",
      values: [...new Set(groups.map(({ name, type }) => type ?? name))],
    },
  ],
});

const orNever = (time: number): string => (time === Infinity ? "Never" : goDuration(time));

function poolObject(pool: Pool, common: KarpenterValues): ApiObject {
  const { name, weight, requirements = [], labels, taints, limits, terminationGracePeriod } = pool;
  const { consolidationPolicy = common.consolidationPolicy, consolidateAfter = common.consolidateAfter } = pool;
  const { budgets = [{ nodes: common.budget }], expireAfter = common.expireAfter } = pool;
  const most = said({
    cpu: limits?.cpu === undefined ? undefined : cpuQuantity(limits.cpu),
    memory: limits?.memory === undefined ? undefined : memoryQuantity(limits.memory),
    nodes: limits?.nodes === undefined ? undefined : String(limits.nodes),
  });
  const spec = {
    template: {
      ...(labels === undefined ? {} : { metadata: { labels } }),
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: requirements.map((one) => said({ ...one })),
        ...said({ taints: taints?.map((one) => said({ ...one })) }),
        expireAfter: orNever(expireAfter),
        ...(terminationGracePeriod === undefined ? {} : { terminationGracePeriod: goDuration(terminationGracePeriod) }),
      },
    },
    disruption: {
      consolidationPolicy,
      consolidateAfter: orNever(consolidateAfter),
      budgets: budgets.map(({ duration, ...budget }) =>
        said({ ...budget, duration: duration === undefined ? undefined : inMinutes(duration) }),
      ),
    },
    ...(Object.keys(most).length === 0 ? {} : { limits: most }),
    ...(weight === 0 ? {} : { weight }),
  };
  return { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name }, spec };
}

/** Of budgets Karpenter takes hours and minutes alone. */
const inMinutes = (time: number): string => `${Math.ceil(time / 60)}m`;
