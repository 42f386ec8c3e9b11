/**
 * Consul's discovery chain: a call of a service is routed, what it is routed to is split, and each part of that is resolved
 * to pods.
 */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import type { Workload } from "../kubernetes/workloads.js";
import type { WrittenFields } from "../kubernetes/written.js";
import type { Part } from "./destinations.js";
import type { Hosts } from "./hosts.js";
import { type Resolver, resolversIn, type Target } from "./service-resolver.js";
import { type RouterRule, routersIn } from "./service-router.js";
import { splittersIn } from "./service-splitter.js";
import { ledTo, type RuleWithPaths, routeOf, servicesOf, type WrittenRoute } from "./written-route.js";

/** Envoy's, which Consul leaves as it is. */
const TIMEOUT = "15s";

/** Redirects and splits that lead further than this lead in a circle. */
const LONGEST_CHAIN = 20;

class Chain {
  private readonly resolvers: ReadonlyMap<string, Resolver>;
  private readonly splitters: ReturnType<typeof splittersIn>;
  private readonly routers: ReturnType<typeof routersIn>;
  private readonly namespaces: ReadonlyMap<string, string>;
  private readonly told = new Set<Field>();

  constructor(
    manifests: readonly Manifest[],
    private readonly hosts: Hosts,
  ) {
    const own = manifests.filter(({ kind }) => /^Service(Router|Splitter|Resolver)$/.test(kind));
    this.namespaces = new Map(own.map(({ name, namespace }) => [name, namespace]));
    this.resolvers = resolversIn(manifests, hosts);
    this.splitters = splittersIn(manifests);
    this.routers = routersIn(manifests);
  }

  routes(): WrittenRoute[] {
    const names = new Set([...this.routers.keys(), ...this.splitters.keys(), ...this.resolvers.keys()]);
    return [...names].flatMap((name): WrittenRoute[] => {
      const at = this.placeOf(name);
      const host = this.hosts.find(at, this.namespaces.get(name)!);
      if (host === undefined) return [];
      const rules = (this.routers.get(name)?.rules ?? []).map((rule) => this.rule(rule));
      const last = { service: name, subset: undefined, at };
      const others: RuleWithPaths = { rule: ledTo(this.split(last), { timeout: this.timeoutOf(last) }), examples: [] };
      const says = `Consul's ${this.kindsOf(name).join(", ")}`;
      return [{ ...routeOf(host.route, [...rules, others]), says, at, behind: servicesOf(host) }];
    });
  }

  /** Pods are balanced as their own service's resolver says. */
  balancers(): ReadonlyMap<Workload, WrittenFields> {
    const found = [...this.resolvers.values()].filter(({ balancer }) => balancer !== undefined);
    return new Map(
      found.flatMap(({ host, balancer }) =>
        host.workloads.map((one): [Workload, WrittenFields] => [one, { balancer: { value: balancer } }]),
      ),
    );
  }

  private rule({ match, example, to, timeout, retries }: RouterRule): RuleWithPaths {
    const met = Object.keys(match).length === 0 ? {} : { match: [match] };
    const again = retries === undefined ? {} : { retries };
    const rule = ledTo(this.split(to), { ...met, timeout: timeout ?? this.timeoutOf(to), ...again });
    return { rule, examples: example === undefined ? [] : [example] };
  }

  private timeoutOf({ service }: Target): string {
    return this.resolvers.get(service)?.timeout ?? TIMEOUT;
  }

  /** A subset that is named is not split any further. */
  private split(target: Target, depth = 0): Part[] {
    const splitter = target.subset === undefined ? this.splitters.get(target.service) : undefined;
    if (splitter === undefined) return [{ weight: 1, workloads: this.resolve(target) }];
    if (this.isCircle(target.at, depth)) return [];
    return splitter.splits.flatMap(({ weight, ...part }) => {
      const own = part.service === target.service;
      const parts = own ? [{ weight: 1, workloads: this.resolve(part) }] : this.split(part, depth + 1);
      const all = parts.reduce((sum, one) => sum + one.weight, 0);
      return parts.map((one) => ({ ...one, weight: (weight * one.weight) / all }));
    });
  }

  private resolve(target: Target, depth = 0): readonly Workload[] {
    const { service, subset, at } = target;
    const resolver = this.resolvers.get(service);
    if (resolver?.redirect !== undefined)
      return this.isCircle(at, depth) ? [] : this.resolve(resolver.redirect, depth + 1);
    const name = subset ?? resolver?.defaultSubset;
    const host = resolver?.host ?? this.hostOf(target);
    if (host === undefined || name === undefined) return host?.workloads ?? [];
    const filter = resolver?.subsets.get(name);
    if (filter === undefined) {
      const there = [...(resolver?.subsets.keys() ?? [])];
      const has = there.length === 0 ? "has none" : `has ${there.join(", ")}`;
      if (this.isFirst(at)) at.say(`expected a subset of ${service}'s service-resolver, which ${has}, got "${name}"`);
      return [];
    }
    const workloads = host.workloads.filter(filter);
    if (workloads.length === 0 && this.isFirst(at))
      at.warn(`no pod of ${service} is of the subset ${name}: its share of the calls is answered 503`);
    return workloads;
  }

  private hostOf({ service, at }: Target) {
    const field = at.at("service").there ? at.at("service") : at;
    const namespace = this.namespaces.get(service) ?? "default";
    const known = this.hosts.named(service, namespace) ?? this.hosts.all.find(({ name }) => name === service);
    return known ?? (this.isFirst(at) ? this.hosts.find(field, namespace) : undefined);
  }

  /** A target is resolved for each way to it, and spoken of once. */
  private isFirst(at: Field): boolean {
    return this.told.size < this.told.add(at).size;
  }

  private isCircle(at: Field, depth: number): boolean {
    if (depth < LONGEST_CHAIN) return false;
    if (this.isFirst(at)) at.say("services lead to each other in a circle");
    return true;
  }

  private placeOf(name: string): Field {
    return (this.routers.get(name) ?? this.splitters.get(name) ?? this.resolvers.get(name))!.at;
  }

  private kindsOf(name: string): string[] {
    return Object.entries({ router: this.routers, splitter: this.splitters, resolver: this.resolvers }).flatMap(
      ([kind, objects]) => (objects.has(name) ? [`service-${kind}`] : []),
    );
  }
}

export function consulRoutes(manifests: readonly Manifest[], hosts: Hosts) {
  const chain = new Chain(manifests, hosts);
  return { routes: chain.routes(), fields: chain.balancers() };
}
