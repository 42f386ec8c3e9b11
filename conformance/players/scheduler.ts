/** Plays the scheduler's situations: pods that come one after the other, in the API's own fields, and stay where they go. */
import type {
  Affinity,
  LabelSelector,
  LivePod,
  Node,
  Owner,
  Pod,
  SpreadConstraint,
  Taint,
  Toleration,
} from "../../src/controllers/scheduler/objects.js";
import { type Budget, cheapest, type Preemption } from "../../src/controllers/scheduler/preemption.js";
import { refusalOf } from "../../src/controllers/scheduler/refusal.js";
import type { FitStrategy } from "../../src/controllers/scheduler/resource-scores.js";
import { type Placement, Scheduler } from "../../src/controllers/scheduler/scheduler.js";
import { type ScoreName, WEIGHTS } from "../../src/controllers/scheduler/scores.js";
import type { Vector } from "../vector.js";

type Quantities = Readonly<Record<string, string>>;

interface ApiContainer {
  readonly image?: string;
  readonly resources?: { readonly requests?: Quantities };
  readonly ports?: readonly { readonly hostPort?: number; readonly protocol?: string; readonly hostIP?: string }[];
  readonly restartPolicy?: string;
}

interface ApiPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status?: { readonly startTime?: string; readonly nominatedNodeName?: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly priority?: number;
    readonly preemptionPolicy?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly containers: readonly ApiContainer[];
    readonly initContainers?: readonly ApiContainer[];
    readonly overhead?: Quantities;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly Toleration[];
    readonly affinity?: Affinity;
    readonly topologySpreadConstraints?: readonly SpreadConstraint[];
  };
}

interface ApiNode {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status: {
    readonly allocatable: Quantities;
    readonly images?: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[];
  };
}

interface Settings {
  readonly nodes: readonly ApiNode[] | null;
  readonly services?: readonly {
    readonly metadata: { readonly namespace?: string };
    readonly spec: { readonly selector: Owner["selector"] };
  }[];
  readonly percentageOfNodesToScore?: number;
  readonly hardPodAffinityWeight?: number;
  readonly fit?: FitStrategy;
  readonly running?: readonly ApiPod[];
  readonly waiting?: readonly ApiPod[];
  readonly budgets?: readonly {
    readonly metadata: { readonly namespace?: string };
    readonly spec: { readonly selector?: LabelSelector };
    readonly status: {
      readonly disruptionsAllowed: number;
      readonly disruptedPods?: Readonly<Record<string, unknown>>;
    };
  }[];
}

interface Step {
  readonly at: number;
  readonly pod?: ApiPod;
  readonly retry?: string;
  readonly gone?: string;
  readonly node?: ApiNode;
  readonly nodeGone?: string;
}

const UNITS: Readonly<Record<string, number>> = { m: 0.001, "": 1, k: 1e3, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

function amount(name: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)(\w*)$/.exec(text) ?? [];
  const scale = UNITS[unit];
  if (digits === "" || scale === undefined) throw new Error(`${name}: expected a quantity, got "${text}"`);
  return Math.round(Number(digits) * scale * (name === "cpu" ? 1000 : 1));
}

const amounts = (quantities: Quantities = {}) =>
  Object.fromEntries(Object.entries(quantities).map(([name, text]) => [name, amount(name, text)]));

const containerOf = ({ image, resources, ports = [], restartPolicy }: ApiContainer) => ({
  ...(image === undefined ? {} : { image }),
  requests: amounts(resources?.requests),
  ports: ports.map(({ hostPort = 0, protocol, hostIP }) => ({
    port: hostPort,
    ...(protocol === undefined ? {} : { protocol }),
    ...(hostIP === undefined ? {} : { ip: hostIP }),
  })),
  restartable: restartPolicy === "Always",
});

function podOf({ metadata, spec, status = {} }: ApiPod): LivePod {
  const {
    containers,
    initContainers = [],
    topologySpreadConstraints: spread = [],
    nodeSelector,
    tolerations,
    affinity,
  } = spec;
  return {
    ...metadata,
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(affinity === undefined ? {} : { affinity }),
    ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
    ...(spec.overhead === undefined ? {} : { overhead: amounts(spec.overhead) }),
    ...(status.startTime === undefined ? {} : { start: Date.parse(status.startTime) / 1000 }),
    ...(status.nominatedNodeName === undefined ? {} : { nominated: status.nominatedNodeName }),
    priority: spec.priority ?? 0,
    neverPreempts: spec.preemptionPolicy === "Never",
    terminating: metadata.deletionTimestamp !== undefined,
    containers: containers.map(containerOf),
    initContainers: initContainers.map(containerOf),
    spread,
  };
}

const nodeOf = ({ metadata, spec, status }: ApiNode): Node => ({
  ...metadata,
  ...spec,
  allocatable: amounts(status.allocatable),
  images: (status.images ?? []).flatMap(({ names, sizeBytes }) => names.map((name) => ({ name, size: sizeBytes }))),
});

function weighted({ feasible, scores }: Placement) {
  if (scores === undefined) return undefined;
  return Object.fromEntries(
    feasible.map((node, i) => {
      const each = Object.keys(WEIGHTS).map((name) => {
        const plugin = name as ScoreName;
        return [plugin, (scores[plugin][i] ?? 0) * WEIGHTS[plugin]] as const;
      });
      return [node, Object.fromEntries(each.filter(([, score]) => score !== 0))];
    }),
  );
}

function answerOf(placement: Placement, nodes: number) {
  const { node, evaluated, feasible, rejections } = placement;
  const message = node === undefined ? refusalOf(nodes, rejections) : undefined;
  const decision = { node, evaluated, feasible: feasible.length, message };
  if (nodes >= 100) return decision;
  const named = rejections.size === 0 ? undefined : Object.fromEntries(rejections);
  return { ...decision, rejections: named, scores: weighted(placement) };
}

const preemptionOf = ({ candidates, message }: Preemption) => {
  if (candidates.length === 0) return { message };
  const byNode = candidates.map(({ node, victims, violations }) => {
    return [node, { victims: victims.map(({ name }) => name), violations }] as const;
  });
  const allowed = cheapest(candidates).map(({ node }) => node);
  return { candidates: Object.fromEntries(byNode), allowed: allowed.sort() };
};

/** A cluster whose pods come, wait, run and go as the script says. */
class Play {
  private readonly scheduler: Scheduler;
  private readonly budgets: readonly Budget[];
  private readonly pods = new Map<string, LivePod>();
  private readonly nodeOfPod = new Map<string, string>();
  private readonly graceful = new Set<string>();
  private readonly nodes = new Map<string, Node>();

  constructor(private readonly settings: Settings) {
    const { nodes, services = [], running = [], waiting = [], budgets = [], fit, ...numbers } = settings;
    const { percentageOfNodesToScore = 0, hardPodAffinityWeight = 1 } = numbers;
    this.scheduler = new Scheduler({
      owners: services.map(({ metadata, spec }) => ({ ...metadata, selector: spec.selector })),
      percentageOfNodesToScore,
      hardPodAffinityWeight,
      ...(fit && { fit }),
    });
    for (const node of nodes ?? []) this.node(node);
    this.budgets = budgets.map(({ metadata, spec, status }) => ({
      ...metadata,
      ...spec,
      disruptionsAllowed: status.disruptionsAllowed,
      disruptedPods: Object.keys(status.disruptedPods ?? {}),
    }));
    for (const pod of running) this.run(this.know(pod), pod.spec.nodeName ?? "");
    for (const pod of waiting) this.nominate(this.know(pod), pod.status?.nominatedNodeName);
  }

  step({ at, pod, retry, gone, node, nodeGone }: Step): unknown {
    if (pod !== undefined) return this.attempt(this.know(pod), at);
    if (retry !== undefined) return this.attempt(this.known(retry), at);
    if (gone !== undefined) this.scheduler.removePod(gone, this.nodeOfPod.get(gone) ?? "");
    if (node !== undefined) this.node(node);
    if (nodeGone !== undefined) {
      this.scheduler.removeNode(nodeGone);
      this.nodes.delete(nodeGone);
    }
    return { evaluated: 0, feasible: 0 };
  }

  /** Nodes that change do so in place. */
  private node(given: ApiNode): void {
    const { name, unschedulable = false, ...rest } = nodeOf(given);
    const known = this.nodes.get(name);
    const node = Object.assign(known ?? {}, { name, unschedulable, ...rest });
    if (known === undefined) this.scheduler.addNode(node);
    this.nodes.set(name, node);
  }

  private attempt(pod: LivePod, at: number): unknown {
    const placement = this.scheduler.schedule(pod);
    const answer = answerOf(placement, this.nodes.size);
    if (placement.node !== undefined) {
      pod.start = 4000 + at;
      this.run(pod, placement.node);
    }
    if (placement.node !== undefined || !this.settings.running) return answer;
    const preemption = this.scheduler.preempt(pod, placement.rejections, this.budgets);
    this.carryOut(pod, preemption);
    return { ...answer, preemption: preemptionOf(preemption) };
  }

  /** As the oracle does: victims with a grace of their own stay, terminating; of equal nodes the first by name. */
  private carryOut(pod: LivePod, { candidates, eligible }: Preemption): void {
    const names = cheapest(candidates).map(({ node }) => node);
    const chosen = candidates.find(({ node }) => node === names.sort()[0]);
    if (chosen === undefined) {
      if (eligible) this.nominate(pod, undefined);
      return;
    }
    for (const { name } of chosen.victims) {
      if (this.graceful.has(name)) Object.assign(this.known(name), { terminating: true, preempted: true });
      else this.scheduler.removePod(name, chosen.node);
    }
    for (const { name } of this.scheduler.nominations.below(pod, chosen.node))
      this.nominate(this.known(name), undefined);
    this.nominate(pod, chosen.node);
  }

  private know(given: ApiPod): LivePod {
    const pod = podOf(given);
    this.pods.set(pod.name, pod);
    if (given.spec.terminationGracePeriodSeconds !== undefined) this.graceful.add(pod.name);
    return pod;
  }

  private known(name: string): LivePod {
    const pod = this.pods.get(name);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    return pod;
  }

  private run(pod: Pod, node: string): void {
    this.nodeOfPod.set(pod.name, node);
    this.scheduler.addPod(pod, node);
  }

  private nominate(pod: LivePod, node: string | undefined): void {
    if (node === undefined) delete pod.nominated;
    else pod.nominated = node;
    this.scheduler.nominations.set(pod, node);
  }
}

export function playScheduler({ settings, script }: Vector): readonly unknown[] {
  const play = new Play(settings as Settings);
  return script.map((step) => play.step(step as Step));
}
