/** TrafficSplits of the Service Mesh Interface: a Service's calls by weights to others, all or those that a group of routes names. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import { asShares, type Part } from "./destinations.js";
import type { Hosts } from "./hosts.js";
import { fitting, isExpression } from "./paths.js";
import {
  ledTo,
  type RuleWithPaths,
  routeOf,
  servicesOf,
  type WrittenMatch,
  type WrittenRoute,
} from "./written-route.js";

interface Condition {
  readonly match: WrittenMatch;
  readonly example: string | undefined;
}

export function trafficSplits(manifests: readonly Manifest[], hosts: Hosts): WrittenRoute[] {
  return manifests.flatMap((one): WrittenRoute[] => {
    if (one.kind !== "TrafficSplit") return [];
    const spec = one.root.at("spec");
    const at = spec.at("service");
    if (!at.there) at.missing("the name of a Service");
    const host = hosts.find(at, one.namespace);
    const parts = backendsIn(spec.at("backends"), one.namespace, hosts);
    if (host === undefined || parts === undefined) return [];
    const conditions = conditionsIn(spec.at("matches"), one, manifests);
    const examples = conditions.flatMap(({ example }) => example ?? []);
    const match = conditions.map((each) => each.match);
    const isAll = match.length === 0 || match.some((each) => Object.keys(each).length === 0);
    const split = ledTo(parts, isAll ? {} : { match });
    const others = ledTo([{ weight: 1, workloads: host.workloads }], {});
    const rules: RuleWithPaths[] = [{ rule: split, examples }, ...(isAll ? [] : [{ rule: others, examples: [] }])];
    return [{ ...routeOf(host.route, rules), says: `TrafficSplit ${one.name}`, at, behind: servicesOf(host) }];
  });
}

/** Undefined where one of them is not known, which is said. */
function backendsIn(list: Field, namespace: string, hosts: Hosts): Part[] | undefined {
  const items = list.items();
  if (items.length === 0) list.missing("a list of backends");
  const found = items.map((one) => hosts.find(one.at("service"), namespace));
  const weights = asShares(
    list,
    items.map((one) => one.at("weight")),
  );
  const parts = found.map((host, i) => host && { weight: weights[i], workloads: host.workloads });
  return parts.every((one) => one !== undefined) ? parts : undefined;
}

/** By the names of groups, of whose matches one must fit. */
function conditionsIn(list: Field, { namespace }: Manifest, manifests: readonly Manifest[]): Condition[] {
  return list.items().flatMap((at) => {
    at.at("kind").word("HTTPRouteGroup");
    const name = at.at("name").text();
    const group = manifests.find(
      (one) => one.kind === "HTTPRouteGroup" && one.namespace === namespace && one.name === name,
    );
    if (group === undefined) {
      at.at("name").say(`expected an HTTPRouteGroup of these manifests, got "${name ?? ""}"`);
      return [];
    }
    // Of the first versions the matches stand at the top.
    const matches = group.root.at("spec", "matches").there
      ? group.root.at("spec", "matches")
      : group.root.at("matches");
    return matches.items().map(conditionOf);
  });
}

function conditionOf(at: Field): Condition {
  const methods = at.at("methods");
  if (methods.there && !(methods.items().length === 1 && methods.at(0).value === "*"))
    methods.warn("calls are not told apart by their method in the simulation: taken as met", { key: true });
  const path = at.at("pathRegex").there ? fitting(at.at("pathRegex")) : undefined;
  const given = at.at("headers");
  const maps = Array.isArray(given.value) ? given.items() : given.there ? [given] : [];
  const entries = maps.flatMap((one) => one.entries()).map(([name, field]) => [name, { regex: expressionIn(field) }]);
  return {
    match: {
      ...(path?.match === undefined ? {} : { endpoint: path.match }),
      ...(entries.length === 0 ? {} : { headers: Object.fromEntries(entries) }),
    },
    example: path?.example,
  };
}

function expressionIn(field: Field): string {
  const text = field.text() ?? "";
  if (!isExpression(text)) field.say(`expected a regular expression, got "${text}"`);
  return text.replace(/^\^/, "").replace(/\$$/, "");
}
