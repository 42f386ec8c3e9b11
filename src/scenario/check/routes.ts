/** Whether routes lead somewhere, and calls of them come through. */

import { type Aim, type Headers, type VirtualHostSpec, waysOf } from "../../model/routes/virtual-host.js";
import type { HeadersShare } from "../../model/spec.js";
import type { Sayings } from "../check.js";
import { list, unknownName } from "../complaint.js";
import { readTarget } from "../fields.js";
import { childOf, entriesOf, type Raw } from "../raw.js";
import type { Parts } from "../setup.js";
import { checkDelivery } from "../shape/delivery.js";
import { hostSpec } from "../shape/routes.js";
import type { Path } from "../source.js";

/** A "service/endpoint" in the file that may name a virtual host, and the service (or job) whose call it is. */
interface Call {
  readonly path: Path;
  readonly text: string;
  readonly key: boolean;
  readonly from: string | undefined;
}

/** The virtual hosts of a file, as far as they could be read. */
export class Routes {
  private readonly specs: ReadonlyMap<string, VirtualHostSpec>;
  private readonly asked = new Map<string, Set<string>>();

  constructor(
    private readonly raw: Raw,
    private readonly parts: Pick<Parts, "routes" | "loads" | "variants">,
    private readonly to: Sayings,
  ) {
    this.specs = new Map([...parts.routes].map(([name, route]) => [name, hostSpec(name, route)]));
  }

  /** Whether a name is a virtual host's, which then comes before a service of that name. */
  has(name: string): boolean {
    return childOf(this.raw.routes, name) !== undefined;
  }

  get names(): readonly string[] {
    return entriesOf(this.raw.routes).map(([name]) => name);
  }

  /** The services' endpoints that a call of a virtual host may come to, those that get copies included. */
  reached(text: string, from: string | undefined): readonly string[] {
    const { service, endpoint } = readTarget(text);
    const host = this.specs.get(service);
    if (host === undefined) return [];
    const ways = waysOf(host, { endpoint, from });
    return ways.flatMap(({ rule }) => [...rule.to, ...rule.mirrors].map((aim) => nameOf(aim, endpoint)));
  }

  /** Complains of a call of a virtual host that no service can answer, and of destinations that have no such endpoint. */
  checkCall({ path, text, key, from }: Call): void {
    const { service: name, endpoint } = readTarget(text);
    const host = this.specs.get(name);
    if (host === undefined) return;
    const ways = waysOf(host, { endpoint, from });
    const aims = ways.flatMap(({ rule, index }) => [...rule.to, ...rule.mirrors].map((aim) => ({ aim, index })));
    const open = aims.filter(({ aim }) => aim.endpoint === undefined && this.endpointsOf(aim.service).length > 0);
    const missing = open.filter(({ aim }) => !this.endpointsOf(aim.service).includes(endpoint));
    if (missing.length > 0 && missing.length === aims.length) {
      const there = [...new Set(open.flatMap(({ aim }) => this.endpointsOf(aim.service)))];
      const { message, suggestion } = unknownName(`endpoint of ${name}`, endpoint, there);
      this.to.say(path, message, { key, suggestion });
      return;
    }
    for (const { aim, index } of missing) this.sayOnce(name, index, aim, endpoint);
    this.checkTaken(host, endpoint, from);
  }

  /** A call of one endpoint is said to be missing at a destination once, however many make it. */
  private sayOnce(host: string, index: number, aim: Aim, endpoint: string): void {
    if (!this.first(`${host} ${index} ${aim.service}`, endpoint)) return;
    const there = list(this.endpointsOf(aim.service));
    const { path, key } = this.placeOf(host, index, aim);
    this.to.say(path, `expected a service with the endpoint "${endpoint}", got ${aim.service}, which has ${there}`, {
      key,
    });
  }

  private first(what: string, of: string): boolean {
    const known = this.asked.get(what) ?? new Set();
    this.asked.set(what, known);
    return known.size < known.add(of).size;
  }

  private checkTaken(host: VirtualHostSpec, endpoint: string, from: string | undefined): void {
    const ways = waysOf(host, { endpoint, from });
    const lost = classesIn(this.parts.loads.values()).filter(
      (headers) => !ways.some(({ takes }) => takes === undefined || takes(headers)),
    );
    if (lost.length === 0 || !this.first(`taken ${host.name}`, `${endpoint} ${from}`)) return;
    const whose = Object.entries(lost[0]).map(([name, value]) => `${name}: ${value}`);
    const which = ways.length === 0 ? "" : ` with ${whose.length === 0 ? "no headers" : whose.join(", ")}`;
    const caller = from === undefined ? "" : ` of ${from}`;
    this.to.warn(["routes", host.name], `no rule takes calls${caller} for ${endpoint}${which}: they fail`, {
      key: true,
    });
  }

  /** What can be said of each route by itself. */
  check(called: ReadonlySet<string>): void {
    const services = entriesOf(this.raw.services).map(([name]) => name);
    const callers = [...services, ...entriesOf(this.raw.jobs).map(([name]) => name)];
    for (const [name, host] of this.specs) {
      const { rules } = host;
      for (const { delivery, path } of this.deliveriesOf(name)) checkDelivery({ ...host, delivery }, path, this.to);
      if (!called.has(name)) this.to.warn(["routes", name], "nobody calls this route", { key: true });
      const taker = rules.findIndex(({ matches }) => matches.length === 0);
      if (taker >= 0 && taker < rules.length - 1)
        this.to.warn(this.pathOf(name, taker + 1), "no call comes to this rule: the one before takes all");
      for (const [index, { to, mirrors, matches }] of rules.entries()) {
        for (const aim of [...to, ...mirrors]) this.checkAim(name, index, aim, services);
        for (const caller of matches.flatMap(({ from = [] }) => from))
          if (!callers.includes(caller)) {
            const { message, suggestion } = unknownName("service", caller, callers);
            this.to.say([...this.pathOf(name, index), "match"], message, { suggestion });
          }
      }
    }
  }

  /** A route's own delivery, and those that policies give it. */
  private deliveriesOf(
    name: string,
  ): readonly { readonly delivery: VirtualHostSpec["delivery"]; readonly path: Path }[] {
    const others = [...this.parts.variants].map(([policy, { routes }]) => {
      const own = Object.hasOwn(routes, name) ? routes[name].delivery : undefined;
      return { delivery: own === "none" ? undefined : own, path: ["policies", policy, "routes", name, "delivery"] };
    });
    return [{ delivery: this.specs.get(name)?.delivery, path: ["routes", name, "delivery"] }, ...others];
  }

  private checkAim(host: string, index: number, aim: Aim, services: readonly string[]): void {
    const { path, key } = this.placeOf(host, index, aim);
    if (!services.includes(aim.service)) {
      const { message, suggestion } = unknownName("service", aim.service, services);
      this.to.say(path, message, { key, suggestion });
      return;
    }
    const there = this.endpointsOf(aim.service);
    if (aim.endpoint === undefined || there.length === 0 || there.includes(aim.endpoint)) return;
    const { message, suggestion } = unknownName(`endpoint of ${aim.service}`, aim.endpoint, there);
    this.to.say(path, message, { key, suggestion });
  }

  private endpointsOf(service: string): readonly string[] {
    return entriesOf(childOf(childOf(this.raw.services, service), "endpoints")).map(([name]) => name);
  }

  /** Where a rule stands. */
  pathOf(host: string, index: number): Path {
    return Array.isArray(childOf(this.raw.routes, host)) ? ["routes", host, index] : ["routes", host, "rules", index];
  }

  private placeOf(host: string, index: number, { service, endpoint }: Aim): { path: Path; key: boolean } {
    const rule = this.pathOf(host, index);
    const text = endpoint === undefined ? service : `${service}/${endpoint}`;
    const written = rule.reduce<unknown>((data, part) => (data as Record<string | number, unknown>)?.[part], this.raw);
    const to = childOf(written, "to");
    if (to === text) return { path: [...rule, "to"], key: false };
    if (childOf(to, text) !== undefined) return { path: [...rule, "to", text], key: true };
    return { path: [...rule, "mirror"], key: false };
  }
}

const nameOf = ({ service, endpoint }: Aim, asked: string): string => `${service}/${endpoint ?? asked}`;

/** The headers that requests come with, none included. */
function classesIn(loads: Iterable<{ readonly headers?: readonly HeadersShare[] | undefined }>): readonly Headers[] {
  const all: Headers[] = [];
  for (const { headers = [] } of loads) {
    if (headers.reduce((sum, { share }) => sum + share, 0) < 1 - 1e-9) all.push({});
    for (const { given } of headers) all.push(given);
  }
  return all;
}
