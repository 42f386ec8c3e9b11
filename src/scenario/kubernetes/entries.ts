/** Who is called, and from where: Services, and what leads traffic to them from outside. */
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { selects } from "./selector.js";
import { isWorkload, serves, type Workload } from "./workloads.js";

export interface Reached {
  /** A Service selects its pods. */
  readonly inside: ReadonlySet<Workload>;
  /** By what callers from outside come in: "Ingress shop". */
  readonly outside: ReadonlyMap<Workload, string>;
  /** The workloads that each Service selects, by "namespace/name"; Knative's are their own. */
  readonly behind: ReadonlyMap<string, readonly Workload[]>;
}

export function reachedBy(manifests: readonly Manifest[], workloads: readonly Workload[]): Reached {
  const inside = new Set(workloads.filter(({ kind }) => kind === "Service" || kind === "Compose service"));
  const outside = new Map<Workload, string>();
  const behind = new Map<string, readonly Workload[]>(
    workloads.filter(({ kind }) => kind === "Service").map((one) => [`${one.namespace}/${one.name}`, [one]]),
  );
  for (const one of manifests) {
    if (one.kind !== "Service" || isWorkload(one)) continue;
    const selector = one.root.at("spec", "selector");
    const wanted = selector.texts();
    const chosen = workloads.filter((w) => w.namespace === one.namespace && selects(wanted, w.labels));
    behind.set(`${one.namespace}/${one.name}`, chosen);
    for (const workload of chosen) inside.add(workload);
    if (chosen.length === 0 && workloads.length > 0 && selector.there)
      selector.warn("selects no pod of these manifests", { key: true });
    const [first] = chosen;
    if (first !== undefined && !chosen.some(serves))
      selector.warn(`selects pods of the ${first.kind} ${first.name}, which serve nobody in the simulation`, {
        key: true,
      });
    const type = one.root.at("spec", "type").word("ClusterIP", "NodePort", "LoadBalancer", "ExternalName");
    if (type === "LoadBalancer" || type === "NodePort")
      for (const workload of chosen) outside.set(workload, `Service ${one.name} (${type})`);
  }
  for (const one of manifests) {
    for (const backend of backendsOf(one)) {
      const name = backend.text();
      const found = behind.get(`${one.namespace}/${name}`);
      if (found === undefined && behind.size > 0) backend.warn("no Service of these manifests");
      for (const workload of found ?? []) outside.set(workload, `${one.kind} ${one.name}`);
    }
  }
  return { inside, outside, behind };
}

/** The names of Services that a way in leads to. */
function backendsOf({ kind, root }: Manifest): Field[] {
  const spec = root.at("spec");
  if (kind === "Ingress") {
    const paths = spec
      .at("rules")
      .items()
      .flatMap((rule) => rule.at("http", "paths").items())
      .map((path) => path.at("backend"));
    const all = [spec.at("defaultBackend"), spec.at("backend"), ...paths];
    return all
      .map((backend) => (backend.at("service").there ? backend.at("service", "name") : backend.at("serviceName")))
      .filter(({ there }) => there);
  }
  return [];
}
