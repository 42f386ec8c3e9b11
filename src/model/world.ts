import type { Simulation, Trace } from "../kernel/simulation.js";
import type { Series } from "../measure/series.js";
import type { Seconds } from "../units.js";
import { admitServices } from "./admission/admit-services.js";
import { Bill, type BillTotals } from "./bill.js";
import { checkBooks } from "./books.js";
import { Loads } from "./calls/load.js";
import { loseCalls } from "./calls/loss.js";
import { type Observer, Recorder } from "./calls/recorder.js";
import { Traffic } from "./calls/traffic.js";
import { Control } from "./control/control.js";
import { InstantMetrics } from "./control/instant-metrics.js";
import type { Metrics } from "./control/metrics.js";
import { MetricsPipeline } from "./control/metrics-pipeline.js";
import { Sizing } from "./control/sizing.js";
import type { Cpu } from "./cpu/cpu.js";
import { type Decision, DecisionLog } from "./decisions.js";
import { createFaults, type Trouble } from "./faults/create.js";
import type { FaultRecord } from "./faults/fault-log.js";
import { History } from "./history.js";
import type { Machine } from "./machines/machine.js";
import { type MachineEvents, Machines } from "./machines/machines.js";
import { Provisioning } from "./machines/provisioning.js";
import { forgetPod, linkServices } from "./mesh/link-services.js";
import { Fleet } from "./pods/fleet.js";
import type { FleetEvents } from "./pods/fleet-events.js";
import { Deliveries } from "./routes/delivery.js";
import type { Owner, Service } from "./service.js";
import type { Shares } from "./shares/shares.js";
import type { WorldSpec } from "./spec.js";
import { createState, type State } from "./state.js";
import { Background } from "./workloads/background.js";
import { Batch } from "./workloads/batch.js";

export type { Observer };

export interface WorldOptions {
  readonly trace?: Trace;
  readonly observer?: Observer;
}

/** A system in virtual time: built ready, run as far as wanted, read at any moment between. */
export interface World {
  readonly sim: Simulation;
  readonly state: State;
  readonly services: readonly Service[];
  readonly recorder: Recorder;
  readonly shares: Shares;
  readonly series: Series;
  readonly decisions: readonly Decision[];
  /** Decisions declined for want of data, by service. */
  readonly undecided: readonly number[];
  /** What has gone wrong. */
  readonly faults: readonly FaultRecord[];
  /** Jobs that have run, and moments that no Job met. */
  readonly batch: Pick<Batch, "jobs" | "cronJobs">;
  /** CPU seconds that all pods of an owner have used since the measures began. */
  cpuUsed(owner: Owner): Seconds;
  bill(): BillTotals;
  /** Ends the warm-up: measures start again, the system runs on. */
  restartMeasures(): void;
  /** Throws when requests were lost or gained, or Little's law or flow balance is broken. */
  checkBooks(): void;
}

/** What controllers may know: at once, or by way of the pipeline that a cluster has. */
function metricsOf(state: State, cpu: Cpu): Metrics {
  const { pipeline } = state.spec;
  return pipeline === undefined ? new InstantMetrics(state, cpu) : new MetricsPipeline(state, cpu, pipeline);
}

/** Tells each in turn. */
const all =
  (...told: readonly ((machine: Machine) => void)[]) =>
  (machine: Machine): void => {
    for (const one of told) one(machine);
  };

/** Who is told of machines; the parts are there by then. */
function machineEvents(
  parts: () => {
    readonly batch: Batch;
    readonly fleet: Fleet;
    readonly provisioning: Provisioning;
    readonly trouble: Trouble | undefined;
  },
): MachineEvents {
  return {
    opened: (machine) => parts().batch.opened(machine),
    admits: (machine) => parts().fleet.scheduling.machineOpened(machine),
    closed: (machine) => parts().fleet.scheduling.machineClosed(machine),
    countChanged: () => parts().provisioning.machinesChanged(),
    bought: all(
      (one) => {
        for (const set of parts().fleet.daemons) set.bought(one);
      },
      (one) => parts().provisioning.interruptions.bought(one),
    ),
    gone: all(
      (one) => parts().provisioning.interruptions.gone(one),
      (one) => parts().fleet.scheduling.machineGone(one),
      (one) => parts().trouble?.silence?.gone(one),
      (one) => parts().trouble?.faults.machineGone(one),
    ),
  };
}

/** Who is told of pods; the parts are there by then. */
function fleetEvents(
  state: State,
  parts: () => Readonly<{
    batch: Batch;
    control: Control;
    metrics: Metrics;
    sizing: Sizing;
    traffic: Traffic;
    trouble: Trouble | undefined;
  }>,
): FleetEvents {
  return {
    ready: (owner, pod) =>
      owner instanceof Background ? parts().batch.ready(owner, pod) : parts().traffic.release(owner),
    started(pod) {
      parts().metrics.started(pod);
      parts().traffic.shares.caches.started(pod);
    },
    outOfMemory: (pod) => parts().sizing.outOfMemory(pod),
    kill(pod) {
      parts().metrics.ended(pod);
      loseCalls(state, parts().traffic, pod);
    },
    gone(pod) {
      parts().traffic.passes.podGone(pod);
      parts().batch.forget(pod);
      forgetPod(state, pod);
    },
    failed: (pod) => parts().batch.ended(pod, false),
    evicted: (pod) => parts().batch.evicted(pod),
    countChanged: (owner) => {
      parts().control.podsChanged(owner);
      parts().trouble?.faults.podsChanged(owner);
    },
  };
}

/** Builds a system at time 0, its first machines and pods ready. Two worlds of the same spec and seed live the same life. */
export function createWorld(spec: WorldSpec, seed: number, options: WorldOptions = {}): World {
  const state = createState(spec, seed, options.trace);
  const { sim, services, owners } = state;
  const bill = new Bill(spec);
  const log = new DecisionLog();
  const recorder = new Recorder(state, options.observer);

  // Each part is given the few things that it may tell the others, here where they can be seen.
  const traffic: Traffic = new Traffic(state, recorder, {
    podIdle: (pod) => fleet.idle(pod),
    tooManyCalls: (pod) => fleet.tooManyCalls(pod),
    userAnswered: (user) => loads.think(user),
    exited: (call, failure) => batch.exit(call, failure),
    callsChanged: (service) => control.wake(service),
  });
  linkServices(state, log, traffic.departures);
  admitServices(state, traffic, log);
  const machines: Machines = new Machines(
    state,
    bill,
    machineEvents(() => ({ batch, fleet, provisioning, trouble })),
  );
  const fleet: Fleet = new Fleet(
    state,
    machines,
    log,
    fleetEvents(state, () => ({ batch, control, metrics, sizing, traffic, trouble })),
  );
  const metrics = metricsOf(state, traffic.cpu);
  const provisioning: Provisioning = new Provisioning(state, { fleet, machines, log });
  const control: Control = new Control(state, { fleet, provisioning, metrics, log });
  const sizing: Sizing = new Sizing(state, { fleet, machines, cpu: traffic.cpu, log });
  const batch = new Batch(state, { fleet, traffic, metrics, sizing, log });
  const parts = { control, fleet, machines, metrics, provisioning, traffic, log };
  const trouble: Trouble | undefined = createFaults(state, parts);
  const deliveries = new Deliveries(state, { fleet, log, recorder });
  const loads = new Loads(state, traffic, recorder);
  const history = new History(state, { recorder, cpu: traffic.cpu, fleet, machines, bill, shares: traffic.shares });

  machines.start();
  for (const service of inOrderOfPriority(services)) fleet.startReady(service);
  history.start();
  for (const part of [control, batch, sizing, loads, deliveries, trouble?.monitor, trouble?.faults]) part?.start();

  const used = new Used(owners, traffic.cpu);
  return {
    sim,
    state,
    services,
    recorder,
    shares: traffic.shares,
    series: history.series,
    decisions: log.decisions,
    undecided: control.undecided,
    faults: trouble?.faults.records ?? [],
    batch,
    cpuUsed: (owner) => used.by(owner),
    bill: () => bill.totals(sim.now, traffic.travel.ways?.usd ?? 0),
    restartMeasures() {
      for (const part of [recorder, history, used]) part.restart();
      bill.restart(sim.now);
      for (const part of [...services, traffic.shares, traffic.travel.ways]) part?.restartMeasures();
    },
    checkBooks: () => checkBooks(state, recorder, batch.jobs, traffic.shares),
  };
}

/** At the start as ever those of high priority are placed first, and all others in the order in which they are written. */
const inOrderOfPriority = (services: readonly Service[]): readonly Service[] =>
  [...services].sort((one, other) => (other.spec.template.priority ?? 0) - (one.spec.template.priority ?? 0));

/** CPU seconds since the measures began. */
class Used {
  private readonly before: number[];

  constructor(
    private readonly owners: readonly Owner[],
    private readonly cpu: Cpu,
  ) {
    this.before = owners.map(() => 0);
  }

  by(owner: Owner): number {
    return this.cpu.usedBy(owner) - this.before[owner.id];
  }

  restart(): void {
    for (const owner of this.owners) this.before[owner.id] = this.cpu.usedBy(owner);
  }
}
