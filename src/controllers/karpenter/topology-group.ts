/**
 * One rule about where pods are: how many pods that it speaks of each domain of a node's label has, and which domains it
 * leaves to the next. A pod that spreads takes the emptiest; of equals upstream takes any, here the first by name.
 */
import type { LabelSelector } from "../scheduler/objects.js";
import { selects } from "../scheduler/selectors.js";
import { HOSTNAME } from "./labels.js";
import type { Pod, Taint } from "./objects.js";
import { labelsOfPod, toleratesAll } from "./pod.js";
import { allows, inValues, operatorOf, type Requirement } from "./requirement.js";
import { compatible, type Requirements } from "./requirements.js";

/** Which nodes count: those that the pod's selectors admit, whose taints it tolerates, as far as its constraint says so. */
export interface NodeFilter {
  /** Of which one must hold. */
  readonly alternatives: readonly Requirements[];
  readonly affinity: string;
  readonly taints: string;
  readonly tolerations: NonNullable<Pod["tolerations"]>;
}

export interface Rule {
  readonly type: "spread" | "affinity" | "anti-affinity";
  readonly key: string;
  readonly selector: LabelSelector | undefined;
  readonly maxSkew: number;
  readonly minDomains: number | undefined;
  /** Undefined: all nodes count. */
  readonly filter: NodeFilter | undefined;
}

/** Upstream's least of no domains at all. */
const MOST = 2 ** 31 - 1;

export class TopologyGroup {
  /** Pods that follow the rule. */
  readonly owners = new Set<string>();
  private readonly counts = new Map<string, number>();

  constructor(
    readonly rule: Rule,
    domains: Iterable<string>,
  ) {
    for (const domain of domains) this.register(domain);
  }

  /** A domain that there is, even if nobody is in it. */
  register(domain: string): void {
    if (!this.counts.has(domain)) this.counts.set(domain, 0);
  }

  record(...domains: readonly string[]): void {
    for (const domain of domains) this.counts.set(domain, (this.counts.get(domain) ?? 0) + 1);
  }

  selects = (pod: Pod): boolean => selects(this.rule.selector, labelsOfPod(pod));

  admits(taints: readonly Taint[] | undefined, requirements: Requirements): boolean {
    const { filter } = this.rule;
    if (filter === undefined) return true;
    const { alternatives, affinity, taints: policy, tolerations } = filter;
    if (affinity === "Honor" && !alternatives.some((one) => compatible(requirements, one))) return false;
    return policy !== "Honor" || toleratesAll({ tolerations }, taints);
  }

  /** Whether the pod counts on such a node. */
  concerns(pod: Pod, taints: readonly Taint[] | undefined, requirements: Requirements): boolean {
    return this.selects(pod) && this.admits(taints, requirements);
  }

  /** Domains that are left to the pod on such a node: none when the rule forbids it. */
  left(pod: Pod, ofPod: Requirement, ofNode: Requirement): Requirement {
    const { type, key } = this.rule;
    const [host, ...others] = key === HOSTNAME ? ofNode.values : [];
    if (host !== undefined && others.length === 0)
      return inValues(key, ...(this.hosts(pod, ofPod, host) ? [host] : []));
    if (type === "spread") return inValues(key, ...this.emptiest(pod, ofPod, ofNode));
    const there = this.within(ofNode).filter((domain) => allows(ofPod, domain));
    if (type === "anti-affinity") return inValues(key, ...there.filter((domain) => this.count(domain) === 0));
    const near = there.filter((domain) => this.count(domain) > 0);
    return inValues(key, ...(near.length > 0 || !this.mayBegin(pod, ofPod) ? near : this.beginning(ofPod, there)));
  }

  /** New nodes are hosts of their own, so that the least is always 0 there. */
  private hosts(pod: Pod, ofPod: Requirement, host: string): boolean {
    const { type, maxSkew } = this.rule;
    const count = this.count(host);
    if (type === "spread") return count + (this.selects(pod) ? 1 : 0) <= maxSkew;
    if (type === "anti-affinity") return count === 0;
    return allows(ofPod, host) && (count > 0 || this.mayBegin(pod, ofPod));
  }

  private emptiest(pod: Pod, ofPod: Requirement, ofNode: Requirement): readonly string[] {
    const most = this.rule.maxSkew + this.least(ofPod) - (this.selects(pod) ? 1 : 0);
    let best: string | undefined;
    for (const domain of this.within(ofNode))
      if (this.count(domain) <= most && (best === undefined || this.count(domain) < this.count(best))) best = domain;
    return best === undefined ? [] : [best];
  }

  private least(ofPod: Requirement): number {
    const { key, minDomains = 0 } = this.rule;
    if (key === HOSTNAME) return 0;
    let [least, domains] = [MOST, 0];
    for (const [domain, count] of this.counts)
      if (allows(ofPod, domain)) {
        domains++;
        least = Math.min(least, count);
      }
    return domains < minDomains ? 0 : least;
  }

  /** The first of a group that wants to be together, or one that may not go to where the others are. */
  private mayBegin(pod: Pod, ofPod: Requirement): boolean {
    if (!this.selects(pod)) return false;
    for (const [domain, count] of this.counts) if (count > 0 && allows(ofPod, domain)) return false;
    return true;
  }

  /** Upstream takes any domain of the node's, and any of all that the pod may go to as well. */
  private beginning(ofPod: Requirement, there: readonly string[]): readonly string[] {
    const anywhere = [...this.counts.keys()].sort().find((domain) => allows(ofPod, domain));
    return [...there.slice(0, 1), ...(anywhere === undefined ? [] : [anywhere])];
  }

  private count(domain: string): number {
    return this.counts.get(domain) ?? 0;
  }

  /** Domains that such a node can be in, by name. */
  private within(ofNode: Requirement): readonly string[] {
    const few = operatorOf(ofNode) === "In" ? [...ofNode.values] : [...this.counts.keys()];
    return few.filter((domain) => this.counts.has(domain) && allows(ofNode, domain)).sort();
  }
}
