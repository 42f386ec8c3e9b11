/** Sizers at work: they are shown their services, pods are made as they say, and their wishes for single pods are carried out. */
import { RandomStream } from "../../kernel/random.js";
import { type EventKind, Rank } from "../../kernel/simulation.js";
import type { Size } from "../../policy/contract.js";
import type { SizeChange, SizedPod, Sizer, SizerView } from "../../policy/sizer-contract.js";
import type { Seconds } from "../../units.js";
import type { Cpu } from "../cpu/cpu.js";
import type { Decision, DecisionLog } from "../decisions.js";
import type { Machines } from "../machines/machines.js";
import { nameOfPod } from "../names.js";
import type { Fleet } from "../pods/fleet.js";
import { resourcesOf, sizeOf } from "../pods/pod-size.js";
import { Resizes } from "../pods/resizes.js";
import { members } from "../pods/scale-in.js";
import type { Service } from "../service.js";
import { Phase, type PodId, type ServiceId, type State } from "../state.js";
import { firstTime } from "./phases.js";

type Wishes = Generator<SizeChange, void, boolean>;

export class Sizing {
  /** By service. */
  private readonly sizers: readonly (Sizer | undefined)[];
  private readonly resizes: Resizes;
  private readonly decide: EventKind<ServiceId>;
  private readonly resume: EventKind<ServiceId>;
  /** Wishes whose next one a rate limit holds back. */
  private readonly waiting = new Map<ServiceId, { readonly wishes: Wishes; readonly next: SizeChange }>();
  /** Containers that were last ended for their memory. */
  private readonly killed = new Map<PodId, { readonly startedAt: Seconds; readonly at: Seconds }>();

  constructor(
    private readonly state: State,
    private readonly parts: {
      readonly fleet: Fleet;
      readonly machines: Machines;
      readonly cpu: Cpu;
      readonly log: DecisionLog;
    },
  ) {
    const { sim, services, seed } = state;
    this.sizers = services.map(({ spec }) =>
      spec.sizer?.create({ stream: new RandomStream(seed, `${spec.name}/sizer`), clock: sim }),
    );
    this.resizes = new Resizes(state, parts, {
      done: (pod) => {
        this.fulfil(pod);
        parts.fleet.scheduling.resized(pod, parts.machines.byId[state.pods.node[pod]]!);
        parts.fleet.placeWhenDone(); // what shrinks makes room
      },
      held: (pod, status) => this.tellHeld(pod, status),
    });
    this.decide = sim.event(
      "sizer.decide",
      (id: ServiceId) => {
        sim.after(this.sizers[id]!.period, this.decide, id);
        if (!this.waiting.has(id) && !state.pauses.of("sizers")) this.loop(services[id]);
      },
      Rank.Decide,
    );
    this.resume = sim.event(
      "sizer.resume",
      (id: ServiceId) => {
        const { wishes, next } = this.waiting.get(id)!;
        this.waiting.delete(id);
        this.carryOut(services[id], wishes, wishes.next(this.grant(services[id], next)));
      },
      Rank.Decide,
    );
  }

  start(): void {
    const { sim, services, spec, seed } = this.state;
    for (const { id, spec: own } of services) {
      const sizer = this.sizers[id];
      if (sizer) sim.after(firstTime(spec.controllers, seed, `${own.name}/sizer`, sizer.period), this.decide, id);
    }
  }

  outOfMemory(pod: PodId): void {
    const { sim, pods } = this.state;
    this.killed.set(pod, { startedAt: pods.startedAt[pod], at: sim.now });
  }

  /** A pod is about to be forgotten. */
  gone(pod: PodId): void {
    this.fulfil(pod);
    this.killed.delete(pod);
    this.resizes.forget(pod);
  }

  private loop(service: Service): void {
    const view = this.viewOf(service);
    const { name } = service.spec;
    const { resources, rule, seen = {}, why, quiet } = this.sizers[service.id]!.sizeOfNew(view);
    if (!quiet) {
      const about = { time: this.state.sim.now, policy: service.spec.sizer!.name, rule, seen };
      const change = changeOf(name, service.resources.size, resources.size);
      this.parts.log.add({ ...about, ...(why === undefined ? {} : { why }), ...change });
      this.parts.log.fulfil(change.subject, about.time);
    }
    service.resources = resources;
    const wishes = this.sizers[service.id]!.changes(view);
    this.carryOut(service, wishes, wishes.next());
  }

  private carryOut(service: Service, wishes: Wishes, first: IteratorResult<SizeChange, void>): void {
    for (let wish = first; !wish.done; wish = wishes.next(this.grant(service, wish.value))) {
      if (wish.value.wait <= 0) continue;
      this.waiting.set(service.id, { wishes, next: wish.value });
      this.state.sim.after(wish.value.wait, this.resume, service.id);
      return;
    }
  }

  /** False when the pod is gone meanwhile, or the API server refuses. */
  private grant(service: Service, { what, pod: serial, resources, rule, seen = {} }: SizeChange): boolean {
    const { pods, sim } = this.state;
    const pod = members(service).find((one) => pods.serial[one] === serial);
    if (pod === undefined) return false;
    const change = changeOf(nameOfPod(this.state, pod), sizeOf(pods, pod), resources.size);
    const about = { time: sim.now, policy: service.spec.sizer!.name, seen: { ...resources.size, ...seen }, ...change };
    if (what === "resize") {
      this.parts.log.add({ ...about, rule: `resize in place: ${rule}` });
      this.resizes.ask(pod, resources);
      return true;
    }
    const granted = this.parts.fleet.evictions.mayGo(pod);
    const refusal = granted ? "" : "; a disruption budget refuses";
    this.parts.log.add({
      ...about,
      rule: `eviction: ${rule}${refusal}`,
      asked: granted ? change.asked : change.from,
    });
    if (granted) this.parts.fleet.evictions.acts.evict(pod);
    return granted;
  }

  private tellHeld(pod: PodId, status: keyof typeof HELD): void {
    const { pods, sim } = this.state;
    const wished = this.resizes.toldOf(pod).size;
    const change = changeOf(nameOfPod(this.state, pod), sizeOf(pods, pod), wished);
    const about = { time: sim.now, policy: "kubelet", rule: `${status}: ${HELD[status]}`, seen: { ...wished } };
    this.parts.log.add({ ...about, ...change, asked: change.from });
  }

  /** A pod has got the size that was asked for, or is gone. */
  private fulfil(pod: PodId): void {
    const name = nameOfPod(this.state, pod);
    for (const resource of ["cpu", "memory"]) this.parts.log.fulfil(`${resource} of ${name}`, this.state.sim.now);
  }

  private viewOf(service: Service): SizerView {
    const { sim, pods } = this.state;
    const oldestFirst = [...members(service)].sort((one, two) => pods.serial[one] - pods.serial[two]);
    return {
      now: sim.now,
      replicas: service.replicas,
      template: service.spec,
      pods: oldestFirst.map((pod) => this.podView(pod, service)),
    };
  }

  private podView(pod: PodId, { spec, unmeasured }: Service): SizedPod {
    const { pods } = this.state;
    return {
      id: pods.serial[pod],
      pending: pods.phase[pod] < Phase.Starting,
      startedAt: pods.phase[pod] < Phase.Starting ? NaN : pods.createdAt[pod],
      resources: this.resizes.toldOf(pod),
      actual: resourcesOf(pods, pod),
      resize: this.resizes.statusOf(pod),
      outOfMemory: this.killed.get(pod),
      cpuMillicores: pods.sample[pod],
      memoryMiB: spec.lifecycle.memoryUse === undefined ? NaN : pods.memorySample[pod],
      sampledAt: unmeasured > 0 ? NaN : pods.sampledAt[pod],
    };
  }
}

const HELD = {
  Deferred: "the node has no room for it now",
  Infeasible: "the node could never hold it",
  Error: "the container holds more memory than the new limit",
} as const;

/** A change of size as the log has it: of the cpu requested, or of the memory where only that changes. */
function changeOf(whose: string, before: Size, after: Size): Pick<Decision, "subject" | "from" | "wished" | "asked"> {
  const cpu = before.cpuMillicores !== after.cpuMillicores || before.memoryMiB === after.memoryMiB;
  const key = cpu ? "cpuMillicores" : "memoryMiB";
  return { subject: `${cpu ? "cpu" : "memory"} of ${whose}`, from: before[key], wished: after[key], asked: after[key] };
}
