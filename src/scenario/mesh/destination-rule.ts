/** Istio's DestinationRules: the subsets of a host, and how callers treat its pods. */
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import type { Labels } from "../kubernetes/selector.js";
import type { Workload } from "../kubernetes/workloads.js";
import { said, type WrittenFields } from "../kubernetes/written.js";
import { type Host, type Hosts, subsetOf } from "./hosts.js";
import { policyFields } from "./traffic-policy.js";

/** What is known of hosts beside their pods. */
export interface Destinations {
  /** By host and the name of the subset: which pods. */
  readonly subsets: ReadonlyMap<Host, ReadonlyMap<string, Labels>>;
  readonly fields: ReadonlyMap<Workload, WrittenFields>;
}

export function destinationsOf(manifests: readonly Manifest[], hosts: Hosts): Destinations {
  const subsets = new Map<Host, Map<string, Labels>>();
  const fields = new Map<Workload, WrittenFields>();
  const add = (workloads: readonly Workload[], policy: Field) => {
    const more = policyFields(policy);
    for (const one of workloads) {
      const { connections, limits, ...rest } = fields.get(one) ?? {};
      // A pool of the subset's own stands for the host's as a whole.
      const before = policy.at("connectionPool").there ? rest : said({ connections, limits, ...rest });
      fields.set(one, { ...(before as WrittenFields), ...more });
    }
  };
  for (const { kind, namespace, root } of manifests) {
    if (kind !== "DestinationRule") continue;
    const spec = root.at("spec");
    if (!spec.at("host").there) spec.at("host").missing("a host");
    const host = hosts.find(spec.at("host"), namespace);
    // What is said of nobody here is looked at for its faults alone.
    if (host === undefined) policyFields(spec.unread.at("trafficPolicy"));
    const named = subsetsIn(spec.at("subsets"));
    if (host === undefined) continue;
    if (subsets.has(host))
      spec.at("host").say(`expected one DestinationRule for each host, got another for ${host.name}`);
    subsets.set(host, new Map(named.map(({ name, labels }) => [name, labels])));
    add(host.workloads, spec.at("trafficPolicy"));
    for (const { labels, at } of named) add(subsetOf(host, labels), at.at("trafficPolicy"));
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
