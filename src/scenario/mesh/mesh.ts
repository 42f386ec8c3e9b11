/** What a mesh's objects make of calls: routes, and how callers treat services. */
import type { Manifest } from "../kubernetes/objects.js";
import type { Workload } from "../kubernetes/workloads.js";
import type { WrittenFields } from "../kubernetes/written.js";
import { consulRoutes } from "./consul.js";
import { destinationsOf } from "./destination-rule.js";
import { Hosts } from "./hosts.js";
import { httpRoutes } from "./http-route.js";
import { serviceProfiles } from "./service-profile.js";
import { trafficSplits } from "./traffic-split.js";
import { virtualServices } from "./virtual-service.js";
import { type ImportedMesh, ledTo, routeOf, servicesOf, type WrittenRoute } from "./written-route.js";

/** `others`: objects of kinds that are not read; `behind`: the workloads that each Service selects, by "namespace/name". */
export function readMesh(
  manifests: readonly Manifest[],
  others: readonly Manifest[],
  workloads: readonly Workload[],
  behind: ReadonlyMap<string, readonly Workload[]>,
): ImportedMesh {
  const hosts = new Hosts(others, workloads, behind);
  const destinations = destinationsOf(manifests, hosts);
  const consul = consulRoutes(manifests, hosts);
  const said = oneEach([
    ...virtualServices(manifests, { hosts, workloads, destinations }),
    ...httpRoutes(manifests, hosts),
    ...serviceProfiles(manifests, hosts),
    ...trafficSplits(manifests, hosts),
    ...consul.routes,
  ]);
  const routes = apart([...said, ...plainRoutes(hosts, said)]);
  const entered = routes.filter((one) => one.entered);
  return {
    routes,
    name: nameOf([...manifests, ...others]),
    fields: withDefaults(manifests, hosts, new Map([...destinations.fields, ...consul.fields])),
    endpoints: endpointsOf(routes, workloads),
    entries: new Map(
      workloads.flatMap((one) => entered.filter((route) => leadsTo(route, one)).map(({ says }) => [one, says])),
    ),
  };
}

/** Objects of different kinds or namespaces may share a name, and so may the routes at gateways that are called by it. */
function apart(routes: readonly WrittenRoute[]): readonly WrittenRoute[] {
  const taken = new Set(routes.filter(({ entered }) => !entered).map(({ name }) => name));
  return routes.map((route) => {
    if (!route.entered) return route;
    let { name } = route;
    for (let i = 2; taken.has(name); i++) name = `${route.name}-${i}`;
    taken.add(name);
    return { ...route, name };
  });
}

/** Of several that route one name, none is the right one. */
function oneEach(routes: readonly WrittenRoute[]): readonly WrittenRoute[] {
  for (const [i, { name, at, says }] of routes.entries()) {
    const before = routes.slice(0, i).find((one) => one.name === name);
    if (before !== undefined)
      at?.say(`expected one that routes ${name}, got ${says} beside ${before.says}`, { key: true });
  }
  return routes;
}

const leadsTo = ({ rules }: WrittenRoute, { service }: Workload): boolean =>
  rules.some(({ to = {} }) => (typeof to === "string" ? to === service : Object.hasOwn(to, service)));

/** All that one route leads to have the same endpoints, so that a call finds its own wherever it comes. */
function endpointsOf(
  routes: readonly WrittenRoute[],
  workloads: readonly Workload[],
): ReadonlyMap<Workload, readonly string[]> {
  const endpoints = new Map<Workload, readonly string[]>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const route of routes) {
      const led = workloads.filter((one) => leadsTo(route, one));
      const all = [...new Set([...route.examples, ...led.flatMap((one) => endpoints.get(one) ?? [])])];
      for (const one of led) {
        changed ||= (endpoints.get(one) ?? []).length < all.length;
        endpoints.set(one, all);
      }
    }
  }
  return endpoints;
}

/** A Service with several workloads behind it, as the versions of an application, is called by its own name. */
function plainRoutes(hosts: Hosts, said: readonly WrittenRoute[]): WrittenRoute[] {
  const routes: WrittenRoute[] = [];
  for (const host of hosts.all) {
    const { name, route, workloads } = host;
    const others = [...said, ...routes].filter(({ entered }) => !entered);
    const known =
      others.some((one) => one.name === route) || workloads.every((w) => others.some((one) => leadsTo(one, w)));
    if (workloads.length < 2 || known) continue;
    const rule = ledTo([{ weight: 1, workloads }], {});
    routes.push({ ...routeOf(route, [{ rule, examples: [] }]), says: `Service ${name}`, behind: servicesOf(host) });
  }
  return routes;
}

const ISTIO = /^(networking|security|telemetry|extensions)\.istio\.io$/;
const LINKERD = /(^|\.)linkerd\.io$/;
const AMBIENT = "istio.io/dataplane-mode";

/** Whose proxies pods have, by whose objects there are: as a scenario calls it. Consul's are Envoys without presets. */
function nameOf(manifests: readonly Manifest[]): string | undefined {
  const groups = manifests.map(({ group }) => group);
  if (groups.some((group) => LINKERD.test(group))) return "linkerd";
  if (!groups.some((group) => ISTIO.test(group))) return undefined;
  const ambient = manifests.some(
    ({ kind, root }) => kind === "Namespace" && root.at("metadata", "labels").at(AMBIENT).value === "ambient",
  );
  return ambient ? "istio-ambient" : "istio-sidecar";
}

/** Envoys choose in turn unless told otherwise, which Consul leaves as it is. */
function withDefaults(
  manifests: readonly Manifest[],
  hosts: Hosts,
  own: ReadonlyMap<Workload, WrittenFields>,
): ReadonlyMap<Workload, WrittenFields> {
  if (!manifests.some(({ group }) => group === "consul.hashicorp.com")) return own;
  const balancer = { value: "round-robin", remark: "Envoy's default, which Consul leaves" };
  const meant = new Set(hosts.all.flatMap(({ workloads }) => workloads));
  return new Map([...meant].map((one) => [one, { balancer, ...own.get(one) }]));
}
