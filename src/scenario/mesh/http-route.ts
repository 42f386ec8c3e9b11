/**
 * HTTPRoutes of the Gateway API: of a Gateway's, or of a Service's own calls within a mesh. Not the order of rules decides
 * but how much they say: the whole path before its beginning, the longer beginning before the shorter, then the method, the number of headers
 * and that of query parameters.
 */

import { parseDuration } from "../../units.js";
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import type { Workload } from "../kubernetes/workloads.js";
import type { Part } from "./destinations.js";
import { failuresOfStatuses, spanOf, timeoutOf } from "./faults.js";
import type { Host, Hosts } from "./hosts.js";
import { below, exactly, fitting, isExpression, type PathMatch } from "./paths.js";
import {
  ledTo,
  type RuleWithPaths,
  routeOf,
  servicesOf,
  type TextMatch,
  type WrittenMatch,
  type WrittenRetries,
  type WrittenRoute,
  type WrittenRule,
} from "./written-route.js";

/** A rule for one of its matches, with what it says before others. */
interface Ranked extends RuleWithPaths {
  readonly rank: readonly number[];
}

export function httpRoutes(manifests: readonly Manifest[], hosts: Hosts): WrittenRoute[] {
  const routes: WrittenRoute[] = [];
  const within = new Map<Host, { readonly rules: Ranked[]; readonly names: string[]; readonly at: Field }>();
  for (const one of manifests) {
    if (one.kind !== "HTTPRoute") continue;
    const spec = one.root.at("spec");
    const parents = spec.at("parentRefs").items();
    const services = parents.filter((at) => at.at("kind").value === "Service");
    const rules = rulesOf(spec.at("rules"), one.namespace, hosts);
    for (const at of services) {
      at.at("kind").mark();
      const host = hosts.find(at.at("name"), at.at("namespace").text() ?? one.namespace);
      if (host === undefined) continue;
      const found = within.get(host) ?? { rules: [], names: [], at: at.at("name") };
      within.set(host, found);
      found.rules.push(...rules);
      found.names.push(one.name);
    }
    if (services.length > 0 && services.length === parents.length) continue;
    const name = hosts.all.some(({ route }) => route === one.name) ? `${one.name}-gateway` : one.name;
    if (rules.length > 0)
      routes.push({ ...routeOf(name, ordered(rules)), says: `HTTPRoute ${one.name}`, entered: true });
  }
  const ofServices = [...within].map(([host, { rules, names, at }]) => ({
    ...routeOf(host.route, ordered(rules)),
    ...{ says: `HTTPRoute ${names.join(", ")}`, at, behind: servicesOf(host) },
  }));
  return [...routes, ...ofServices].filter(({ rules }) => rules.length > 0);
}

/** As they stand where they say as much. */
const ordered = (rules: readonly Ranked[]): readonly Ranked[] =>
  [...rules].sort((a, b) => {
    const first = a.rank.findIndex((value, i) => value !== b.rank[i]);
    return first < 0 ? 0 : b.rank[first] - a.rank[first];
  });

function rulesOf(list: Field, namespace: string, hosts: Hosts): Ranked[] {
  return list.items().flatMap((at): Ranked[] => {
    const rule = ruleOf(at, namespace, hosts);
    const matches = at.at("matches").items();
    if (rule === undefined) return [];
    if (matches.length === 0) return [{ rule, examples: [], rank: [0, 0, 0, 0, 0] }];
    return matches.map((one) => {
      const { match, path, rank } = matchOf(one);
      const met = Object.keys(match).length === 0 ? rule : { match: [match], ...rule };
      return { rule: met, examples: path?.example === undefined ? [] : [path.example], rank };
    });
  });
}

function matchOf(at: Field): { match: WrittenMatch; path: PathMatch | undefined; rank: readonly number[] } {
  for (const key of ["method", "queryParams"])
    if (at.at(key).there)
      at.at(key).warn(`calls are not told apart by ${key} in the simulation: taken as met`, { key: true });
  const [type, value] = [at.at("path", "type"), at.at("path", "value")];
  const kind = type.word("PathPrefix", "Exact", "RegularExpression") ?? "PathPrefix";
  const path = value.there ? pathOf(kind, value) : undefined;
  const entries = at.at("headers").items().map(headerOf);
  const headers = Object.fromEntries(entries);
  const length = String(value.value ?? "").length;
  return {
    match: {
      ...(path?.match === undefined ? {} : { endpoint: path.match }),
      ...(entries.length === 0 ? {} : { headers }),
    },
    path,
    rank: [
      kind === "Exact" ? 2 : kind === "RegularExpression" ? 1 : 0,
      ...[kind === "PathPrefix" ? length : 0, at.at("method").there ? 1 : 0, entries.length],
      at.at("queryParams").items().length,
    ],
  };
}

function pathOf(kind: string, value: Field): PathMatch {
  if (kind === "RegularExpression") return fitting(value);
  const text = value.text() ?? "/";
  if (!text.startsWith("/")) value.say(`expected a path that begins with /, got "${text}"`);
  return kind === "Exact" ? exactly(text) : below(text);
}

function headerOf(at: Field): [string, TextMatch] {
  const kind = at.at("type").word("Exact", "RegularExpression") ?? "Exact";
  const [name, value] = [at.at("name").text() ?? "", at.at("value").text() ?? ""];
  if (kind === "RegularExpression" && !isExpression(value))
    at.at("value").say(`expected a regular expression, got "${value}"`);
  return [name, kind === "Exact" ? value : { regex: value }];
}

/** Undefined where it leads to nobody that is known. */
function ruleOf(at: Field, namespace: string, hosts: Hosts): WrittenRule | undefined {
  const filters = at.at("filters").items();
  const redirect = filters.find((one) => one.at("type").value === "RequestRedirect");
  const mirror = filters.flatMap((one) => mirrorOf(one, namespace, hosts));
  const policy = policyOf(at);
  const rule = { ...(mirror.length === 0 ? {} : { mirror }), ...policy };
  if (redirect !== undefined) {
    redirect.at("type").mark();
    const status = redirect.at("requestRedirect", "statusCode").whole(300, 399) ?? 302;
    return { ...rule, abort: { status, share: 1 } };
  }
  const refs = at.at("backendRefs");
  // To upstream nobody to lead to is an error of the server's.
  if (refs.items().length === 0) return { ...rule, abort: { status: 500, share: 1 } };
  const parts = partsOf(refs, namespace, hosts);
  return parts && ledTo(parts, rule);
}

function partsOf(refs: Field, namespace: string, hosts: Hosts): Part[] | undefined {
  const items = refs.items();
  const weights = items.map((one) => one.at("weight").whole() ?? 1);
  if (weights.every((weight) => weight === 0)) refs.say("expected weights with a sum above 0, got 0");
  const parts = items.map((one, i) => {
    const workloads = backendOf(one, namespace, hosts);
    return workloads && { weight: weights[i], workloads };
  });
  return parts.every((one) => one !== undefined) ? parts : undefined;
}

function backendOf(ref: Field, namespace: string, hosts: Hosts): readonly Workload[] | undefined {
  const kind = ref.at("kind");
  if (kind.there && kind.value !== "Service") {
    kind.warn(`a ${String(kind.value)} behind a route is not simulated`);
    return undefined;
  }
  if (!ref.at("name").there) ref.at("name").missing("the name of a Service");
  return hosts.find(ref.at("name"), ref.at("namespace").text() ?? namespace)?.workloads;
}

/** A copy goes to one service; where several stand behind the name, to the first. */
function mirrorOf(filter: Field, namespace: string, hosts: Hosts): { readonly to: string; readonly share: number }[] {
  if (filter.at("type").value !== "RequestMirror") return [];
  filter.at("type").mark();
  const about = filter.at("requestMirror");
  const [first] = backendOf(about.at("backendRef"), namespace, hosts) ?? [];
  const percent = about.at("percent").whole(0, 100);
  const part = about.at("fraction", "numerator").whole();
  const share =
    part === undefined ? (percent ?? 100) / 100 : part / (about.at("fraction", "denominator").whole(1) ?? 100);
  return first === undefined || share === 0 ? [] : [{ to: first.service, share }];
}

function policyOf(at: Field): Pick<WrittenRule, "timeout" | "retries"> {
  const whole = timeoutOf(at.at("timeouts", "request"));
  const each = timeoutOf(at.at("timeouts", "backendRequest"));
  if (whole !== undefined && each !== undefined && whole !== "none" && parseDuration(each) > parseDuration(whole))
    at.at("timeouts", "backendRequest").say(`expected at most the request's (${whole}), got ${each}`);
  const retries = retriesOf(at.at("retry"), each);
  if (typeof retries === "object" && retries.perTry === undefined && (whole ?? "none") === "none")
    at.at("retry").warn("retries without a timeout: a try that nobody answers is waited for, not tried again", {
      key: true,
    });
  const timeout = whole ?? (retries === undefined ? each : undefined);
  return { ...(timeout === undefined ? {} : { timeout }), ...(retries === undefined ? {} : { retries }) };
}

/** Broken connections are tried again whatever the statuses; how often where it is not said is Envoy's. */
function retriesOf(field: Field, perTry: string | undefined): WrittenRetries | "none" | undefined {
  if (!field.there) return undefined;
  const statuses = field
    .at("codes")
    .items()
    .map((one) => String(one.mark().value));
  const most = field.at("attempts").whole() ?? 1;
  const base = spanOf(field.at("backoff"));
  if (most === 0) return "none";
  return {
    most,
    on: failuresOfStatuses(statuses, ["killed", "timeout", "unreachable"]),
    ...(perTry === undefined || perTry === "none" ? {} : { perTry }),
    ...(base === undefined
      ? {}
      : { backOff: { base, longest: `${Number((10 * parseDuration(base)).toPrecision(12))}s` } }),
  };
}
