/** Istio's DestinationRules: the subsets of a host, and how callers treat its pods. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import type { Labels } from "../kubernetes/selector.js";
import type { Workload } from "../kubernetes/workloads.js";
import type { WrittenFields } from "../kubernetes/written.js";
import { type Host, type Hosts, subsetOf } from "./hosts.js";

/** What is known of hosts beside their pods. */
export interface Destinations {
  /** By host and the name of the subset: which pods. */
  readonly subsets: ReadonlyMap<Host, ReadonlyMap<string, Labels>>;
  readonly fields: ReadonlyMap<Workload, WrittenFields>;
}

export function destinationsOf(manifests: readonly Manifest[], hosts: Hosts): Destinations {
  const subsets = new Map<Host, Map<string, Labels>>();
  const fields = new Map<Workload, WrittenFields>();
  const add = (workloads: readonly Workload[], more: WrittenFields) => {
    for (const one of workloads) fields.set(one, { ...fields.get(one), ...more });
  };
  for (const { kind, namespace, root } of manifests) {
    if (kind !== "DestinationRule") continue;
    const spec = root.at("spec");
    if (!spec.at("host").there) spec.at("host").missing("a host");
    const host = hosts.find(spec.at("host"), namespace);
    // What is said of nobody here is looked at for its faults alone.
    const policy = trafficPolicy((host === undefined ? spec.unread : spec).at("trafficPolicy"));
    const named = subsetsIn(spec.at("subsets"));
    if (host === undefined) continue;
    if (subsets.has(host))
      spec.at("host").say(`expected one DestinationRule for each host, got another for ${host.name}`);
    subsets.set(host, new Map(named.map(({ name, labels }) => [name, labels])));
    add(host.workloads, policy);
    for (const { labels, at } of named) add(subsetOf(host, labels), trafficPolicy(at.at("trafficPolicy")));
  }
  return { subsets, fields };
}

function subsetsIn(list: Field) {
  const found: { readonly name: string; readonly labels: Labels; readonly at: Field }[] = [];
  for (const at of list.items()) {
    const name = at.at("name").text();
    if (name === undefined) at.at("name").missing("the subset's name");
    else if (found.some((one) => one.name === name))
      at.at("name").say(`expected every subset once, got "${name}" again`);
    else found.push({ name, labels: at.at("labels").texts(), at });
  }
  return found;
}

/** Istio's words for balancers; what it takes by default is said once for all services. */
const BALANCERS = {
  ROUND_ROBIN: "round-robin",
  LEAST_REQUEST: "least-request",
  LEAST_CONN: "least-request",
  RANDOM: "random",
} as const;

function trafficPolicy(policy: Field): WrittenFields {
  const balancer = balancerOf(policy.at("loadBalancer"));
  return balancer === undefined ? {} : { balancer: { value: balancer } };
}

function balancerOf(field: Field): unknown {
  const simple = field.at("simple");
  const hash = field.at("consistentHash");
  if (simple.there && hash.there) field.say("expected either simple or consistentHash, got both");
  if (hash.there) return hashing(hash);
  if (!simple.there) return undefined;
  const word = simple.word("ROUND_ROBIN", "LEAST_REQUEST", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "UNSPECIFIED");
  if (word === "PASSTHROUGH")
    simple.warn("connections to where they were meant are not simulated: taken as the default");
  return word === undefined || word === "PASSTHROUGH" || word === "UNSPECIFIED" ? undefined : BALANCERS[word];
}

/** By what it is hashed is the load's business: its `keys`. */
function hashing(field: Field): unknown {
  const keys = ["httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"].map((key) => field.at(key));
  const given = keys.filter(({ there }) => there);
  if (given.length !== 1)
    field.say(`expected one of httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName, got ${given.length}`);
  else given[0].warn("taken as the key of a request: loads say by `keys` what requests are about", { key: true });
  const [ring, table] = [field.at("ringHash", "minimumRingSize"), field.at("maglev", "tableSize")];
  if (field.at("maglev").there) {
    const tableSize = table.whole(2);
    field.at("maglev").mark();
    return { use: "maglev", ...(tableSize === undefined ? {} : { tableSize }) };
  }
  const old = field.at("minimumRingSize");
  const minimumRingSize = (ring.there ? ring : old).whole(1);
  return { use: "ring-hash", ...(minimumRingSize === undefined ? {} : { minimumRingSize }) };
}
