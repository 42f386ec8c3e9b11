/**
 * kube-scheduler (v1.36) with its default profile: queue, filters, scores and preemption, decided by controllers/scheduler.
 *
 * It takes no time: all pods whose turn it is are looked at in one instant. So back-off shows in their order alone, for
 * an idle scheduler does not wait for its end.
 */

import type { LivePod, Node, Owner, Pod } from "../../controllers/scheduler/objects.js";
import type { Budget, Preemption } from "../../controllers/scheduler/preemption.js";
import { type ClusterEvent, SchedulingQueue } from "../../controllers/scheduler/queue.js";
import { refusalOf } from "../../controllers/scheduler/refusal.js";
import { LEAST_ALLOCATED } from "../../controllers/scheduler/resource-scores.js";
import { type Placement, Scheduler, type SchedulerSettings } from "../../controllers/scheduler/scheduler.js";
import type { Seconds } from "../../units.js";
import type { ClusterScheduler, PlacingAnswer } from "../contract.js";
import { defineClusterScheduler } from "../define.js";
import { oneOf, whole } from "../fields.js";

/** What an attempt in vain came to: the same for every pod alike until something happens. */
interface Refusal {
  readonly message: string;
  readonly plugins: ReadonlySet<string>;
}

class KubeScheduler implements ClusterScheduler {
  private readonly owners: Owner[] = [];
  private readonly scheduler: Scheduler;
  private readonly queue = new SchedulingQueue();
  private readonly refused = new Map<string, Refusal>();
  private readonly pods = new Map<string, LivePod>();

  constructor(settings: SchedulerSettings) {
    this.scheduler = new Scheduler({ ...settings, owners: this.owners });
  }

  get ready(): boolean {
    return this.queue.ready;
  }
  get retriesAt(): Seconds {
    return this.queue.retriesAt;
  }

  ownerAdded(owner: Owner): void {
    this.owners.push(owner);
  }

  nodeAdded(node: Node, now: Seconds): void {
    this.scheduler.addNode(node);
    this.happened("NodeAdd", now);
  }

  // A cordoned node or a pod on its way out helps nobody yet, so that nobody is tried again for it.
  nodeUpdated({ unschedulable }: Node, now: Seconds): void {
    if (unschedulable === true) this.refused.clear();
    else this.happened("NodeUpdate", now);
  }
  podUpdated(): void {
    this.refused.clear();
  }

  nodeRemoved({ name }: Node, now: Seconds): void {
    this.scheduler.removeNode(name);
    this.happened("NodeDelete", now);
  }

  podAdded(pod: LivePod, now: Seconds): void {
    this.pods.set(pod.name, pod);
    this.queue.add(pod, now);
  }

  podBound(pod: LivePod, node: string): void {
    this.scheduler.addPod(pod, node);
    this.refused.clear();
  }

  podRemoved(pod: LivePod, node: string | undefined, now: Seconds): void {
    if (node === undefined) {
      this.pods.delete(pod.name);
      this.queue.remove(pod.name);
      this.scheduler.nominations.set(pod, undefined);
      this.refused.clear();
    } else this.scheduler.removePod(pod.name, node);
    this.happened("PodDelete", now);
  }

  next(now: Seconds, budgets: () => readonly Budget[]): PlacingAnswer | undefined {
    this.queue.flush(now);
    const entry = this.queue.pop(now);
    if (entry === undefined) return undefined;
    const pod = this.pods.get(entry.pod.name)!;
    const kind = kindOf(pod);
    const known = this.refused.get(kind);
    if (known !== undefined) {
      this.queue.failed(entry, known.plugins, now);
      return { pod, refusal: known.message, seen: {} };
    }
    const placement = this.scheduler.schedule(pod);
    if (placement.node !== undefined) return this.bind(pod, placement.node, placement, now);
    const refusal = {
      message: refusalOf(this.scheduler.nodes().length, placement.rejections),
      plugins: new Set([...placement.rejections.values()].map(({ plugin }) => plugin)),
    };
    this.queue.failed(entry, refusal.plugins, now);
    return this.preempt(pod, placement, refusal, budgets());
  }

  private bind(pod: LivePod, node: string, { evaluated, feasible }: Placement, now: Seconds): PlacingAnswer {
    this.pods.delete(pod.name);
    delete pod.nominated;
    pod.start = now;
    this.scheduler.addPod(pod, node);
    this.happened("PodAdd", now);
    return { pod, node, seen: { evaluated, feasible: feasible.length } };
  }

  private preempt(pod: LivePod, placement: Placement, refusal: Refusal, budgets: readonly Budget[]): PlacingAnswer {
    const { chosen, eligible, message }: Preemption = this.scheduler.preempt(pod, placement.rejections, budgets);
    const seen = { evaluated: placement.evaluated, feasible: 0 };
    if (chosen === undefined) {
      if (eligible) this.nominate(pod, undefined);
      const whole = { ...refusal, message: `${refusal.message} ${message}` };
      if (pod.nominated === undefined) this.refused.set(kindOf(pod), whole);
      return { pod, refusal: whole.message, seen };
    }
    const { node, victims, violations } = chosen;
    for (const other of this.scheduler.nominations.below(pod, node))
      this.nominate(this.pods.get(other.name)!, undefined);
    this.nominate(pod, node);
    return { pod, refusal: refusal.message, preempts: { node, victims, violations }, seen };
  }

  private nominate(pod: LivePod, node: string | undefined): void {
    if (node === pod.nominated) return;
    if (node === undefined) delete pod.nominated;
    else pod.nominated = node;
    this.scheduler.nominations.set(pod, node);
    this.refused.clear();
  }

  private happened(event: ClusterEvent, now: Seconds): void {
    this.refused.clear();
    this.queue.moveAll(event, now);
  }
}

/** Pods of one kind are turned down alike. */
const kindOf = ({ name: _, start: __, ...rest }: Pod): string => JSON.stringify(rest);

export const kubeScheduler = defineClusterScheduler({
  name: "kube-scheduler",
  summary: "Kubernetes' scheduler whole: affinity, taints, topology spread, priorities and preemption.",
  fields: {
    percentageOfNodesToScore: whole(0)
      .default(0)
      .refine((share) => share <= 100, "expected a percentage from 0 to 100")
      .describe("Of how many nodes with room one is chosen, in per cent; 0: fewer the more there are."),
    hardPodAffinityWeight: whole(0)
      .default(1)
      .refine((weight) => weight <= 100, "expected a weight from 0 to 100")
      .describe("What it counts that others must be near the pod."),
    scoringStrategy: oneOf("LeastAllocated", "MostAllocated")
      .default("LeastAllocated")
      .describe("Whether nodes with much or with little left are preferred."),
    ties: oneOf("first", "random")
      .default("first")
      .describe("Which of equal nodes: the first of the heap, as since 1.35, or one drawn, as up to 1.34."),
  },
  create: ({ scoringStrategy, ties, ...settings }, { stream }) =>
    new KubeScheduler({
      ...settings,
      fit: { ...LEAST_ALLOCATED, type: scoringStrategy },
      preemption: stream,
      ...(ties === "random" && { ties: stream }),
    }),
});
