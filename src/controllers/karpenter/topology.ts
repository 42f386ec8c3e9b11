/**
 * What pods say of where others are (topology spread, pod affinity and anti-affinity) and what others say of them, as Solve
 * minds it: each rule that pods share is counted once. All pods are of one namespace.
 */
import type { LabelSelector, PodAffinity, PodAffinityTerm } from "../scheduler/objects.js";
import { HOSTNAME } from "./labels.js";
import type { Cluster, Node, Pod, Taint } from "./objects.js";
import { labelsOfPod, toleratesAll } from "./pod.js";
import { operatorOf, requirement } from "./requirement.js";
import { ofLabels, ofSpecs, type Requirements, requirements } from "./requirements.js";
import { type NodeFilter, type Rule, TopologyGroup } from "./topology-group.js";

/** A pool's nodes of one type, or all of them: what they may be, and their taints. */
export interface Supply {
  readonly requirements: Requirements;
  readonly taints: readonly Taint[];
  readonly whole: boolean;
}

export interface Surroundings {
  readonly cluster: Cluster;
  /** Nodes that stay, which are domains even without a pod. */
  readonly nodes: readonly Node[];
  /** Pods to be placed: they count nowhere until they are. */
  readonly pods: readonly Pod[];
  readonly supplies: () => readonly Supply[];
  readonly labelsOf: (node: Node) => Readonly<Record<string, string>>;
}

export class Topology {
  private readonly groups = new Map<string, TopologyGroup>();
  /** Pods that others keep away, by the others' rules. */
  private readonly inverse = new Map<string, TopologyGroup>();
  private readonly moving: ReadonlySet<string>;
  private domains: ReadonlyMap<string, ReadonlyMap<string, readonly (readonly Taint[])[]>> | undefined;

  constructor(private readonly about: Surroundings) {
    const { cluster, pods } = about;
    this.moving = new Set(pods.map(({ name }) => name));
    for (const pod of cluster.pods ?? []) {
      if (pod.node === undefined || pod.podAntiAffinity === undefined || this.moving.has(pod.name)) continue;
      const node = this.node(pod.node);
      if (node !== undefined) this.keepAway(pod, about.labelsOf(node));
    }
    for (const pod of pods) this.update(pod);
  }

  /** The pod has other rules than before. */
  update(pod: Pod): void {
    for (const group of this.groups.values()) group.owners.delete(pod.name);
    if (pod.podAntiAffinity !== undefined) this.keepAway(pod, {});
    for (const rule of rulesOf(pod, this.about.cluster.ignorePreferences === true)) {
      const name = nameOf(rule);
      const known = this.groups.get(name);
      const group = known ?? this.group(rule, pod);
      if (known === undefined) {
        this.groups.set(name, group);
        this.count(group);
      }
      group.owners.add(pod.name);
    }
  }

  registerHost(host: string): void {
    for (const groups of [this.groups, this.inverse])
      for (const group of groups.values()) if (group.rule.key === HOSTNAME) group.register(host);
  }

  /** What such a node must be besides if the pod is to go there; undefined when it may not. */
  narrowed(pod: Pod, strict: () => Requirements, taints: readonly Taint[], node: Requirements) {
    const rules = [
      ...[...this.groups.values()].filter(({ owners }) => owners.has(pod.name)),
      ...[...this.inverse.values()].filter((group) => group.concerns(pod, taints, node)),
    ];
    if (rules.length === 0) return node;
    const ofPod = strict();
    const all = new Map(node);
    for (const group of rules) {
      const { key } = group.rule;
      const any = requirement({ key, operator: "Exists" });
      const left = group.left(pod, ofPod.get(key) ?? any, node.get(key) ?? any);
      if (left.values.size === 0) return undefined;
      for (const [name, one] of requirements(all.values(), [left])) all.set(name, one);
    }
    return all;
  }

  /** The pod goes to such a node. */
  record(pod: Pod, taints: readonly Taint[], node: Requirements): void {
    for (const group of this.groups.values()) {
      const domain = node.get(group.rule.key);
      if (domain === undefined || !group.concerns(pod, taints, node)) continue;
      // It may yet be any of several: who keeps apart leaves all of them, others count it nowhere.
      if (group.rule.type === "anti-affinity" || (!domain.complement && domain.values.size === 1))
        group.record(...domain.values);
    }
    for (const group of this.inverse.values())
      if (group.owners.has(pod.name)) group.record(...(node.get(group.rule.key)?.values ?? []));
  }

  private keepAway(pod: Pod, labels: Readonly<Record<string, string>>): void {
    for (const term of required(pod.podAntiAffinity)) {
      const rule = apart("anti-affinity", pod, term);
      const group = this.inverse.get(nameOf(rule)) ?? this.group(rule, pod);
      this.inverse.set(nameOf(rule), group);
      const domain = labels[rule.key];
      if (domain !== undefined) group.record(domain);
      group.owners.add(pod.name);
    }
  }

  private group(rule: Rule, pod: Pod): TopologyGroup {
    this.domains ??= domainsOf(this.about.supplies());
    const known = this.domains.get(rule.key) ?? new Map<string, never>();
    const all = rule.filter?.taints === "Ignore";
    const domains = [...known].filter(([, taints]) => all || taints.some((one) => toleratesAll(pod, one)));
    return new TopologyGroup(
      rule,
      domains.map(([domain]) => domain),
    );
  }

  /** Nodes that stay are domains; pods that stay count where they are. */
  private count(group: TopologyGroup): void {
    const { cluster, nodes, labelsOf } = this.about;
    const { key, selector } = group.rule;
    for (const node of nodes) {
      const labels = labelsOf(node);
      const domain = labels[key];
      if (domain !== undefined && group.admits(node.taints, ofLabels(labels))) group.register(domain);
    }
    for (const pod of cluster.pods ?? []) {
      if (pod.node === undefined || pod.terminating === true || this.moving.has(pod.name)) continue;
      const node = this.node(pod.node);
      // Without a selector a rule is about nobody, but upstream's count of those that are there takes everybody.
      if (node === undefined || (selector !== undefined && !group.selects(pod))) continue;
      const labels = labelsOf(node);
      const domain = labels[key] ?? (key === HOSTNAME ? node.name : undefined);
      if (domain !== undefined && group.admits(node.taints, ofLabels(labels))) group.record(domain);
    }
  }

  private node(named: string): Node | undefined {
    return this.about.cluster.nodes?.find(({ name }) => name === named);
  }
}

const required = (affinity: PodAffinity | undefined): readonly PodAffinityTerm[] =>
  affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Keys of labels are expressions about the pod's own values. */
function withKeys(selector: LabelSelector | undefined, pod: Pod, keys: readonly (readonly [string, string])[]) {
  const labels = labelsOfPod(pod);
  const known = keys.filter(([key]) => labels[key] !== undefined);
  if (known.length === 0 || selector === undefined) return selector;
  const more = known.map(([key, operator]) => ({ key, operator, values: [labels[key]!] }));
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...more] };
}

function apart(type: "affinity" | "anti-affinity", pod: Pod, term: PodAffinityTerm): Rule {
  const { topologyKey, labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const keys = [
    ...matchLabelKeys.map((key) => [key, "In"] as const),
    ...mismatchLabelKeys.map((key) => [key, "NotIn"] as const),
  ];
  const selector = withKeys(labelSelector, pod, keys);
  return { type, key: topologyKey, selector, maxSkew: 2 ** 31 - 1, minDomains: undefined, filter: undefined };
}

/** Wishes are rules, too, until they are given up. */
function rulesOf(pod: Pod, ignorePreferences: boolean): readonly Rule[] {
  const spread = (pod.spread ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule" || !ignorePreferences)
    .map((one): Rule => {
      const { topologyKey: key, labelSelector, matchLabelKeys = [], maxSkew, minDomains } = one;
      const { nodeAffinityPolicy: affinity = "Honor", nodeTaintsPolicy: taints = "Ignore" } = one;
      const keys = matchLabelKeys.map((name) => [name, "In"] as const);
      const filter = { alternatives: alternatives(pod), affinity, taints, tolerations: pod.tolerations ?? [] };
      return { type: "spread", key, selector: withKeys(labelSelector, pod, keys), maxSkew, minDomains, filter };
    });
  const terms = (type: "affinity" | "anti-affinity", affinity: PodAffinity | undefined): readonly Rule[] => {
    const wishes = ignorePreferences ? [] : (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []);
    const all = [...required(affinity), ...wishes.map(({ podAffinityTerm }) => podAffinityTerm)];
    return all.map((term) => apart(type, pod, term));
  };
  return [...spread, ...terms("affinity", pod.podAffinity), ...terms("anti-affinity", pod.podAntiAffinity)];
}

function alternatives(pod: Pod): NodeFilter["alternatives"] {
  const selected = ofLabels(pod.nodeSelector ?? {});
  if (pod.required === undefined || pod.required.length === 0) return [selected];
  return pod.required.map((specs) => requirements(selected.values(), ofSpecs(specs).values()));
}

/**
 * Rules of one name are one. Upstream's hash leaves out `minDomains` and what nodes' labels are compared with, so that pods
 * that differ in these alone share the first one's.
 */
function nameOf({ type, key, selector, maxSkew, filter }: Rule): string {
  const sorted = (map: Readonly<Record<string, string>> = {}) => Object.entries(map).sort();
  const expressions = (selector?.matchExpressions ?? []).map((one) => JSON.stringify(one)).sort();
  const chosen = selector && [sorted(selector.matchLabels), [...new Set(expressions)]];
  const { alternatives: choices = [], affinity, taints, tolerations = [] } = filter ?? {};
  const nodes = [
    choices.map((one) => [...one.keys()].sort()),
    affinity,
    taints,
    tolerations.map((one) => sorted({ ...one })),
  ];
  return JSON.stringify([type, key, chosen, maxSkew, nodes]);
}

/** By label and value: the taints of whoever could make a node with it. */
function domainsOf(supplies: readonly Supply[]) {
  const all = new Map<string, Map<string, (readonly Taint[])[]>>();
  for (const { requirements: those, taints, whole } of supplies)
    for (const [key, one] of those) {
      if (whole && operatorOf(one) !== "In") continue;
      const values = all.get(key) ?? new Map<string, (readonly Taint[])[]>();
      all.set(key, values);
      for (const value of one.values) values.set(value, [...(values.get(value) ?? []), taints]);
    }
  return all;
}
