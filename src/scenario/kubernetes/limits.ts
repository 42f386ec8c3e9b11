/** What a pod asks for and may use, with the defaults and the bounds that a LimitRange of its namespace sets. */
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { asMebibytes, asMillicores } from "./quantity.js";
import { said } from "./written.js";

/** In millicores or MiB. */
export interface Amounts {
  readonly request: number | undefined;
  readonly limit: number | undefined;
}

const RESOURCES = {
  cpu: { what: 'a cpu quantity like "250m" or "2"', round: asMillicores },
  memory: { what: 'a memory quantity like "256Mi" or "4Gi"', round: asMebibytes },
} as const;
export type Resource = keyof typeof RESOURCES;

/** What a LimitRange says of one resource of each container, in the quantity's own unit. */
interface Range {
  readonly request?: number;
  readonly limit?: number;
  readonly min?: Field;
  readonly max?: Field;
}
export type Ranges = (namespace: string, resource: Resource) => Range;

export function rangesOf(manifests: readonly Manifest[]): Ranges {
  const ranges = new Map<string, Range>();
  for (const { kind, namespace, root } of manifests) {
    if (kind !== "LimitRange") continue;
    for (const item of root.at("spec", "limits").items()) {
      // Those of pods and claims bound what is asked for, and default nothing.
      if (item.at("type").value !== "Container") continue;
      item.at("type").mark();
      for (const resource of Object.keys(RESOURCES) as Resource[]) {
        const key = `${namespace} ${resource}`;
        ranges.set(key, { ...ranges.get(key), ...rangeIn(item, resource) });
      }
    }
  }
  return (namespace, resource) => ranges.get(`${namespace} ${resource}`) ?? {};
}

/** A default left out is the maximum; a default request left out is the default, or else the minimum. */
function rangeIn(item: Field, resource: Resource): Range {
  const { what } = RESOURCES[resource];
  const [least, most] = [item.at("min", resource), item.at("max", resource)];
  const [min, max] = [least.quantity(what), most.quantity(what)];
  if (min !== undefined && max !== undefined && min > max)
    least.say(`expected at most max (${String(most.value)}), got ${String(least.value)}`);
  const limit = item.at("default", resource).quantity(what) ?? max;
  const request = item.at("defaultRequest", resource).quantity(what) ?? limit ?? min;
  return said({ request, limit, min: least.there ? least : undefined, max: most.there ? most : undefined }) as Range;
}

/**
 * A pod's containers together, as the scheduler adds them up: init containers run before the others, so that only the
 * largest of them counts; a sidecar stays and is added to all after it. Where one container lacks a limit the pod has none.
 */
export function amountsOf(pod: Field, resource: Resource, range: Range): Amounts {
  const { what, round } = RESOURCES[resource];
  const whole = pod.at("resources");
  if (whole.at("requests", resource).there || whole.at("limits", resource).there)
    return rounded(containerAmounts(pod, what, resource, {}), round);
  let request: number | undefined;
  let limit: number | undefined = 0;
  let [largest, sidecars] = [0, 0];
  const add = (one: Amounts) => {
    if (one.request !== undefined) request = (request ?? 0) + one.request;
    limit = one.limit === undefined || limit === undefined ? undefined : limit + one.limit;
  };
  for (const container of pod.at("initContainers").items()) {
    const one = rounded(containerAmounts(container, what, resource, range), round);
    if (container.at("restartPolicy").value === "Always") {
      add(one);
      sidecars += one.request ?? 0;
    } else largest = Math.max(largest, sidecars + (one.request ?? 0));
  }
  const containers = pod.at("containers").items();
  for (const container of containers) add(rounded(containerAmounts(container, what, resource, range), round));
  const overhead = pod.at("overhead", resource).quantity(what);
  const most = Math.max(request ?? 0, largest) + (overhead === undefined ? 0 : round(overhead));
  return {
    request: most > 0 || request !== undefined ? most : undefined,
    limit: containers.length ? limit : undefined,
  };
}

function containerAmounts(container: Field, what: string, resource: Resource, range: Range): Amounts {
  const asked = container.at("resources", "requests", resource);
  const bound = container.at("resources", "limits", resource);
  const own = bound.quantity(what);
  const request = asked.quantity(what) ?? own ?? range.request;
  const limit = own ?? range.limit;
  if (request !== undefined && limit !== undefined && request > limit) {
    const most = bound.there ? String(bound.value) : `${limit} by default of the LimitRange`;
    asked.say(`expected at most the limit (${most}), got ${String(asked.value)}`);
  }
  const { min, max } = range;
  if (min !== undefined && request !== undefined && request < (min.quantity(what) ?? 0))
    (asked.there ? asked : bound).say(
      `expected at least ${String(min.value)}, for the LimitRange lets in no less, got ${String((asked.there ? asked : bound).value)}`,
    );
  if (max !== undefined && limit !== undefined && limit > (max.quantity(what) ?? Infinity))
    bound.say(`expected at most ${String(max.value)}, for the LimitRange lets in no more, got ${String(bound.value)}`);
  return { request, limit };
}

const rounded = ({ request, limit }: Amounts, round: (n: number) => number): Amounts => ({
  request: request === undefined ? undefined : round(request),
  limit: limit === undefined ? undefined : round(limit),
});
