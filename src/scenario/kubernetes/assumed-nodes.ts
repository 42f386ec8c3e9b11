/**
 * Machines for pods that say where they would stand, of which manifests of workloads know nothing: as many as have room
 * for all that autoscalers may add, in the zones and with the labels that are asked for.
 */
import { instanceType, reserved } from "../../catalogue/instances.js";
import { type Affinity, type Labels, type Requirement, ZONE } from "../../controllers/scheduler/objects.js";
import type { Workload } from "./workloads.js";
import { ASSUMED, type Scaling, said, type WrittenFields } from "./written.js";

const FAMILY = ["m5.large", "m5.xlarge", "m5.2xlarge", "m5.4xlarge"] as const;
const MOST_PODS = 110;
/** What is kept free, so that fragments do not matter. */
const SLACK = 1.25;
const LEAST_NODES = 3;
const THREE_ZONES = ["a", "b", "c"];

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const ARCH = "kubernetes.io/arch";
const TYPE = "node.kubernetes.io/instance-type";
/** Of what a machine is, and not what somebody has written on it. */
const OWN: readonly string[] = [ZONE, ARCH, TYPE, "kubernetes.io/hostname"];

/** In millicores and MiB. */
interface Ask {
  readonly cpu: number;
  readonly memory: number;
}

/** The section `cluster` but for who decides. */
export function assumedNodes(workloads: readonly Workload[], scalings: readonly Scaling[]): WrittenFields {
  const groups = new Map<string, Workload[]>();
  for (const one of workloads) {
    const key = JSON.stringify(requirementsOf(one));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const daemons = sum(workloads.filter(({ kind }) => kind === "DaemonSet").map(askOf));
  const named = [...groups.values()].map((members, i) => {
    const pods = members.map((one) => ({ ask: askOf(one), replicas: mostReplicas(one, scalings), ...apartOf(one) }));
    return [i === 0 ? "pool" : `pool-${i + 1}`, groupOf(members[0], pods, daemons)] as const;
  });
  return {
    nodes: {
      value: Object.fromEntries(named),
      remark: `${ASSUMED}: room for all replicas, on machines with the labels and in the zones that pods ask for`,
    },
  };
}

interface Pods {
  readonly ask: Ask;
  readonly replicas: number;
  readonly apart: boolean;
}

/** `asking`: one of those whose pods go there; all ask for the same labels. */
function groupOf(asking: Workload, pods: readonly Pods[], daemons: Ask) {
  const asked = requirementsOf(asking);
  const askedFor = (label: string): string | undefined => asked.find(({ key }) => key === label)?.values?.[0];
  const type = typeFor(pods, daemons, askedFor(TYPE));
  const room = roomOf(type);
  const need = sum(pods.map(({ ask, replicas }) => ({ cpu: ask.cpu * replicas, memory: ask.memory * replicas })));
  const machines = Math.max(need.cpu / (room.cpu - daemons.cpu), need.memory / (room.memory - daemons.memory));
  const apart = Math.max(...pods.map((one) => (one.apart ? one.replicas : 0)));
  const labels = asked.filter(({ key }) => !OWN.includes(key)).flatMap(labelFor);
  const arch = askedFor(ARCH);
  return said({
    type,
    count: Math.max(LEAST_NODES, apart, Math.ceil(SLACK * machines)),
    zones: zonesFor(asking, asked),
    arch: arch === "arm64" ? arch : undefined,
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels),
  });
}

/** What a node must be; of several terms one is enough, here the first. */
function requirementsOf({ placing }: Workload): readonly Requirement[] {
  const { nodeAffinity } = (placing.affinity?.value ?? {}) as Affinity;
  const [{ matchExpressions = [] } = {}] = nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const selector = Object.entries((placing.nodeSelector?.value ?? {}) as Labels);
  return [...selector.map(([key, value]) => ({ key, operator: "In", values: [value] })), ...matchExpressions];
}

/** A label by which a node is as required; what must not be there needs none. */
function labelFor({ key, operator, values = [] }: Requirement): [string, string][] {
  const [first] = values;
  if (operator === "In") return [[key, first]];
  if (operator === "Exists") return [[key, "true"]];
  if (operator === "Gt") return [[key, String(Number(first) + 1)]];
  return operator === "Lt" ? [[key, String(Number(first) - 1)]] : [];
}

function zonesFor({ placing }: Workload, asked: readonly Requirement[]): readonly string[] | undefined {
  const named = asked.filter(({ key, operator }) => key === ZONE && operator === "In");
  if (named.length > 0) return named[0].values;
  return JSON.stringify(placing).includes(ZONE) ? THREE_ZONES : undefined;
}

/** No two of its pods may be on one node, or they would rather not. */
const apartOf = ({ placing }: Workload) => ({
  apart: placing.affinity !== undefined && "podAntiAffinity" in (placing.affinity.value as Affinity),
});

function typeFor(pods: readonly Pods[], daemons: Ask, asked: string | undefined): string {
  if (asked !== undefined && instanceType(asked) !== undefined) return asked;
  const largest = (resource: keyof Ask) => daemons[resource] + Math.max(...pods.map(({ ask }) => ask[resource]));
  const fits = (room: Ask) => room.cpu >= largest("cpu") && room.memory >= largest("memory");
  return FAMILY.find((type) => fits(roomOf(type))) ?? FAMILY[FAMILY.length - 1];
}

/** Where none is said, what a scenario takes. */
const askOf = ({ cpu, memory }: Workload): Ask => ({ cpu: cpu.request || 500, memory: memory.request || 256 });

const sum = (asks: readonly Ask[]): Ask => ({
  cpu: asks.reduce((all, { cpu }) => all + cpu, 0),
  memory: asks.reduce((all, { memory }) => all + memory, 0),
});

function roomOf(type: string): Ask {
  const { capacity } = instanceType(type)!;
  const kept = reserved(capacity, MOST_PODS);
  return { cpu: capacity.cpuMillicores - kept.cpuMillicores, memory: capacity.memoryMiB - kept.memoryMiB };
}

function mostReplicas(workload: Workload, scalings: readonly Scaling[]): number {
  const scaler = scalings.find((one) => one.workload === workload)?.scaler ?? workload.scaler;
  const most = Number(scaler?.fields.max);
  return most < Infinity ? Math.max(most, workload.replicas) : workload.replicas;
}
