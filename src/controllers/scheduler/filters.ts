/** The filters that look at a pod and a node alone, in upstream's order and words. */
import { type NodeInfo, portsOf, requestsOf } from "./node-info.js";
import type { HostPort, Pod } from "./objects.js";
import { isForbidden, toleratesTaint, wantsNode } from "./selectors.js";

/** Removing pods may help against "Unschedulable", and never against "UnschedulableAndUnresolvable". */
export interface Rejection {
  readonly plugin: string;
  readonly code: "Unschedulable" | "UnschedulableAndUnresolvable";
  readonly reasons: readonly string[];
}

export type Filter = (info: NodeInfo) => Rejection | undefined;

export const rejected = (plugin: string, resolvable: boolean, ...reasons: readonly string[]): Rejection => ({
  plugin,
  code: resolvable ? "Unschedulable" : "UnschedulableAndUnresolvable",
  reasons,
});

const UNSCHEDULABLE = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

const collide = (a: HostPort, b: HostPort): boolean => {
  const [mine, theirs] = [a.ip ?? "0.0.0.0", b.ip ?? "0.0.0.0"];
  const same = mine === theirs || mine === "0.0.0.0" || theirs === "0.0.0.0";
  return same && a.port === b.port && (a.protocol ?? "TCP") === (b.protocol ?? "TCP");
};

/** All of the resources that do not fit are named; one that the empty node lacks makes it unresolvable. */
function fitFilter(pod: Pod): Filter {
  const requests = requestsOf(pod);
  const builtIn = ["cpu", "memory", "ephemeral-storage"];
  const names = [...builtIn, ...Object.keys(requests).filter((name) => !builtIn.includes(name))];
  return ({ node: { allocatable }, pods, requested }) => {
    const reasons: string[] = [];
    let resolvable = true;
    if (pods.length + 1 > (allocatable.pods ?? 0)) reasons.push("Too many pods");
    for (const name of names) {
      const [wanted, has] = [requests[name] ?? 0, allocatable[name] ?? 0];
      if (wanted === 0 || wanted <= has - (requested[name] ?? 0)) continue;
      reasons.push(`Insufficient ${name}`);
      if (wanted > has) resolvable = false;
    }
    return reasons.length === 0 ? undefined : rejected("NodeResourcesFit", resolvable, ...reasons);
  };
}

/** In the default profile's order, before the filters that look at other nodes as well. */
export const nodeFilters = (pod: Pod): readonly Filter[] => [...nodeFiltersBesideFit(pod), fitFilter(pod)];

/** Those that do not ask for room. */
export function nodeFiltersBesideFit(pod: Pod): readonly Filter[] {
  const ports = portsOf(pod);
  return [
    ({ node }) =>
      node.unschedulable === true && !toleratesTaint(pod.tolerations, UNSCHEDULABLE)
        ? rejected("NodeUnschedulable", false, "node(s) were unschedulable")
        : undefined,
    ({ node }) =>
      pod.nodeName !== undefined && pod.nodeName !== node.name
        ? rejected("NodeName", false, "node(s) didn't match the requested node name")
        : undefined,
    ({ node }) =>
      isForbidden(pod, node) ? rejected("TaintToleration", false, "node(s) had untolerated taint(s)") : undefined,
    ({ node }) =>
      wantsNode(pod, node)
        ? undefined
        : rejected("NodeAffinity", false, "node(s) didn't match Pod's node affinity/selector"),
    ({ pods }) =>
      ports.length > 0 && pods.some((other) => portsOf(other).some((used) => ports.some((one) => collide(one, used))))
        ? rejected("NodePorts", true, "node(s) didn't have free ports for the requested pod ports")
        : undefined,
  ];
}
