/** Istio's VirtualServices: by which rules calls of a host come to its pods, within the mesh and at its gateways. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import { type Labels, selects } from "../kubernetes/selector.js";
import { serves, type Workload } from "../kubernetes/workloads.js";
import type { Destinations } from "./destination-rule.js";
import type { Part } from "./destinations.js";
import { faultsOf, retriesOf, shareOf, textMatch, timeoutOf } from "./faults.js";
import { type Host, type Hosts, subsetOf } from "./hosts.js";
import { beginning, exactly, fitting, type PathMatch } from "./paths.js";
import {
  ledTo,
  type RuleWithPaths,
  routeOf,
  servicesOf,
  type TextMatch,
  type WrittenMatch,
  type WrittenRoute,
  type WrittenRule,
} from "./written-route.js";

/** All sidecars, in the place of a gateway. */
const MESH = "mesh";

export interface Known {
  readonly hosts: Hosts;
  readonly workloads: readonly Workload[];
  readonly destinations: Destinations;
}

export function virtualServices(manifests: readonly Manifest[], known: Known): WrittenRoute[] {
  return manifests.flatMap((one): WrittenRoute[] => {
    if (one.kind !== "VirtualService") return [];
    const spec = one.root.at("spec");
    const gateways = spec
      .at("gateways")
      .items()
      .map((at) => at.text() ?? "");
    const inside = gateways.length === 0 || gateways.includes(MESH);
    const outside = gateways.filter((name) => name !== MESH);
    const says = `VirtualService ${one.name}`;
    const routes: WrittenRoute[] = [];
    if (inside)
      for (const host of hostsOf(spec.at("hosts"), one, known)) {
        routes.push({
          ...routeOf(host.route, rulesOf(one, [MESH], known)),
          says,
          at: spec.at("hosts"),
          behind: servicesOf(host),
        });
      }
    if (outside.length > 0) {
      spec.at("hosts").mark();
      const name = known.hosts.all.some(({ route }) => route === one.name) ? `${one.name}-gateway` : one.name;
      routes.push({ ...routeOf(name, rulesOf(one, outside, known)), says, entered: true });
    }
    return routes.filter(({ rules }) => rules.length > 0);
  });
}

function hostsOf(list: Field, { namespace }: Manifest, { hosts }: Known): Host[] {
  if (!list.there) list.missing("a list of hosts");
  return list.items().flatMap((at) => {
    if (String(at.value).startsWith("*")) {
      at.warn("many hosts at once are simulated at gateways only", { key: true });
      return [];
    }
    return hosts.find(at, namespace) ?? [];
  });
}

/**
 * Those that calls which come by these gateways meet, in order. Which protocol a port speaks is not known here: where there are
 * rules for HTTP calls go by these, else by those for connections.
 */
function rulesOf({ root, namespace }: Manifest, gateways: readonly string[], known: Known): RuleWithPaths[] {
  const kinds = ["http", "tcp", "tls"].map((key) => root.at("spec", key));
  const rules = kinds.find(({ there }) => there);
  const make = rules === kinds[0] ? ruleOf : connectionRuleOf;
  return (rules?.items() ?? []).flatMap((rule) => {
    const matches = rule.at("match").items();
    const met = matches.filter((one) => meets(one.at("gateways"), gateways));
    return matches.length > 0 && met.length === 0 ? [] : (make(rule, met, namespace, known) ?? []);
  });
}

/** A condition that names gateways is of those that come by them. */
function meets(names: Field, gateways: readonly string[]): boolean {
  if (!names.there) return true;
  names.mark();
  return names.items().some(({ value }) => gateways.includes(String(value)));
}

/** Undefined where it leads to nobody that is known. */
function ruleOf(http: Field, matches: readonly Field[], namespace: string, known: Known): RuleWithPaths | undefined {
  const found = matches.map((one) => matchOf(one, known));
  const timeout = timeoutOf(http.at("timeout"));
  const retries = retriesOf(http.at("retries"));
  if (typeof retries === "object" && retries.perTry === undefined && (timeout ?? "none") === "none")
    http.at("retries").warn("retries without a timeout: a try that nobody answers is waited for, not tried again", {
      key: true,
    });
  const mirror = mirrorsOf(http, namespace, known);
  const fault = faultsOf(http.at("fault"));
  const parts = partsOf(http.at("route"), namespace, known);
  const rule: WrittenRule = {
    // One condition that all calls meet is none.
    ...(found.length === 0 || found.some(({ match }) => Object.keys(match).length === 0)
      ? {}
      : { match: found.map(({ match }) => match) }),
    ...(mirror.length === 0 ? {} : { mirror }),
    ...fault,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
  };
  const answered = answerOf(http);
  const examples = found.flatMap(({ path }) => path?.example ?? []);
  if (answered !== undefined) return { rule: { ...rule, abort: { status: answered, share: 1 } }, examples };
  if (!http.at("route").there) {
    if (!http.at("delegate").there) http.say("expected a route, a redirect or a directResponse, got none");
    return undefined;
  }
  return parts && { rule: ledTo(parts, rule), examples };
}

/** Of a connection nothing is known but who opens it; it is not tried again, nor given up for its length. */
function connectionRuleOf(
  at: Field,
  matches: readonly Field[],
  namespace: string,
  known: Known,
): RuleWithPaths | undefined {
  const from = matches.map((one) => {
    for (const key of ["port", "destinationSubnets", "sniHosts"])
      if (one.at(key).there)
        one.at(key).warn(`calls are not told apart by ${key} in the simulation: taken as met`, { key: true });
    return callersOf(one, known.workloads);
  });
  const parts = partsOf(at.at("route"), namespace, known);
  const all = from.length === 0 || from.includes(undefined);
  const rule: WrittenRule = {
    ...(all ? {} : { match: from.map((callers) => ({ from: callers! })) }),
    ...{ timeout: "none", retries: "none" },
  };
  return parts && { rule: ledTo(parts, rule), examples: [] };
}

/** The status that the proxy itself gives. */
function answerOf(http: Field): number | undefined {
  const direct = http.at("directResponse", "status").whole(200, 599);
  if (direct !== undefined) return direct;
  if (!http.at("redirect").there) return undefined;
  return http.at("redirect", "redirectCode").whole(300, 399) ?? 301;
}

/** Undefined where a destination is not known, which is said. */
function partsOf(route: Field, namespace: string, known: Known): Part[] | undefined {
  const items = route.items();
  const weights = items.map((one) => one.at("weight").whole() ?? 0);
  const all = weights.reduce((sum, one) => sum + one, 0);
  if (items.length > 1 && all === 0) route.say("expected weights with a sum above 0, got 0");
  const parts = items.map((one, i) => {
    const workloads = destinationOf(one.at("destination"), namespace, known);
    return workloads && { weight: items.length === 1 ? 1 : weights[i], workloads };
  });
  return parts.every((one) => one !== undefined) ? parts : undefined;
}

function destinationOf(at: Field, namespace: string, { hosts, destinations }: Known): readonly Workload[] | undefined {
  if (!at.at("host").there) at.at("host").missing("a host");
  const host = hosts.find(at.at("host"), namespace);
  const subset = at.at("subset");
  const name = subset.text();
  if (host === undefined) return undefined;
  if (name === undefined) return host.workloads;
  const subsets = destinations.subsets.get(host);
  const labels = subsets?.get(name);
  if (labels === undefined) {
    const there = [...(subsets?.keys() ?? [])];
    const has = there.length === 0 ? "has none" : `has ${there.join(", ")}`;
    subset.say(`expected a subset of a DestinationRule for ${host.name}, which ${has}, got "${name}"`);
    return [];
  }
  const workloads = subsetOf(host, labels);
  if (workloads.length === 0)
    subset.warn(`no pod of ${host.name} has the labels of ${name}: its share of the calls is answered 503`);
  return workloads;
}

/** A copy goes to one service; where several stand behind the host, to the first. */
function mirrorsOf(http: Field, namespace: string, known: Known): { readonly to: string; readonly share: number }[] {
  const one = http.at("mirror");
  const share = http.at(http.at("mirrorPercentage").there ? "mirrorPercentage" : "mirrorPercent");
  const many = http.at("mirrors").items();
  const all = [
    ...(one.there ? [{ at: one, share: share.there ? shareOf(share) : 1 }] : []),
    ...many.map((each) => ({
      at: each.at("destination"),
      share: each.at("percentage").there ? shareOf(each.at("percentage")) : 1,
    })),
  ];
  return all.flatMap(({ at, share: part }) => {
    const [first] = destinationOf(at, namespace, known) ?? [];
    return first === undefined || part === 0 ? [] : [{ to: first.service, share: part }];
  });
}

/** Conditions of which nothing is known in the simulation are taken as true. */
const UNKNOWN = ["port", "method", "authority", "scheme", "queryParams"] as const;

function matchOf(at: Field, { workloads }: Known): { match: WrittenMatch; path?: PathMatch } {
  for (const key of UNKNOWN)
    if (at.at(key).there)
      at.at(key).warn(`calls are not told apart by ${key} in the simulation: taken as met`, { key: true });
  const uri = at.at("uri");
  const path = uri.there ? pathOf(uri) : undefined;
  const from = callersOf(at, workloads);
  const match = {
    ...(path?.match === undefined ? {} : { endpoint: path.match }),
    ...headersIn("headers", at),
    ...headersIn("withoutHeaders", at),
    ...(from === undefined ? {} : { from }),
  };
  return path === undefined ? { match } : { match, path };
}

function pathOf(uri: Field): PathMatch {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((key) => uri.at(key));
  if (exact.there) return exactly(exact.text() ?? "");
  if (prefix.there) return beginning(prefix.text() ?? "");
  if (regex.there) return fitting(regex);
  uri.say("expected one of exact, prefix, regex, got none");
  return { match: undefined, example: undefined };
}

function headersIn(key: "headers" | "withoutHeaders", at: Field): WrittenMatch {
  const entries = at.at(key).entries();
  if (entries.length === 0) return {};
  const fields = entries.map(([name, field]): [string, TextMatch] => [name, textMatch(field) ?? ""]);
  return { [key]: Object.fromEntries(fields) };
}

/** Callers by the labels of their pods, and by their namespace. */
function callersOf(at: Field, workloads: readonly Workload[]): readonly string[] | undefined {
  const [labels, space] = [at.at("sourceLabels"), at.at("sourceNamespace")];
  if (!labels.there && !space.there) return undefined;
  const wanted: Labels = labels.texts();
  const where = space.text();
  const callers = workloads.filter(
    (one) =>
      serves(one) && (!labels.there || selects(wanted, one.labels)) && one.namespace === (where ?? one.namespace),
  );
  if (callers.length === 0 && workloads.length > 0)
    (labels.there ? labels : space).warn("no pod of these manifests calls from there", { key: true });
  return callers.map(({ service }) => service);
}
