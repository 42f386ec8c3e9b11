/** Consul's service-resolver: the subsets of a service, where its calls go instead, and how they are balanced. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import type { Workload } from "../kubernetes/workloads.js";
import { timeoutOf } from "./faults.js";
import type { Host, Hosts } from "./hosts.js";

/** A service and one of its subsets; without one, its default. */
export interface Target {
  readonly service: string;
  readonly subset: string | undefined;
  /** Where it is written. */
  readonly at: Field;
}

export interface Resolver {
  readonly host: Host;
  readonly at: Field;
  readonly defaultSubset: string | undefined;
  readonly subsets: ReadonlyMap<string, (workload: Workload) => boolean>;
  readonly redirect: Target | undefined;
  readonly timeout: string | undefined;
  readonly balancer: unknown;
}

/** By the names of their services. */
export function resolversIn(manifests: readonly Manifest[], hosts: Hosts): ReadonlyMap<string, Resolver> {
  const found = new Map<string, Resolver>();
  for (const { kind, name, namespace, root } of manifests) {
    if (kind !== "ServiceResolver") continue;
    const at = root.at("metadata", "name");
    const host = hosts.named(name, namespace);
    if (host === undefined) continue;
    const spec = root.at("spec");
    const subsets = new Map(
      spec
        .at("subsets")
        .entries()
        .map(([subset, field]) => [subset, filterOf(field.at("filter"))] as const),
    );
    const defaultSubset = spec.at("defaultSubset").text() || undefined;
    if (defaultSubset !== undefined && !subsets.has(defaultSubset))
      spec.at("defaultSubset").say(`expected one of the subsets, got "${defaultSubset}"`);
    found.set(name, {
      ...{ host, at, defaultSubset, subsets },
      redirect: redirectOf(spec.at("redirect"), name),
      timeout: timeoutOf(spec.at("requestTimeout")),
      balancer: balancerOf(spec.at("loadBalancer")),
    });
  }
  return found;
}

function redirectOf(field: Field, own: string): Target | undefined {
  if (!field.there) return undefined;
  const service = field.at("service").text() ?? own;
  return { service, subset: field.at("serviceSubset").text(), at: field };
}

const META = "consul.hashicorp.com/service-meta-";
const TAGS = "consul.hashicorp.com/service-tags";

/** A filter is a few conditions on metadata and tags; pods say theirs by annotations. */
function filterOf(field: Field): (workload: Workload) => boolean {
  const text = field.text();
  if (text === undefined || text.trim() === "") return () => true;
  const parts = text.split(/\s+and\s+/).map((part) => conditionOf(part.trim()));
  if (parts.some((part) => part === undefined)) {
    field.say(`expected conditions like 'Service.Meta.version == "v1"', joined by and, got "${text}"`);
    return () => true;
  }
  return (workload) => parts.every((part) => part!(workload));
}

function conditionOf(text: string): ((workload: Workload) => boolean) | undefined {
  const tag =
    /^"?([^"\s]+)"?\s+in\s+Service\.Tags$/.exec(text) ?? /^Service\.Tags\s+contains\s+"?([^"\s]+)"?$/.exec(text);
  if (tag !== null) return ({ annotations }) => (annotations[TAGS] ?? "").split(",").includes(tag[1]);
  const meta = /^Service\.Meta(?:\.([\w-]+)|\["([^"]+)"\])\s*(==|!=)\s*"?([^"]*?)"?$/.exec(text);
  if (meta === null) return undefined;
  const [, short, long, operator, value] = meta;
  const key = short ?? long;
  // Where a pod has no such annotation its label of the same name is what was meant.
  const of = ({ annotations, labels }: Workload) => annotations[META + key] ?? labels[key];
  return (workload) => (of(workload) === value) === (operator === "==");
}

const POLICIES = { least_request: "least-request", round_robin: "round-robin", random: "random" } as const;

function balancerOf(field: Field): unknown {
  const policy = field.at("policy").word("least_request", "round_robin", "random", "ring_hash", "maglev");
  if (policy === undefined) return undefined;
  if (policy === "least_request") {
    const choices = field.at("leastRequestConfig", "choiceCount").whole(1);
    return choices === undefined ? POLICIES[policy] : { use: POLICIES[policy], choices };
  }
  if (policy === "maglev") return "maglev";
  if (policy !== "ring_hash") return POLICIES[policy];
  const sizes = (["minimumRingSize", "maximumRingSize"] as const).map((key) => {
    const size = field.at("ringHashConfig", key).whole(1);
    return size === undefined ? {} : { [key]: size };
  });
  return { use: "ring-hash", ...sizes[0], ...sizes[1] };
}
