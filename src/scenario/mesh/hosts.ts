/** Whom a host's name means: a Service of these manifests with the pods behind it, or somebody outside. */
import { nearest } from "../complaint.js";
import type { Field } from "../kubernetes/field.js";
import type { Manifest } from "../kubernetes/objects.js";
import { type Labels, selects } from "../kubernetes/selector.js";
import { serves, type Workload } from "../kubernetes/workloads.js";

/** A Service, as calls are addressed to it. */
export interface Host {
  readonly name: string;
  readonly namespace: string;
  /** As routes of the scenario are called. */
  readonly route: string;
  /** Those behind it that serve. */
  readonly workloads: readonly Workload[];
}

/** What is known of the names that calls may be addressed to. */
export class Hosts {
  private readonly known = new Map<string, Host>();
  private readonly outside: ReadonlySet<string>;

  /** `behind`: the workloads that each Service selects, by "namespace/name". */
  constructor(
    manifests: readonly Manifest[],
    private readonly workloads: readonly Workload[],
    behind: ReadonlyMap<string, readonly Workload[]>,
  ) {
    const all = [...behind].map(([key, chosen]) => ({ key, chosen, parts: key.split("/") }));
    for (const { key, chosen, parts } of all) {
      const [namespace, name] = parts;
      const alone = all.filter((other) => other.parts[1] === name).length === 1;
      const route = alone ? name : `${name}.${namespace}`;
      this.known.set(key, { name, namespace, route, workloads: chosen.filter(serves) });
    }
    this.outside = new Set(
      manifests.filter(({ kind }) => kind === "ServiceEntry").flatMap(({ root }) => textsOf(root.at("spec", "hosts"))),
    );
  }

  get all(): readonly Host[] {
    return [...this.known.values()];
  }

  /** Whether anything runs in these manifests; without, names mean nothing yet. */
  get empty(): boolean {
    return this.workloads.length === 0;
  }

  /** The same without a word where there is none. */
  named(text: string, namespace: string): Host | undefined {
    return this.known.get(keyOf(text, namespace));
  }

  /** A short name is one of the namespace it stands in. Undefined, and said, where it is nobody's here. */
  find(field: Field, namespace: string): Host | undefined {
    const text = field.text();
    if (text === undefined) return undefined;
    const found = this.known.get(keyOf(text, namespace));
    if (found !== undefined) return found;
    if (this.empty) field.warn(`no Service of these manifests is called ${text}`);
    else if (this.isOutside(text)) field.warn(`${text} is outside the cluster: not simulated`);
    else {
      const names = this.all.map(({ name }) => name);
      field.say(`expected a Service of these manifests, got "${text}"`, { suggestion: nearest(text, names) });
    }
    return undefined;
  }

  /** A name with dots that is none of the cluster's. */
  private isOutside(text: string): boolean {
    return this.outside.has(text) || (text.includes(".") && !/\.svc(\.|$)/.test(text) && !this.namesSpace(text));
  }

  /** "reviews.shop" where the manifests have a namespace shop. */
  private namesSpace(text: string): boolean {
    const [, namespace] = text.split(".");
    return text.split(".").length === 2 && this.all.some((one) => one.namespace === namespace);
  }
}

/** "reviews", "reviews.shop" and "reviews.shop.svc.cluster.local.:80" in the form of the map. */
function keyOf(text: string, namespace: string): string {
  const [name, space = namespace] = text.replace(/\.?(:\d+)?$/, "").split(".");
  return `${space}/${name}`;
}

const textsOf = (list: Field): string[] => list.items().map(({ value }) => String(value));

/** Those of a host's workloads that have all of these labels. */
export const subsetOf = ({ workloads }: Host, labels: Labels): readonly Workload[] =>
  Object.keys(labels).length === 0 ? workloads : workloads.filter((one) => selects(labels, one.labels));
