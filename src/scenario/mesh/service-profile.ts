/** Linkerd's ServiceProfiles: which paths of a host have timeouts and tries again, and where its calls go instead. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import { asShares, type Part } from "./destinations.js";
import { timeoutOf } from "./faults.js";
import type { Host, Hosts } from "./hosts.js";
import { fitting, type PathMatch } from "./paths.js";
import {
  ledTo,
  type RuleWithPaths,
  routeOf,
  servicesOf,
  type WrittenRetries,
  type WrittenRoute,
} from "./written-route.js";

/** Only the budget bounds how often a request is tried again. */
const MOST_RETRIES = 100;

/** What a profile without one has. */
const BUDGET = { share: 0.2, least: 10 };

export function serviceProfiles(manifests: readonly Manifest[], hosts: Hosts): WrittenRoute[] {
  return manifests.flatMap((one): WrittenRoute[] => {
    if (one.kind !== "ServiceProfile") return [];
    const at = one.root.at("metadata", "name");
    const host = hosts.find(at, one.namespace);
    if (host === undefined) return [];
    const spec = one.root.at("spec");
    const parts = overridesIn(spec.at("dstOverrides"), one.namespace, hosts) ?? [
      { weight: 1, workloads: host.workloads },
    ];
    const budget = budgetOf(spec.at("retryBudget"));
    const rules = spec
      .at("routes")
      .items()
      .map((route) => ruleOf(route, parts, budget));
    const about = { says: `ServiceProfile ${one.name}`, at, behind: servicesOf(host) };
    // What no route of the profile fits goes its way without it.
    return [
      {
        ...routeOf(host.route, [...rules, { rule: ledTo(parts, {}), examples: [] }]),
        ...about,
        remarks: budget.remarks,
      },
    ];
  });
}

interface Budget {
  readonly budget: NonNullable<WrittenRetries["budget"]>;
  readonly remarks: readonly string[];
}

function budgetOf(field: Field): Budget {
  const ratio = field.at("retryRatio").mark();
  const share = ratio.there ? Number(ratio.value) : BUDGET.share;
  if (!(share >= 0)) ratio.say(`expected a number from 0 up, got ${JSON.stringify(ratio.value)}`);
  const least = field.at("minRetriesPerSecond").whole() ?? BUDGET.least;
  field.at("ttl").duration();
  return {
    budget: { share, least },
    remarks: [`the retry budget's ${least} a second are taken as so many at once`],
  };
}

function ruleOf(route: Field, parts: readonly Part[], { budget }: Budget): RuleWithPaths {
  const conditions = conditionsIn(route.at("condition"));
  const timeout = timeoutOf(route.at("timeout"));
  const again = route.at("isRetryable").mark().value === true;
  if (again && (timeout ?? "none") === "none")
    route.at("isRetryable").warn("retries without a timeout: a try that nobody answers is waited for, not tried again");
  const match = conditions.map((one) => (one.match === undefined ? {} : { endpoint: one.match }));
  const isAll = match.length === 0 || match.some((one) => Object.keys(one).length === 0);
  const rule = ledTo(parts, {
    ...(isAll ? {} : { match }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(again ? { retries: { most: MOST_RETRIES, on: ["aborted", "refused", "unreachable", "shed"], budget } } : {}),
  });
  return { rule, examples: conditions.flatMap(({ example }) => example ?? []) };
}

/** Of several one must fit. */
function conditionsIn(field: Field): readonly PathMatch[] {
  for (const key of ["method", "all", "not"])
    if (field.at(key).there)
      field
        .at(key)
        .warn(`calls are told apart by pathRegex alone in the simulation, not by ${key}: taken as met`, { key: true });
  const any = field.at("any").items();
  if (any.length > 0) return any.flatMap(conditionsIn);
  return field.at("pathRegex").there ? [fitting(field.at("pathRegex"))] : [{ match: undefined, example: undefined }];
}

/** Undefined where there are none that lead to a host of the simulation. */
function overridesIn(list: Field, namespace: string, hosts: Hosts): Part[] | undefined {
  const items = list.items();
  if (items.length === 0) return undefined;
  const found = items.map((one) => hosts.find(one.at("authority"), namespace));
  const weights = asShares(
    list,
    items.map((one) => one.at("weight")),
  );
  const parts = found.flatMap((host: Host | undefined, i) =>
    host === undefined ? [] : [{ weight: weights[i], workloads: host.workloads }],
  );
  return parts.length === 0 ? undefined : parts;
}
