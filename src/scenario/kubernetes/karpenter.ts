/** Karpenter's NodePools and EC2NodeClasses, as the scenario's cluster: its provisioner, and what it may buy. */
import { instanceTypes } from "../../catalogue/instances.js";
import { parseDuration } from "../../units.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { asMebibytes, asMillicores } from "./quantity.js";
import { ASSUMED, said, type WrittenFields } from "./written.js";

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"] as const;
const POLICIES = ["WhenEmptyOrUnderutilized", "WhenEmpty"] as const;
const REASONS = ["Empty", "Drifted", "Underutilized"] as const;
const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

const ZONE = "topology.kubernetes.io/zone";
const CAPACITY_TYPE = "karpenter.sh/capacity-type";
const INSTANCE_TYPE = "node.kubernetes.io/instance-type";

/** What stands for what manifests do not say: where pods are before Karpenter buys, and what spot machines cost. */
const SYSTEM = { system: { type: "m5.large", count: 1 } };
const SPOT = { price: "35%", interruption: { exponential: "24h" } };

/** The section `cluster` of a scenario; undefined when there is no NodePool. */
export function clusterOf(manifests: readonly Manifest[]): WrittenFields | undefined {
  const pools = manifests.filter(({ kind }) => kind === "NodePool");
  if (pools.length === 0) return undefined;
  const nodePools = pools.map(poolOf);
  const asked = (key: string) =>
    nodePools.flatMap(({ requirements = [] }) =>
      requirements.flatMap((one) => (one.key === key && one.operator === "In" ? (one.values ?? []) : [])),
    );
  const zones = [...new Set(asked(ZONE))];
  const spot = asked(CAPACITY_TYPE).includes("spot");
  const maxPods = manifests
    .filter(({ kind }) => kind === "EC2NodeClass")
    .map(({ root }) => root.at("spec", "kubelet", "maxPods").whole(1))
    .find((given) => given !== undefined);
  const market = {
    types: "aws",
    zones: zones.length === 0 ? undefined : zones,
    spot: spot ? SPOT : undefined,
    maxPods,
  };
  return {
    nodes: { value: SYSTEM, remark: `${ASSUMED}: machines that are nobody's, there from the start` },
    market: {
      value: said(market),
      ...(spot ? { remark: `${ASSUMED}: what spot machines cost, and how long they last` } : {}),
    },
    provisioner: { value: { use: "karpenter", nodePools } },
  };
}

function poolOf({ name, root }: Manifest) {
  const spec = root.at("spec");
  const template = spec.at("template");
  const disruption = spec.at("disruption");
  const [limits, labels] = [limitsOf(spec.at("limits")), template.at("metadata", "labels").texts()];
  const [requirements, taints] = [
    template.at("spec", "requirements").items().map(requirementOf),
    template.at("spec", "taints").items().map(taintOf),
  ];
  if (!template.at("spec", "requirements").there) template.at("spec", "requirements").missing("a list of requirements");
  const budgets = disruption.at("budgets").items().map(budgetOf);
  return said({
    name,
    weight: spec.at("weight").whole(1, 100),
    requirements: listed(requirements),
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    taints: listed(taints),
    limits: Object.keys(limits).length === 0 ? undefined : limits,
    consolidationPolicy: disruption.at("consolidationPolicy").word(...POLICIES),
    consolidateAfter: orNever(disruption.at("consolidateAfter")),
    budgets: listed(budgets),
    expireAfter: orNever(template.at("spec", "expireAfter")),
    terminationGracePeriod: template.at("spec", "terminationGracePeriod").duration(),
  });
}

const listed = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

function orNever(field: Field): string | undefined {
  if (!field.there) return undefined;
  field.mark();
  const { value } = field;
  if (value === "Never" || (typeof value === "string" && parseDuration(value) >= 0)) return value;
  field.say(`expected a duration like "30s" or Never, got ${JSON.stringify(value)}`);
  return undefined;
}

function requirementOf(field: Field) {
  const key = field.at("key").text();
  if (key === undefined) field.at("key").missing("a label's name");
  const operator = field.at("operator").word(...OPERATORS);
  if (!field.at("operator").there) field.at("operator").missing(`one of ${OPERATORS.join(", ")}`);
  const written = field.at("values").items();
  const values = written.map((one) => one.text() ?? "");
  const [count, wanted] = [values.length, wantedOf(operator)];
  if (operator !== undefined && !wanted.fits(count))
    field.at("values").say(`expected ${wanted.what} with ${operator}, got ${count === 0 ? "none" : count}`, {
      key: true,
    });
  if (key === INSTANCE_TYPE)
    for (const [i, one] of values.entries())
      if (!instanceTypes.includes(one)) written[i].warn("no instance type of the catalogue, so that none is bought");
  return said({ key, operator, values: listed(values), minValues: field.at("minValues").whole(1, 50) });
}

function wantedOf(operator: (typeof OPERATORS)[number] | undefined) {
  if (operator === "In" || operator === "NotIn") return { what: "values", fits: (count: number) => count > 0 };
  if (operator === "Exists" || operator === "DoesNotExist")
    return { what: "no values", fits: (count: number) => count === 0 };
  return { what: "one value", fits: (count: number) => count === 1 };
}

const taintOf = (field: Field) => {
  const key = field.at("key").text();
  const effect = field.at("effect").word(...EFFECTS);
  for (const part of ["key", "effect"]) if (!field.at(part).there) field.at(part).missing("a key and an effect");
  return said({ key, value: field.at("value").text(), effect });
};

function limitsOf(field: Field) {
  const cores = field.at("cpu").quantity('a cpu quantity like "100"');
  const bytes = field.at("memory").quantity('a memory quantity like "400Gi"');
  return said({
    cpu: cores === undefined ? undefined : `${asMillicores(cores)}m`,
    memory: bytes === undefined ? undefined : `${asMebibytes(bytes)}Mi`,
    nodes: field.at("nodes").quantity("a number of nodes"),
  });
}

function budgetOf(field: Field) {
  const nodes = field.at("nodes").mark();
  if (!/^((100|\d{1,2})%|\d+)$/.test(String(nodes.value)))
    nodes.say(`expected a number of nodes or a percentage like "10%", got ${JSON.stringify(nodes.value)}`);
  const schedule = field.at("schedule").text();
  const duration = field.at("duration").duration();
  if ((schedule === undefined) !== (duration === undefined))
    field.say("expected schedule and duration together, got one of them", { key: true });
  const reasons = field
    .at("reasons")
    .items()
    .map((one) => one.word(...REASONS) ?? "");
  return said({ nodes: String(nodes.value), reasons: listed(reasons), schedule, duration });
}
