/** Pods that wait for a node, and who gives them one. */
import { RandomStream } from "../../kernel/random.js";
import type { DecisionLog } from "../decisions.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import type { PodId, State } from "../state.js";
import { PlaceByCluster } from "./place-by-cluster.js";
import { PlaceBySize } from "./place-by-size.js";

export interface SchedulingEvents {
  /** A pod stands on a machine now. */
  readonly placed: (pod: PodId, machine: Machine) => void;
  /** A pod has to go for another; it ends like all others. */
  readonly evict: (pod: PodId) => void;
}

export interface Scheduling {
  /** Pods without a node, oldest first. */
  readonly pending: readonly PodId[];
  add(pod: PodId): void;
  /** A pod that no longer wishes for a node. */
  withdraw(pod: PodId): void;
  /** A pod stands on a machine without having asked for one. */
  bound(pod: PodId, machine: Machine): void;
  /** A pod on a machine has begun to terminate; it is gone from there. */
  leaving(pod: PodId): void;
  left(pod: PodId, machine: Machine): void;
  /** A pod on a machine asks for other resources than before. */
  resized(pod: PodId, machine: Machine): void;
  machineOpened(machine: Machine): void;
  machineClosed(machine: Machine): void;
  machineGone(machine: Machine): void;
  /** Tries the pending pods, once all that happens at this instant has happened. */
  tryWhenDone(): void;
  /** Places the last `count` pods at once, for the start of the world; those without a node stay pending. */
  placeLast(count: number): readonly { readonly pod: PodId; readonly machine: Machine }[];
}

export function createScheduling(
  state: State,
  machines: Machines,
  log: DecisionLog,
  events: SchedulingEvents,
): Scheduling {
  const { name, create } = state.spec.cluster.scheduler;
  const scheduler = create({ stream: new RandomStream(state.seed, "scheduler"), clock: state.sim });
  if ("score" in scheduler) return new PlaceBySize(state, machines, log, { scheduler, events });
  return new PlaceByCluster(state, machines, log, { name, scheduler, events });
}
