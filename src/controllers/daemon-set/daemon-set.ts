/**
 * Kubernetes' DaemonSet controller (apps/v1, kubernetes v1.36.2): one look at a time it sees to it that each eligible node has
 * one pod, and replaces old pods by new ones. A look that makes or deletes pods to keep the nodes as they should be does
 * nothing for an update. Not followed: adoption of strangers' pods, the history limit, hash collisions, hostNetwork.
 */
import type { Seconds } from "../../units.js";
import { type Choice, choose, isNothing } from "./choice.js";
import { FailedPods } from "./failed-pods.js";
import { type DaemonNode, type Eligibility, eligibilityOf, type Placing } from "./nodes.js";
import { byNode, type DaemonPod, isAvailable, oldestFirst } from "./pods.js";
import { type Counts, countsOf } from "./status.js";
import { limitsOf, type Quantity, replaceBeside, replaceInPlace, type Step } from "./update.js";

export interface DaemonSetSettings {
  readonly updateStrategy: "RollingUpdate" | "OnDelete";
  readonly maxUnavailable: Quantity;
  readonly maxSurge: Quantity;
  readonly minReadySeconds: Seconds;
  readonly placing: Placing;
}

export interface Observed {
  /** Names the pod template. */
  readonly version: string;
  readonly nodes: readonly DaemonNode[];
  readonly pods: readonly DaemonPod[];
}

export interface Node extends Eligibility {
  readonly name: string;
}

export interface Look extends Counts {
  /** Nodes to make a pod for. */
  readonly create: Choice<string>;
  /** Pods to delete, by id. */
  readonly remove: Choice<number>;
  /** It ended with an error, and is tried again. */
  readonly failed: boolean;
  /** Look again after so long, even if nothing happens. */
  readonly again: Seconds | undefined;
}

const NOTHING: Step = { create: choose([]), remove: choose([]) };

export class DaemonSet {
  private readonly failedPods = new FailedPods();
  private version: string | undefined;
  /** Changes of the template that there have been, and those that the last look had seen. */
  private generation = 0;
  private observedGeneration = 0;
  private again: Seconds = Infinity;

  constructor(private readonly settings: DaemonSetSettings) {}

  sync({ version, nodes: given, pods }: Observed, now: Seconds): Look {
    const { updateStrategy, minReadySeconds, placing } = this.settings;
    if (version !== this.version) this.generation++;
    this.version = version;
    this.again = Infinity;
    const nodes = given.map((node): Node => ({ name: node.name, ...eligibilityOf(node, placing) }));
    const there = byNode(pods);
    const kept = this.keep(nodes, there, version, now);
    const updates = updateStrategy === "RollingUpdate" && isNothing(kept.create) && isNothing(kept.remove);
    const step = updates ? this.update(nodes, there, version) : kept;
    const counts = countsOf(nodes, there, version);
    this.observedGeneration = this.generation;
    if (minReadySeconds > 0 && counts.ready !== counts.available) this.again = Math.min(this.again, minReadySeconds);
    const again = this.again === Infinity ? undefined : this.again;
    return { ...(step ?? NOTHING), ...counts, failed: step === undefined, again };
  }

  /** Every eligible node has a pod, and no other has one. */
  private keep(
    nodes: readonly Node[],
    there: ReadonlyMap<string, readonly DaemonPod[]>,
    version: string,
    now: Seconds,
  ): Step {
    const create: string[] = [];
    const remove: number[] = [];
    for (const node of nodes) {
      const pods = there.get(node.name);
      if (pods === undefined) {
        if (node.starts) create.push(node.name);
        continue;
      }
      const staying = pods.filter(({ terminating }) => terminating !== true);
      if (!node.stays) {
        remove.push(...staying.map(({ id }) => id));
        continue;
      }
      const running = staying.filter(({ phase }) => phase === "Pending" || phase === "Running");
      for (const pod of staying) if (!running.includes(pod) && this.mayGo(pod, now)) remove.push(pod.id);
      if (!this.surges) remove.push(...idsOf(oldestFirst(running).slice(1)));
      else if (running.length > 1) remove.push(...tooMany(running, version));
      else if (running.length === 0 && node.starts) create.push(node.name);
    }
    const known = new Set(nodes.map(({ name }) => name));
    for (const [name, pods] of there)
      if (!known.has(name)) remove.push(...idsOf(pods.filter(({ placed }) => placed !== true)));
    return { create: choose(create), remove: choose(remove) };
  }

  private mayGo({ phase, node }: DaemonPod, now: Seconds): boolean {
    if (phase === "Succeeded") return true;
    const may = this.failedPods.mayGo(`${this.observedGeneration}/${node}`, now);
    if (!may.yes) this.again = Math.min(this.again, may.again);
    return may.yes;
  }

  /** Whether a node may have two pods: of a share even where it comes to none. */
  private get surges(): boolean {
    return this.settings.updateStrategy === "RollingUpdate" && limitsOf(this.settings, 1).maxSurge > 0;
  }

  private update(
    nodes: readonly Node[],
    there: ReadonlyMap<string, readonly DaemonPod[]>,
    version: string,
  ): Step | undefined {
    const wanted = nodes.filter(({ starts }) => starts);
    const scene = new Map(there);
    for (const { name } of wanted) if (!scene.has(name)) scene.set(name, []);
    const limits = limitsOf(this.settings, wanted.length);
    if (limits.maxSurge === 0) return replaceInPlace(scene, version, limits);
    return replaceBeside(scene, version, limits, new Map(nodes.map((node) => [node.name, node])));
  }
}

const idsOf = (pods: readonly DaemonPod[]): readonly number[] => pods.map(({ id }) => id);

/** Of a node's pods where an update goes beside: one old and one new may stay, and the old one only while it is the one that serves. */
function tooMany(running: readonly DaemonPod[], version: string): readonly number[] {
  const ordered = oldestFirst(running);
  const fresh = ordered.find((pod) => pod.version === version);
  const old = ordered.find((pod) => pod.version !== version);
  const rest = ordered.filter((pod) => pod !== fresh && pod !== old);
  const over = fresh !== undefined && old !== undefined && (old.ready !== true || isAvailable(fresh));
  return idsOf(over ? [...rest, old] : rest);
}
