/** One step of a rolling update: which old pods go, and which nodes get a new pod beside the old one. */
import { type Choice, choose } from "./choice.js";
import type { Node } from "./daemon-set.js";
import { type DaemonPod, isAvailable } from "./pods.js";

export interface Limits {
  readonly maxUnavailable: number;
  readonly maxSurge: number;
}

export interface Step {
  readonly create: Choice<string>;
  readonly remove: Choice<number>;
}

/** A number, or a share of the nodes that are to have a pod, rounded up. */
export type Quantity = number | string;

const scaled = (of: Quantity, desired: number): number =>
  typeof of === "number" ? of : Math.ceil((Number.parseInt(of, 10) * desired) / 100);

/** Nothing at all would never end: one may be missing then. */
export function limitsOf(of: { maxUnavailable: Quantity; maxSurge: Quantity }, desired: number): Limits {
  const maxUnavailable = scaled(of.maxUnavailable, desired);
  const maxSurge = scaled(of.maxSurge, desired);
  return { maxSurge, maxUnavailable: desired > 0 && maxUnavailable === 0 && maxSurge === 0 ? 1 : maxUnavailable };
}

interface Pair {
  readonly fresh: DaemonPod | undefined;
  readonly old: DaemonPod | undefined;
}

/** The pods of a node that stay; undefined where one kind has several, of which the next look takes care. */
function pairOf(pods: readonly DaemonPod[], version: string): Pair | undefined {
  const staying = pods.filter(({ terminating }) => terminating !== true);
  const fresh = staying.filter((pod) => pod.version === version);
  const old = staying.filter((pod) => pod.version !== version);
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

/** What is there on each node; nodes without a pod that are to have one count as well. */
export type Scene = ReadonlyMap<string, readonly DaemonPod[]>;

/** Old pods go, as many as may be missing; those that are not available do not count against that. */
export function replaceInPlace(scene: Scene, version: string, { maxUnavailable }: Limits): Step {
  let unavailable = 0;
  const useless: number[] = [];
  const candidates: number[] = [];
  for (const pods of scene.values()) {
    const pair = pairOf(pods, version);
    const one = pair?.old === undefined ? pair?.fresh : pair.fresh === undefined ? pair.old : undefined;
    if (one === undefined || !isAvailable(one)) unavailable++;
    if (one === undefined || one.version === version) continue;
    if (isAvailable(one)) candidates.push(one.id);
    else useless.push(one.id);
  }
  return { create: choose([]), remove: choose(useless, maxUnavailable - unavailable, candidates) };
}

/**
 * New pods come beside old ones, and an old one goes once the new one is available. Undefined where a pod's node is gone: the
 * look fails until somebody has taken the pod away.
 */
export function replaceBeside(
  scene: Scene,
  version: string,
  { maxSurge }: Limits,
  nodes: ReadonlyMap<string, Node>,
): Step | undefined {
  let surging = 0;
  let available = 0;
  const superfluous: number[] = [];
  const unwanted: number[] = [];
  const useless: string[] = [];
  const candidates: string[] = [];
  for (const [name, pods] of scene) {
    const pair = pairOf(pods, version);
    if (pair === undefined) {
      surging++;
      continue;
    }
    const { fresh, old } = pair;
    const speaker = old ?? fresh;
    if (speaker !== undefined && isAvailable(speaker)) available++;
    if (old === undefined) continue;
    if (fresh !== undefined) {
      if (isAvailable(fresh)) superfluous.push(old.id);
      else surging++;
      continue;
    }
    const node = nodes.get(name);
    if (node === undefined) return undefined;
    if (node.starts) (isAvailable(old) ? candidates : useless).push(name);
    else (isAvailable(old) ? unwanted : superfluous).push(old.id);
  }
  const desired = [...nodes.values()].filter(({ starts }) => starts).length;
  return {
    create: choose(useless, maxSurge - surging, candidates),
    remove: choose(superfluous, available - desired, unwanted),
  };
}
