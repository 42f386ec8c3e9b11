/**
 * Proxies that stand on a machine outside of its pods, as a ztunnel does: a container that shares the machine's cores with
 * those of pods, by its weight. It is a row of the table of pods, so that it works as they do, but nobody's pod: its phase is
 * that of a row in no use, it is not among those on its machine, and nobody asks what it has used.
 */
import { NONE as NOTHING, type NodeId, type Nodes, type PodId, type Pods, type State } from "../state.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** Istio's chart: a ztunnel requests 200m and has no limit. */
const REQUESTED_MILLICORES = 200;

/** The proxy of a pod's machine. */
export function machineProxyOf(state: State, pod: PodId): PodId {
  const node = state.pods.node[pod] as NodeId;
  const known = state.nodes.proxy[node];
  return (known === NONE ? create(state, pod, node) : known) as PodId;
}

function create({ pods, nodes, sim }: State, pod: PodId, node: NodeId): PodId {
  const proxy = pods.rows.add();
  // Of whom it is asked but whether his pods share their cores, and they do.
  pods.service[proxy] = pods.service[pod];
  pods.node[proxy] = node;
  pods.cpuMillicores[proxy] = REQUESTED_MILLICORES;
  pods.limitCores[proxy] = pods.presentLimit[proxy] = Infinity;
  pods.workTimes[proxy] = 1;
  pods.active[proxy] = pods.used[proxy] = pods.virtual[proxy] = pods.speed[proxy] = pods.quota[proxy] = 0;
  pods.changed[proxy] = sim.now;
  pods.earliest[proxy] = pods.cpuEvent[proxy] = NONE;
  nodes.proxy[node] = proxy;
  return proxy;
}

/** The first of a machine's containers, the others behind it: its proxy comes before its pods. */
export function firstContainer({ firstPod, proxy }: Nodes, { nextOnNode }: Pods, node: NodeId): number {
  if (proxy[node] === NONE) return firstPod[node];
  nextOnNode[proxy[node]] = firstPod[node];
  return proxy[node];
}

/** A machine is given back; nothing is left to do there. */
export function removeMachineProxy({ pods, nodes, sim }: State, node: NodeId): void {
  const proxy = nodes.proxy[node] as PodId;
  if (proxy === NONE) return;
  if (pods.cpuEvent[proxy] !== NONE) sim.cancel(pods.cpuEvent[proxy]);
  pods.rows.remove(proxy);
}
