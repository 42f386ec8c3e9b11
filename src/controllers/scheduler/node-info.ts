/** What is asked for on a node: upstream counts real requests, and others for scores in which no request is not nothing. */
import type { Container, HostPort, Node, Pod, Resources } from "./objects.js";

/** What a container without a request counts as in scores: 100m and 200 MiB. */
export const NON_ZERO: Resources = { cpu: 100, memory: 200 * 1024 * 1024 };
const NOTHING: Resources = {};

const added = (a: Resources, b: Resources): Record<string, number> => {
  const sum: Record<string, number> = { ...a };
  for (const name in b) sum[name] = (sum[name] ?? 0) + (b[name] ?? 0);
  return sum;
};

/** Containers together, or the greediest moment of the init containers; sidecars run through both. */
export function requestsOf(pod: Pod, missing: Resources = NOTHING): Resources {
  const of = (container: Container): Resources => ({ ...missing, ...container.requests });
  let sum: Resources = NOTHING;
  for (const container of pod.containers) sum = added(sum, of(container));
  let sidecars: Resources = NOTHING;
  const most: Record<string, number> = {};
  for (const container of pod.initContainers ?? []) {
    const now = added(sidecars, of(container));
    if (container.restartable === true) sidecars = now;
    for (const name in now) most[name] = Math.max(most[name] ?? 0, now[name] ?? 0);
  }
  const all = added(sum, sidecars);
  for (const name in most) all[name] = Math.max(all[name] ?? 0, most[name] ?? 0);
  return added(all, pod.overhead ?? NOTHING);
}

/** Of the containers and of the sidecars: an init container that ends gives its ports back. */
export function portsOf({ containers, initContainers = [] }: Pod): readonly HostPort[] {
  const lasting = [...initContainers.filter(({ restartable }) => restartable), ...containers];
  return lasting.flatMap(({ ports = [] }) => ports.filter(({ port }) => port > 0));
}

const isAffine = ({ affinity }: Pod): boolean =>
  affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined;

/** A node with its pods and their sums. */
export class NodeInfo {
  readonly pods: Pod[] = [];
  /** Those of them that have a say about where others are. */
  readonly affine: Pod[] = [];
  readonly requested: Record<string, number> = {};
  readonly nonZeroRequested: Record<string, number> = {};

  constructor(readonly node: Node) {}

  add(pod: Pod): void {
    this.pods.push(pod);
    if (isAffine(pod)) this.affine.push(pod);
    this.#count(pod, 1);
  }

  /** The same again, to try out what would be if others came or went. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.node);
    copy.pods.push(...this.pods);
    copy.affine.push(...this.affine);
    Object.assign(copy.requested, this.requested);
    Object.assign(copy.nonZeroRequested, this.nonZeroRequested);
    return copy;
  }

  remove(name: string): Pod | undefined {
    const at = this.pods.findIndex((pod) => pod.name === name);
    const pod = this.pods[at];
    if (pod === undefined) return undefined;
    // The last takes its place, as upstream: of pods alike preemption spares the first in this order.
    const last = this.pods.pop();
    if (last !== undefined && at < this.pods.length) this.pods[at] = last;
    if (isAffine(pod)) this.affine.splice(this.affine.indexOf(pod), 1);
    this.#count(pod, -1);
    return pod;
  }

  #count(pod: Pod, sign: number): void {
    for (const [sums, requests] of [
      [this.requested, requestsOf(pod)],
      [this.nonZeroRequested, requestsOf(pod, NON_ZERO)],
    ] as const) {
      for (const name in requests) sums[name] = (sums[name] ?? 0) + sign * (requests[name] ?? 0);
    }
  }
}
