/** Consul's service-router: calls by their path and headers to services and subsets, with timeouts and tries again. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import { failuresOf, failuresOfStatuses, timeoutOf } from "./faults.js";
import { beginning, exactly, fitting, isExpression, type PathMatch } from "./paths.js";
import type { Target } from "./service-resolver.js";
import type { TextMatch, WrittenMatch, WrittenRetries } from "./written-route.js";

export interface RouterRule {
  readonly match: WrittenMatch;
  readonly example: string | undefined;
  readonly to: Target;
  readonly timeout: string | undefined;
  readonly retries: WrittenRetries | undefined;
}

export interface Router {
  readonly at: Field;
  readonly rules: readonly RouterRule[];
}

/** By the names of their services. */
export function routersIn(manifests: readonly Manifest[]): ReadonlyMap<string, Router> {
  const found = new Map<string, Router>();
  for (const { kind, name, root } of manifests) {
    if (kind !== "ServiceRouter") continue;
    const rules = root
      .at("spec", "routes")
      .items()
      .map((at) => ruleOf(at, name));
    found.set(name, { at: root.at("metadata", "name"), rules });
  }
  return found;
}

function ruleOf(at: Field, own: string): RouterRule {
  const http = at.at("match", "http");
  for (const key of ["queryParam", "methods"])
    if (http.at(key).there)
      http.at(key).warn(`calls are not told apart by ${key} in the simulation: taken as met`, { key: true });
  const path = pathOf(http);
  const to = at.at("destination");
  const service = to.at("service").text() || own;
  const timeout = timeoutOf(to.at("requestTimeout"));
  return {
    match: { ...(path?.match === undefined ? {} : { endpoint: path.match }), ...headersIn(http.at("header")) },
    example: path?.example,
    to: { service, subset: to.at("serviceSubset").text() || undefined, at: to.there ? to : at },
    timeout,
    retries: retriesOf(to),
  };
}

function pathOf(http: Field): PathMatch | undefined {
  const [exact, prefix, regex] = ["pathExact", "pathPrefix", "pathRegex"].map((key) => http.at(key));
  if ([exact, prefix, regex].filter(({ there }) => there).length > 1)
    http.say("expected one of pathExact, pathPrefix, pathRegex, got several");
  if (exact.there) return exactly(exact.text() ?? "");
  if (prefix.there) return beginning(prefix.text() ?? "");
  return regex.there ? fitting(regex) : undefined;
}

/** What is inverted is what a call must not have. */
function headersIn(list: Field): WrittenMatch {
  const entries = list.items().map((at) => ({
    name: at.at("name").text() ?? "",
    match: textMatch(at),
    not: at.at("invert").mark().value === true,
  }));
  const of = (not: boolean) =>
    Object.fromEntries(entries.filter((one) => one.not === not).map(({ name, match }) => [name, match]));
  const [headers, withoutHeaders] = [of(false), of(true)];
  return {
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(withoutHeaders).length === 0 ? {} : { withoutHeaders }),
  };
}

function textMatch(at: Field): TextMatch {
  const [exact, prefix, suffix, regex] = ["exact", "prefix", "suffix", "regex"].map((key) => at.at(key));
  if (exact.there) return exact.text() ?? "";
  if (prefix.there) return { prefix: prefix.text() ?? "" };
  if (suffix.there) return { suffix: suffix.text() ?? "" };
  if (regex.there) {
    const text = regex.text() ?? "";
    if (!isExpression(text)) regex.say(`expected a regular expression, got "${text}"`);
    return { regex: text };
  }
  at.at("present").mark();
  return { present: true };
}

/** Where nothing is said that calls be tried again for, there are none. */
function retriesOf(to: Field): WrittenRetries | undefined {
  const most = to.at("numRetries").whole();
  const broken = to.at("retryOnConnectFailure").mark().value === true ? ["unreachable"] : [];
  const statuses = to
    .at("retryOnStatusCodes")
    .items()
    .map((one) => String(one.mark().value));
  const conditions = to.at("retryOn").items().flatMap(failuresOf);
  const on = failuresOfStatuses(statuses, [...broken, ...conditions]);
  const asked = to.at("retryOnConnectFailure").there || statuses.length > 0 || to.at("retryOn").there;
  if (!asked && most === undefined) return undefined;
  if (most === 0 || on.length === 0) return undefined;
  return { most: most ?? 1, on };
}
