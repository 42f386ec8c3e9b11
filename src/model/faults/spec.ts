/** What is made to go wrong, and when: plain data. */
import type { Distribution } from "../../kernel/distributions.js";
import type { Fraction, Seconds } from "../../units.js";
import type { Outage } from "../../workload/outages.js";
import type { DisturbanceSpec } from "../network/network-spec.js";

/** When a fault happens. It is never there twice at once: another begins when the one before is over. */
export type When =
  /** Once. A length of Infinity: it is never over. */
  | { readonly kind: "once"; readonly at: Seconds; readonly length: Seconds }
  /** Again and again: `gap` lies between the start of the run, or the end of one, and the beginning of the next. */
  | { readonly kind: "often"; readonly gap: Distribution; readonly length: Distribution }
  /** In the order of time, none before the end of the one before. */
  | { readonly kind: "listed"; readonly outages: () => readonly Outage[] };

/** How many of those that are there, chosen by chance each time; or certain ones, by their names. */
export type Portion = { readonly count: number } | { readonly share: Fraction } | { readonly names: readonly string[] };

export interface PodTarget {
  /** A service's, a job's or a daemon's name. */
  readonly owner: string;
  readonly portion: Portion;
}

export interface NodeTarget {
  /** Undefined: of any. */
  readonly group: string | undefined;
  readonly zone: string | undefined;
  readonly portion: Portion;
}

/** How machines are lost. */
export interface Loss {
  /**
   * Undefined: they are gone at once, and everybody knows. Otherwise they stand still and say nothing until the fault is over,
   * or until the cloud ends them: their pods stay endpoints until the node monitor has missed the machines' leases.
   */
  readonly silent: boolean;
  /** After so long the cloud ends a machine that stands still, and its group buys another; Infinity: never. */
  readonly replacedAfter: Seconds;
}

/** Whose decisions can be made to stop. */
export const pausable = ["scalers", "sizers", "provisioner", "scheduler", "workloads", "node-monitor"] as const;
export type Pausable = (typeof pausable)[number];

export type FaultKind =
  /** Containers end, and the kubelet starts them again. */
  | { readonly kind: "crash"; readonly pods: PodTarget }
  | ({ readonly kind: "node-loss"; readonly nodes: NodeTarget } & Loss)
  /** All machines of a zone are lost, and none can be had there meanwhile. */
  | ({ readonly kind: "zone-loss"; readonly zone: string } & Loss)
  /** Cores work at a part of their speed; at 0 they stand still. */
  | { readonly kind: "slow-node"; readonly nodes: NodeTarget; readonly speed: number }
  /** A part of the cores is somebody else's. */
  | { readonly kind: "steal"; readonly nodes: NodeTarget; readonly share: Fraction }
  /** Work and waits that begin meanwhile take so many times as long, and a part of the calls fails at once. */
  | { readonly kind: "brown-out"; readonly service: string; readonly times: number; readonly failing: Fraction }
  /** Nobody can ask for the metrics of these services. */
  | { readonly kind: "metric-outage"; readonly services: readonly string[] }
  | { readonly kind: "pause"; readonly controllers: readonly Pausable[] }
  /** Messages between some are late, lost or refused. */
  | ({ readonly kind: "network" } & DisturbanceSpec)
  /** Names of services are not found, for a part of the calls, and that takes so long. */
  | {
      readonly kind: "dns";
      readonly services: readonly string[];
      readonly share: Fraction;
      readonly after: Distribution;
    }
  /** The cloud gives notice to spot machines. */
  | { readonly kind: "reclaim"; readonly nodes: NodeTarget };

export interface FaultSpec {
  /** Unlike any other's. */
  readonly name: string;
  readonly when: When;
  readonly what: FaultKind;
}

/** Whether a core's speed, or how many there are, may change while work is under way. */
export const changesSpeeds = (faults: readonly FaultSpec[]): boolean =>
  faults.some(({ what }) => what.kind === "slow-node" || what.kind === "steal" || ("silent" in what && what.silent));

/** Whether messages need more than their hops. */
export const disturbs = (faults: readonly FaultSpec[]): boolean =>
  faults.some(({ what }) => what.kind === "network" || what.kind === "dns");
