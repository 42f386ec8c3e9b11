/** What the compiled calls of virtual hosts share: classes of requests, policies of rules, and where their choices stand. */
import type { Distribution } from "../../kernel/distributions.js";
import { classesOf } from "../calls/classes.js";
import { isLaw, type RouteSpec } from "../calls/route.js";
import type { LoadSpec, ServiceSpec } from "../spec.js";
import type { Headers, VirtualHostSpec } from "./virtual-host.js";

export interface CompiledRoutes {
  readonly classes: readonly Headers[];
  /** By number, then by class: whether a request goes on there. */
  readonly fits: Uint8Array;
  readonly policies: readonly Policy[];
  readonly splits: readonly Split[];
}

/** What callers do on the way to one destination of one rule. */
export interface Policy {
  readonly route: RouteSpec;
  /** Of the time between two tries, -1 where it is Envoy's. */
  readonly backOffLaw: number;
}

/** A choice between the destinations of a rule; one stands wherever its host is called. */
interface Split {
  readonly host: string;
  readonly rule: number;
  /** The first destination's instruction; the others follow. */
  readonly entry: number;
}

export class RouteRegister {
  readonly splits: Split[] = [];
  /** What loads ask virtual hosts for. */
  readonly fronts: readonly { readonly host: string; readonly endpoint: string }[];
  private readonly classes: readonly Headers[];
  private readonly taken: number[] = [];
  private readonly policies: Policy[] = [];
  private readonly policyNumbers = new Map<string, number>();

  constructor(
    private readonly hosts: readonly VirtualHostSpec[],
    private readonly services: readonly ServiceSpec[],
    loads: readonly LoadSpec[],
    private readonly laws: Distribution[],
  ) {
    this.classes = classesOf(loads, hosts, services);
    const asked = loads.flatMap(({ mix }) => mix).filter(({ service }) => this.host(service) !== undefined);
    const fronts = new Map(
      asked.map(({ service, endpoint }) => [`${service}/${endpoint}`, { host: service, endpoint }]),
    );
    this.fronts = [...fronts.values()];
  }

  host(name: string): VirtualHostSpec | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  /** The number of a set of classes. */
  fits(takes: (headers: Headers) => boolean): number {
    this.taken.push(...this.classes.map((headers) => Number(takes(headers))));
    return this.taken.length / this.classes.length - 1;
  }

  /** The number of what this rule of this host says of calls to a service; -1 where the service alone says it. */
  policy(host: VirtualHostSpec, rule: number, service: string): number {
    const { policy } = host.rules[rule];
    if (Object.keys(policy).length === 0) return -1;
    return this.policyOf(service, policy, `${host.name} ${rule} ${service}`);
  }

  /** The number of what is said of calls to a service by whoever has this name. */
  policyOf(service: string, policy: Partial<RouteSpec>, key: string): number {
    const known = this.policyNumbers.get(key);
    if (known !== undefined) return known;
    const route = { ...this.services.find(({ name }) => name === service)!.route, ...policy };
    const { backOff } = route.retries;
    const backOffLaw = isLaw(backOff) ? this.laws.push(backOff) - 1 : -1;
    this.policyNumbers.set(key, this.policies.length);
    return this.policies.push({ route, backOffLaw }) - 1;
  }

  get compiled(): CompiledRoutes {
    const { classes, taken, policies, splits } = this;
    return { classes, fits: Uint8Array.from(taken), policies, splits };
  }
}
