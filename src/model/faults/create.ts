import type { Traffic } from "../calls/traffic.js";
import type { Control } from "../control/control.js";
import type { Metrics } from "../control/metrics.js";
import type { Cpu } from "../cpu/cpu.js";
import type { DecisionLog } from "../decisions.js";
import type { Machines } from "../machines/machines.js";
import { NODE_MONITOR, NodeMonitor } from "../machines/node-monitor.js";
import type { Provisioning } from "../machines/provisioning.js";
import type { Fleet } from "../pods/fleet.js";
import type { State } from "../state.js";
import { Faults } from "./faults.js";
import { Losses } from "./losses.js";
import { Silence } from "./silence.js";
import { Speeds } from "./speeds.js";
import { Strikes } from "./strikes.js";

interface FaultyParts {
  readonly control: Control;
  readonly fleet: Fleet;
  readonly machines: Machines;
  readonly provisioning: Provisioning;
  readonly traffic: Traffic;
  readonly metrics: Metrics;
  readonly log: DecisionLog;
}

/** All that goes wrong in a world, and who watches its nodes; undefined in a world without faults. */
export function createFaults(state: State, parts: FaultyParts): Trouble | undefined {
  const { faults } = state.spec;
  if (faults.length === 0) return undefined;
  const cpu: Cpu = parts.traffic.cpu;
  const speeds = new Speeds(parts.machines, cpu);
  const silent = faults.some(({ what }) => "silent" in what && what.silent);
  const silence = silent ? new Silence(state, { ...parts, speeds }) : undefined;
  const losses = new Losses(state, { ...parts, silence });
  const strikes = new Strikes(state, { ...parts, speeds, losses });
  const all = new Faults(state, { ...parts, strikes });
  parts.control.declined = (service) => all.declined(service);
  const missed = (machine: Parameters<Faults["machineMissed"]>[0]): void => all.machineMissed(machine, NODE_MONITOR);
  const monitor = silence && new NodeMonitor(state, { ...parts, silence, missed });
  return { faults: all, silence, monitor };
}

export interface Trouble {
  readonly faults: Faults;
  readonly silence: Silence | undefined;
  readonly monitor: NodeMonitor | undefined;
}
