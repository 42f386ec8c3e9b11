/** Plays the scheduler's situations: pods that come one after the other, in the API's own fields, and stay where they go. */
import type {
  Affinity,
  Node,
  Owner,
  Pod,
  SpreadConstraint,
  Taint,
  Toleration,
} from "../../src/controllers/scheduler/objects.js";
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
  };
  readonly spec: {
    readonly containers: readonly ApiContainer[];
    readonly initContainers?: readonly ApiContainer[];
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
  readonly nodes: readonly ApiNode[];
  readonly services?: readonly {
    readonly metadata: { readonly namespace?: string };
    readonly spec: { readonly selector: Owner["selector"] };
  }[];
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

function podOf({ metadata, spec }: ApiPod): Pod {
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

function answerOf(placement: Placement, small: boolean) {
  const { node, evaluated, feasible, rejections } = placement;
  const decision = { node, evaluated, feasible: feasible.length };
  if (!small) return decision;
  const named = rejections.size === 0 ? undefined : Object.fromEntries(rejections);
  return { ...decision, rejections: named, scores: weighted(placement) };
}

export function playScheduler({ settings, script }: Vector): readonly unknown[] {
  const { nodes, services = [] } = settings as Settings;
  const owners = services.map(({ metadata, spec }) => ({ ...metadata, selector: spec.selector }));
  const scheduler = new Scheduler({ owners });
  for (const node of nodes) scheduler.addNode(nodeOf(node));
  return script.map((step) => {
    const pod = podOf((step as { readonly pod: ApiPod }).pod);
    const placement = scheduler.schedule(pod);
    if (placement.node !== undefined) scheduler.addPod(pod, placement.node);
    return answerOf(placement, nodes.length < 100);
  });
}
