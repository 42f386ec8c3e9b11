/** The steps of one endpoint or process as instructions. */
import type { Distribution } from "../../kernel/distributions.js";
import { RandomStream } from "../../kernel/random.js";
import type { PassSpec } from "../mesh/mesh-spec.js";
import { type Emitter, emitCall } from "../routes/route-program.js";
import type { RouteRegister } from "../routes/route-register.js";
import type { AsynchronousStep } from "../shares/asynchronous.js";
import type { ServiceSpec, Step } from "../spec.js";
import type { CheckSpec } from "./check-spec.js";
import { Leg, Op } from "./program.js";

export interface Instruction {
  readonly op: number;
  arg: number;
  jump: number;
  cumulative: number;
  need: number;
  readonly site: number;
}

/** What instructions refer to by number. */
export interface Names {
  readonly endpoints: readonly string[];
  readonly caches: readonly string[];
  /** By cache. */
  readonly latencies: readonly Distribution[];
  readonly pools: readonly string[];
  readonly queues: readonly string[];
}

/** What all compilers of a world share. */
interface Shared {
  readonly rows: Instruction[];
  readonly laws: Distribution[];
  readonly names: Names;
  readonly register: RouteRegister;
  readonly services: readonly ServiceSpec[];
}

export class EndpointCompiler implements Emitter {
  private readonly sites: RandomStream;
  readonly rows: Instruction[];

  constructor(
    private readonly world: Shared,
    /** The service or job whose steps these are; undefined: of those outside. */
    private readonly service: string | undefined,
    endpoint: string,
    /** Its pods' cores are shared, so that what a proxy does there takes as long as it takes. */
    private readonly shared: boolean,
  ) {
    // Sites depend on the endpoint's name and the place in it, not on the run or on other services.
    this.sites = new RandomStream(0, `${service}/${endpoint}/sites`);
    this.rows = world.rows;
  }

  emit(op: number, arg: number, site = this.sites.bits()): Instruction {
    const row = { op, arg, jump: 0, cumulative: 0, need: 0, site };
    this.rows.push(row);
    return row;
  }

  sequence(steps: readonly Step[]): void {
    for (const step of steps) this.step(step);
  }

  /** What proxies of calls to a service do in the pod here, if they do anything. */
  pass(name: string, at: PassSpec["at"]): void {
    const { services } = this.world;
    const service = services.findIndex((one) => one.name === name);
    const passes = services[service]?.hop.passes.filter((pass) => pass.at === at) ?? [];
    const work = (charged: PassSpec["charged"]): number =>
      passes.reduce((sum, { cpu, charged: to }) => (to === charged ? sum + cpu : sum), 0);
    if (!this.shared) return;
    const pieces = [
      { op: Op.MachinePass, value: work("node") },
      { op: Op.Pass, value: work("pod") },
    ].filter(({ value }) => value > 0);
    pieces.forEach(({ op, value }, i) => {
      const pass = this.emit(op, this.law({ shape: "constant", value }));
      pass.jump = service;
      if (at === "caller") pass.need = Leg.Out;
      else pass.need = i < pieces.length - 1 ? Leg.StillIn : Leg.In;
    });
  }

  /** What a caller's proxy does for one call more, beside whatever its pod does. Undefined when that is nothing. */
  repass(name: string): number | undefined {
    const start = this.rows.length;
    this.pass(name, "caller");
    if (this.rows.length === start) return undefined;
    this.emit(Op.Rest, 0);
    return start;
  }

  /** What is asked before a call comes to the application. What the application draws is the same with it and without. */
  checks(checks: readonly CheckSpec[]): void {
    if (checks.length === 0) return;
    const { register } = this.world;
    const sites = new RandomStream(0, `${this.service}/checks`);
    const inspect = this.emit(Op.Inspect, 0, 0);
    for (const [i, { service, endpoint, timeout, open }] of checks.entries()) {
      this.pass(service, "caller");
      const call = this.emit(Op.CallBy, this.endpoint(`${service}/${endpoint}`), sites.bits());
      call.jump = register.policyOf(service, { timeout }, `check ${i} of ${this.service}`);
      this.emit(Op.Judge, open ? 1 : 0, 0);
    }
    inspect.jump = this.rows.length;
    this.emit(Op.Admit, 0, 0);
  }

  private step(step: Step): void {
    switch (step.kind) {
      case "cpu":
        this.emit(Op.Cpu, this.law(step.work));
        return;
      case "wait":
        this.emit(Op.Wait, this.law(step.time));
        return;
      case "call":
        return this.call(step.service, step.endpoint, this.sites.bits());
      case "abort":
        this.emit(Op.Abort, 0);
        return;
      case "parallel":
        return this.parallel(step.branches, step.need);
      case "choose":
        return this.choose(step.options);
      case "repeat":
        return this.repeat(step);
      default:
        return this.asynchronous(step);
    }
  }

  private asynchronous(step: AsynchronousStep): void {
    if (step.kind === "publish") {
      if (takesTime(step.time)) this.emit(Op.Wait, this.law(step.time));
      this.emit(Op.Publish, this.numberOf("queues", step.queue));
    } else if (step.kind === "hold") {
      const pool = this.numberOf("pools", `${this.service}/${step.pool}`);
      this.emit(Op.Hold, pool);
      this.sequence(step.steps);
      this.emit(Op.GiveBack, pool);
    } else {
      const cache = this.numberOf("caches", `${this.service}/${step.cache}`);
      const latency = this.world.names.latencies[cache];
      if (takesTime(latency)) this.emit(Op.Wait, this.law(latency));
      const look = this.emit(Op.Look, cache);
      this.sequence(step.miss);
      this.emit(Op.Fill, cache);
      look.jump = this.rows.length;
    }
  }

  /** A call of a service, or of a virtual host. */
  call(service: string, endpoint: string, site: number): void {
    const { register } = this.world;
    const host = register.host(service);
    if (host === undefined) {
      this.pass(service, "caller");
      this.emit(Op.Call, this.endpoint(`${service}/${endpoint}`), site);
    } else emitCall({ register, emitter: this, host, asked: { endpoint, from: this.service }, site });
  }

  private parallel(branches: readonly (readonly Step[])[], need = branches.length): void {
    if (branches.length === 0) return;
    const fork = this.emit(Op.Fork, branches.length);
    fork.need = need;
    const entries = branches.map(() => this.emit(Op.Entry, 0));
    branches.forEach((branch, i) => {
      entries[i].arg = this.rows.length;
      this.sequence(branch);
      this.emit(Op.Join, 0);
    });
    fork.jump = this.rows.length;
  }

  private choose(options: readonly { readonly probability: number; readonly steps: readonly Step[] }[]): void {
    const choice = this.emit(Op.Choose, options.length);
    const entries = options.map(() => this.emit(Op.Entry, 0));
    const leaves: Instruction[] = [];
    let cumulative = 0;
    options.forEach(({ probability, steps }, i) => {
      cumulative += probability;
      entries[i].cumulative = cumulative;
      entries[i].arg = this.rows.length;
      this.sequence(steps);
      leaves.push(this.emit(Op.Goto, 0));
    });
    for (const row of [choice, ...leaves]) row.jump = this.rows.length;
  }

  private repeat(step: Step & { kind: "repeat" }): void {
    const loop = this.emit(Op.Repeat, this.law(step.times));
    const start = this.rows.length;
    this.sequence(step.steps);
    this.emit(Op.Again, start);
    loop.jump = this.rows.length;
  }

  law(law: Distribution): number {
    return this.world.laws.push(law) - 1;
  }

  endpoint(name: string): number {
    return this.numberOf("endpoints", name);
  }

  private numberOf(what: Exclude<keyof Names, "latencies">, name: string): number {
    const names = this.world.names[what];
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`${name} is none of the ${what}; there are ${names.join(", ")}`);
    return index;
  }
}

const takesTime = (law: Distribution): boolean => law.shape !== "constant" || law.value > 0;
