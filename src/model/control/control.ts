/** The control plane: show policies what a real controller could know, ask them, carry out what they say. */
import { type EventHandle, type EventKind, Rank } from "../../kernel/simulation.js";
import type { ScaleAnswer, Why } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import type { Provisioning } from "../machines/provisioning.js";
import type { Fleet } from "../pods/fleet.js";
import type { Owner, Service } from "../service.js";
import { NONE, type ServiceId, type State } from "../state.js";
import type { Metrics } from "./metrics.js";
import { firstTime } from "./phases.js";
import { View } from "./service-view.js";

export class Control {
  /** Decisions that a policy declined by answering NaN, by service. */
  readonly undecided: number[];
  /** Told of each of them. */
  declined: (service: Service) => void = () => undefined;
  private readonly decide: EventKind<ServiceId>;
  /** Replicas that a scale says while its workload has not been brought to them. */
  private readonly written = new Map<ServiceId, number>();
  private readonly synced: EventKind<ServiceId, number>;
  /** For policies that are woken: the event that asks them again, or NONE. */
  private readonly again: EventHandle[];
  private readonly askAgain: EventKind<ServiceId>;

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly fleet: Fleet;
      readonly provisioning: Provisioning;
      readonly metrics: Metrics;
      readonly log: DecisionLog;
    },
  ) {
    const { sim, services } = state;
    this.undecided = services.map(() => 0);
    this.again = services.map(() => NONE);
    this.decide = sim.event(
      "scaler.decide",
      (id: ServiceId) => {
        this.scale(services[id]);
        sim.after(services[id].scaler!.period, this.decide, id);
      },
      Rank.Decide,
    );
    this.synced = sim.event("workload.sync", (id: ServiceId, replicas: number) => {
      if (this.written.get(id) === replicas) this.written.delete(id);
      parts.fleet.setReplicas(services[id], replicas);
    });
    // Those that wait to be woken have missed it.
    state.pauses.whenOver("scalers", () => {
      for (const service of services) if (service.wakes) this.scale(service);
    });
    this.askAgain = sim.event("scaler.again", (id: ServiceId) => {
      this.again[id] = NONE;
      this.scale(services[id]);
    });
  }

  start(): void {
    const { sim, services, spec, seed } = this.state;
    const first = (loop: string, period: Seconds) => firstTime(spec.controllers, seed, loop, period);
    this.parts.metrics.start();
    for (const { id, scaler, spec } of services)
      if (scaler && scaler.period < Infinity) sim.after(first(`${spec.name}/scaler`, scaler.period), this.decide, id);
    this.parts.provisioning.start();
    // A policy that is woken by calls must know of the pods that are idle from the start, too.
    for (const service of services) if (service.wakes) this.scale(service);
  }

  /** Asks a service's scaler now; for policies that wish to know of every call. */
  wake(service: Service): void {
    this.scale(service);
  }

  /** Notes which decisions have taken effect now that pods came or went. */
  podsChanged(service: Owner): void {
    const subject = subjectOf(service);
    const awaited = this.parts.log.awaited(subject);
    if (awaited === undefined) return;
    const there =
      awaited.asked > awaited.from
        ? service.ready.count >= awaited.asked
        : service.members.count + service.draining <= awaited.asked;
    if (there) this.parts.log.fulfil(subject, this.state.sim.now);
  }

  private scale(service: Service): void {
    const { sim } = this.state;
    if (this.state.pauses.of("scalers")) return;
    const given = service.scaler!.desiredReplicas(this.view(service));
    const answer: ScaleAnswer =
      typeof given === "number" ? { replicas: given, rule: service.spec.scaler!.name } : given;
    this.remind(service, answer.again);
    if (Number.isNaN(answer.replicas)) {
      this.undecided[service.id]++;
      this.declined(service);
      return;
    }
    const { min, max } = service.spec.bounds;
    const from = this.written.get(service.id) ?? service.replicas;
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
    if (asked !== from) this.writeScale(service, asked);
  }

  /** The workload's controller sees what the scale says when its informer tells, and the scheduler the pods that it then makes. */
  private writeScale(service: Service, replicas: number): void {
    const { informerDelay } = this.state.spec.controllers;
    if (informerDelay === 0) return this.parts.fleet.setReplicas(service, replicas);
    this.written.set(service.id, replicas);
    this.state.sim.after(2 * informerDelay, this.synced, service.id, replicas);
  }

  private view(service: Service): View {
    return new View(this.state, service, this.parts.metrics, this.written.get(service.id) ?? service.replicas);
  }

  private remind(service: Service, again: Seconds | undefined): void {
    const { sim } = this.state;
    const { id } = service;
    if (this.again[id] !== NONE) sim.cancel(this.again[id]);
    this.again[id] = again === undefined || again === Infinity ? NONE : sim.after(again, this.askAgain, id);
  }
}

const whyOf = ({ why }: { readonly why?: Why }): { readonly why?: Why } => (why === undefined ? {} : { why });

const subjectOf = (service: Owner): string => `service ${service.spec.name}`;
