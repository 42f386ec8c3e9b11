import type { Distribution } from "../kernel/distributions.js";
import { RandomStream } from "../kernel/random.js";
import type { AsynchronousStep } from "./asynchronous.js";
import { type Emitter, emitCall } from "./route-program.js";
import { type CompiledRoutes, RouteRegister } from "./route-register.js";
import type { Step, WorldSpec } from "./spec.js";

/**
 * What an instruction does to the call that meets it. `arg` and `jump` are its operands.
 * Tables (`Entry`) follow their Fork or Choose, one entry a branch, with the branch's start in `arg`.
 */
export const Op = {
  /** The endpoint's work is done: answer. */
  End: 0,
  /** arg: law of the work. */
  Cpu: 1,
  /** arg: law of the time. */
  Wait: 2,
  /** arg: endpoint. */
  Call: 3,
  /** arg: number of entries that follow; jump: where to go on when all are done. */
  Fork: 4,
  /** arg: number of entries that follow; jump: where to go on when none is chosen. */
  Choose: 5,
  /** arg: law of the number of turns; the body follows; jump: where to go on. */
  Repeat: 6,
  /** End of a turn. arg: start of the body. */
  Again: 7,
  /** End of a branch of a Fork. */
  Join: 8,
  /** jump: where to go on. */
  Goto: 9,
  Entry: 10,
  /** The process is done: its container ends. */
  Exit: 11,
  // What shares.ts carries out.
  /** arg: cache; jump: where to go on when it is found. */
  Look: 12,
  /** arg: cache, which what has been missed is put into. */
  Fill: 13,
  /** arg: pool, a connection of which is held from here … */
  Hold: 14,
  /** … until here. */
  GiveBack: 15,
  /** arg: queue, which a message is left in. */
  Publish: 16,
  /** The call fails. */
  Abort: 17,
  // What routing.ts carries out.
  /** arg: which requests go on here; jump: where the others do. */
  Match: 18,
  /** arg: endpoint, which is called for nobody. */
  Mirror: 19,
  /** arg: endpoint; jump: the policy that its callers follow instead of its service's. */
  CallBy: 20,
  /** What a request from outside has asked a virtual host for is done: answer. */
  Answer: 21,
} as const;

/** All endpoints and processes of a world as one list of instructions in columns. */
export interface Program {
  readonly op: Int32Array;
  readonly arg: Int32Array;
  readonly jump: Int32Array;
  /** Of a fork: how many of its branches must be done. */
  readonly need: Int32Array;
  /** Of a choice's entry: the probability of this branch or one before it. */
  readonly cumulative: Float64Array;
  /** Names the instruction's random quantity; fixed by service, endpoint and place alone. */
  readonly site: Int32Array;
  readonly laws: readonly Distribution[];
  /** Those of services, and behind them those of virtual hosts that loads ask for. */
  readonly endpoints: readonly CompiledEndpoint[];
  /** Where the processes in the background begin. */
  readonly processes: readonly number[];
  readonly routes: CompiledRoutes;
}

export interface CompiledEndpoint {
  /** A virtual host's has no pods of its own, and is kept under the first service. */
  readonly service: number;
  /** The name of its service or of its virtual host. */
  readonly host: string;
  readonly virtual: boolean;
  readonly name: string;
  readonly entry: number;
}

/** Flattens the step trees. A call of an endpoint that does not exist is an error of ours: files are checked before. */
export function compile({ services, background, queues, routes, loads }: Parts): Program {
  const names: Names = {
    endpoints: services.flatMap(({ name, endpoints }) => endpoints.map((one) => `${name}/${one.name}`)),
    caches: services.flatMap(({ name, caches }) => caches.map((one) => `${name}/${one.name}`)),
    latencies: services.flatMap(({ caches }) => caches.map(({ latency }) => latency)),
    pools: services.flatMap(({ name, pools }) => pools.map((one) => `${name}/${one.name}`)),
    queues: queues.map(({ name }) => name),
  };
  const rows: Instruction[] = [];
  const laws: Distribution[] = [];
  const register = new RouteRegister(routes, services, loads, laws);
  const compiler = (service: string | undefined, endpoint: string) =>
    new EndpointCompiler({ rows, laws, names, register }, service, endpoint);
  const endpoints = services.flatMap((service, id) =>
    service.endpoints.map((endpoint): CompiledEndpoint => {
      const entry = rows.length;
      const steps = compiler(service.name, endpoint.name);
      steps.sequence(endpoint.steps);
      steps.emit(Op.End, 0);
      return { service: id, host: service.name, virtual: false, name: endpoint.name, entry };
    }),
  );
  const processes = background.map(({ name, steps }) => {
    const entry = rows.length;
    const process = compiler(name, "process");
    process.sequence(steps);
    process.emit(Op.Exit, 0);
    return entry;
  });
  const fronts = register.fronts.map(({ host, endpoint }): CompiledEndpoint => {
    const entry = rows.length;
    const front = compiler(undefined, `${host}/${endpoint}`);
    front.call(host, endpoint, 0);
    front.emit(Op.Answer, 0);
    return { service: 0, host, virtual: true, name: endpoint, entry };
  });
  return {
    op: Int32Array.from(rows, ({ op }) => op),
    arg: Int32Array.from(rows, ({ arg }) => arg),
    jump: Int32Array.from(rows, ({ jump }) => jump),
    need: Int32Array.from(rows, ({ need }) => need),
    cumulative: Float64Array.from(rows, ({ cumulative }) => cumulative),
    site: Int32Array.from(rows, ({ site }) => site),
    laws,
    endpoints: [...endpoints, ...fronts],
    processes,
    routes: register.compiled,
  };
}

type Parts = Pick<WorldSpec, "services" | "background" | "queues" | "routes" | "loads">;

export interface Instruction {
  readonly op: number;
  arg: number;
  jump: number;
  cumulative: number;
  need: number;
  readonly site: number;
}

/** What instructions refer to by number. */
interface Names {
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
}

class EndpointCompiler implements Emitter {
  private readonly sites: RandomStream;
  readonly rows: Instruction[];

  constructor(
    private readonly shared: Shared,
    /** The service or job whose steps these are; undefined: of those outside. */
    private readonly service: string | undefined,
    endpoint: string,
  ) {
    // Sites depend on the endpoint's name and the place in it, not on the run or on other services.
    this.sites = new RandomStream(0, `${service}/${endpoint}/sites`);
    this.rows = shared.rows;
  }

  emit(op: number, arg: number, site = this.sites.bits()): Instruction {
    const row = { op, arg, jump: 0, cumulative: 0, need: 0, site };
    this.rows.push(row);
    return row;
  }

  sequence(steps: readonly Step[]): void {
    for (const step of steps) this.step(step);
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
      const latency = this.shared.names.latencies[cache];
      if (takesTime(latency)) this.emit(Op.Wait, this.law(latency));
      const look = this.emit(Op.Look, cache);
      this.sequence(step.miss);
      this.emit(Op.Fill, cache);
      look.jump = this.rows.length;
    }
  }

  /** A call of a service, or of a virtual host. */
  call(service: string, endpoint: string, site: number): void {
    const { register } = this.shared;
    const host = register.host(service);
    if (host === undefined) this.emit(Op.Call, this.endpoint(`${service}/${endpoint}`), site);
    else emitCall({ register, emitter: this, host, asked: { endpoint, from: this.service }, site });
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
    return this.shared.laws.push(law) - 1;
  }

  endpoint(name: string): number {
    return this.numberOf("endpoints", name);
  }

  private numberOf(what: Exclude<keyof Names, "latencies">, name: string): number {
    const names = this.shared.names[what];
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`${name} is none of the ${what}; there are ${names.join(", ")}`);
    return index;
  }
}

const takesTime = (law: Distribution): boolean => law.shape !== "constant" || law.value > 0;
