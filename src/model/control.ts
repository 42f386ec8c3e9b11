/** The control plane: show policies what a real controller could know, ask them, carry out what they say. */
import { RandomStream } from "../kernel/random.js";
import { type EventHandle, type EventKind, Rank } from "../kernel/simulation.js";
import type {
  ClusterView,
  Passed,
  PodView,
  Provisioner,
  ScaleAnswer,
  ServiceView,
  Signal,
  Why,
} from "../policy/contract.js";
import type { Seconds } from "../units.js";
import { podObject } from "./api-objects.js";
import type { DecisionLog } from "./decisions.js";
import type { Fleet } from "./fleet.js";
import type { Machines } from "./machines.js";
import type { Metrics } from "./metrics.js";
import { sizeOf } from "./pod-size.js";
import { NONE, Phase, type PodId, type Service, type ServiceId, type State } from "./state.js";

export class Control {
  /** Decisions that a policy declined by answering NaN, by service. */
  readonly undecided: number[];
  private readonly provisioner: Provisioner | undefined;
  private readonly scrape: EventKind;
  private readonly decide: EventKind<ServiceId>;
  private readonly provision: EventKind;
  /** For policies that are woken: the event that asks them again, or NONE. */
  private readonly again: EventHandle[];
  private readonly askAgain: EventKind<ServiceId>;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly fleet: Fleet;
      readonly machines: Machines;
      readonly metrics: Metrics;
      readonly log: DecisionLog;
    },
  ) {
    const { sim, services, spec, seed } = state;
    this.undecided = services.map(() => 0);
    this.again = services.map(() => NONE);
    this.provisioner = spec.cluster.provisioner?.create({
      stream: new RandomStream(seed, "provisioner"),
      clock: sim,
    });
    const every = (name: string, period: Seconds, act: () => void, rank: number): EventKind => {
      const kind = sim.event(
        name,
        () => {
          act();
          sim.after(period, kind);
        },
        rank,
      );
      return kind;
    };
    this.scrape = every("metrics.scrape", spec.scrapePeriod, () => parts.metrics.scrape(), Rank.Observe);
    this.provision = every("provisioner.plan", this.provisioner?.period ?? Infinity, () => this.plan(), Rank.Decide);
    this.decide = sim.event(
      "scaler.decide",
      (id: ServiceId) => {
        this.scale(services[id]);
        sim.after(services[id].scaler!.period, this.decide, id);
      },
      Rank.Decide,
    );
    this.askAgain = sim.event("scaler.again", (id: ServiceId) => {
      this.again[id] = NONE;
      this.scale(services[id]);
    });
  }

  start(): void {
    const { sim, services, spec } = this.state;
    if (services.some(({ scaler }) => scaler !== undefined)) sim.after(spec.scrapePeriod, this.scrape);
    for (const { id, scaler } of services)
      if (scaler && scaler.period < Infinity) sim.after(scaler.period, this.decide, id);
    if (this.provisioner && this.provisioner.period < Infinity) sim.after(this.provisioner.period, this.provision);
    // A policy that is woken by calls must know of the pods that are idle from the start, too.
    for (const service of services) if (service.wakes) this.scale(service);
  }

  /** Asks a service's scaler now; for policies that wish to know of every call. */
  wake(service: Service): void {
    this.scale(service);
  }

  /** Notes which decisions have taken effect now that pods came or went. */
  podsChanged(service: Service): void {
    const subject = subjectOf(service);
    const awaited = this.parts.log.awaited(subject);
    if (awaited === undefined) return;
    const there =
      awaited.asked > awaited.from
        ? service.ready.count >= awaited.asked
        : service.members.count + service.draining <= awaited.asked;
    if (there) this.parts.log.fulfil(subject, this.state.sim.now);
  }

  machinesChanged(): void {
    const awaited = this.parts.log.awaited(CLUSTER);
    if (awaited === undefined) return;
    const { all, open } = this.parts.machines;
    const there = awaited.asked > awaited.from ? open.length >= awaited.asked : all.length <= awaited.asked;
    if (there) this.parts.log.fulfil(CLUSTER, this.state.sim.now);
  }

  private scale(service: Service): void {
    const { sim } = this.state;
    const given = service.scaler!.desiredReplicas(this.view(service));
    const answer: ScaleAnswer =
      typeof given === "number" ? { replicas: given, rule: service.spec.scaler!.name } : given;
    this.remind(service, answer.again);
    if (Number.isNaN(answer.replicas)) {
      this.undecided[service.id]++;
      return;
    }
    const { min, max } = service.spec.bounds;
    const from = service.replicas;
    const asked = Math.min(max, Math.max(min, Math.ceil(answer.replicas)));
    const entry = {
      from,
      wished: answer.replicas,
      asked,
      rule: answer.rule,
      seen: answer.seen ?? {},
      ...whyOf(answer),
    };
    // Woken at every call, such a policy would fill the log with answers that change nothing.
    if (asked !== from || !(service.wakes || answer.quiet)) {
      this.parts.log.add({ time: sim.now, subject: subjectOf(service), policy: service.spec.scaler!.name, ...entry });
    }
    if (asked !== from) this.parts.fleet.setReplicas(service, asked);
  }

  private remind(service: Service, again: Seconds | undefined): void {
    const { sim } = this.state;
    const { id } = service;
    if (this.again[id] !== NONE) sim.cancel(this.again[id]);
    this.again[id] = again === undefined || again === Infinity ? NONE : sim.after(again, this.askAgain, id);
  }

  private plan(): void {
    const { machines, fleet, log } = this.parts;
    const answer = this.provisioner!.plan(this.clusterView());
    if (answer.quiet) return;
    const from = machines.all.length;
    const bought = answer.add.reduce((sum, { group, count }) => sum + machines.buy(group, count), 0);
    const wished = from + answer.add.reduce((sum, { count }) => sum + count, 0) - answer.remove.length;
    const asked = from + bought - answer.remove.length;
    const policy = this.state.spec.cluster.provisioner!.name;
    const seen = answer.seen ?? {};
    const numbers = { seen, from, wished, asked };
    log.add({ time: this.state.sim.now, subject: CLUSTER, policy, rule: answer.rule, ...numbers, ...whyOf(answer) });
    for (const id of answer.remove) {
      const machine = machines.byId[id];
      if (machine !== undefined && !machine.draining) fleet.drainMachine(machine);
    }
  }

  private clusterView(): ClusterView {
    const { sim, pods, services } = this.state;
    return {
      now: sim.now,
      nodes: this.parts.machines.all,
      groups: this.parts.machines.views(),
      pending: this.parts.fleet.pending.map((pod) => {
        const { name } = services[pods.service[pod]].spec;
        return { service: name, ...sizeOf(pods, pod), object: podObject(this.state, pod), since: pods.createdAt[pod] };
      }),
    };
  }

  private view(service: Service): ServiceView {
    return new View(this.state, service, this.parts.metrics);
  }
}

/** What a scaler sees of its service. Lists are made when asked for: a scaler per request asks at every call. */
class View implements ServiceView {
  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly metrics: Metrics,
  ) {}

  get now(): Seconds {
    return this.state.sim.now;
  }
  get name(): string {
    return this.service.spec.name;
  }
  get replicas(): number {
    return this.service.replicas;
  }
  get ready(): number {
    return this.service.ready.count;
  }
  get min(): number {
    return this.service.spec.bounds.min;
  }
  get max(): number {
    return this.service.spec.bounds.max;
  }
  get size() {
    return this.service.resources.size;
  }
  get inFlight(): number {
    let count = this.service.waiting;
    for (const pod of this.members()) count += this.state.pods.inFlight[pod];
    return count;
  }
  get waiting(): number {
    return this.service.waiting;
  }
  get passed(): Passed {
    const { arrived, ended, callSeconds, countedAt, activator } = this.service;
    const since = callSeconds + (arrived - ended) * (this.now - countedAt);
    return { calls: arrived, callSeconds: activator ? since : NaN };
  }
  get idle(): readonly Seconds[] {
    const { pods, sim } = this.state;
    const idle = this.members().filter((pod) => pods.phase[pod] === Phase.Ready && pods.inFlight[pod] === 0);
    return idle.map((pod) => sim.now - pods.idleSince[pod]).sort((one, two) => two - one);
  }
  get pods(): readonly PodView[] {
    const { pods } = this.state;
    const oldestFirst = this.members().sort((one, two) => pods.serial[one] - pods.serial[two]);
    return oldestFirst.map((pod) => this.podView(pod));
  }

  mean(signal: Signal, window: Seconds, of?: string): number {
    const { services } = this.state;
    const service = of === undefined ? this.service : services.find(({ spec }) => spec.name === of);
    if (service !== undefined) return this.metrics.mean(service, signal, window);
    const names = services.map(({ spec }) => spec.name).join(", ");
    throw new Error(`${this.name}: expected a service to measure, got "${of}"; there are ${names}`);
  }

  private members(): PodId[] {
    const { items, count } = this.service.members;
    return Array.from(items.subarray(0, count)) as PodId[];
  }

  private podView(pod: PodId): PodView {
    const { pods } = this.state;
    return {
      size: sizeOf(pods, pod),
      pending: pods.phase[pod] < Phase.Starting,
      ready: pods.phase[pod] === Phase.Ready,
      draining: pods.phase[pod] === Phase.Draining,
      startedAt: pods.startedAt[pod],
      readySince: pods.readySince[pod],
      cpuMillicores: pods.sample[pod],
      sampledAt: pods.sampledAt[pod],
      sampleWindow: pods.sampleWindow[pod],
    };
  }
}

const whyOf = ({ why }: { readonly why?: Why }): { readonly why?: Why } => (why === undefined ? {} : { why });

const CLUSTER = "cluster";
const subjectOf = (service: Service): string => `service ${service.spec.name}`;
