import type { Distribution } from "../kernel/distributions.js";
import { RandomStream } from "../kernel/random.js";
import type { AsynchronousStep, QueueSpec } from "./asynchronous.js";
import { isDedicated } from "./dedicated.js";
import type { PassSpec } from "./mesh/mesh-spec.js";
import type { BackgroundSpec, ServiceSpec, Step } from "./spec.js";

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
  /** Work of the pod's proxy, which needs no worker. arg: law of the work; jump: the service that is called; need: 0 where that is the pod's own, and it begins. */
  Pass: 20,
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
  readonly endpoints: readonly CompiledEndpoint[];
  /** Where the processes in the background begin. */
  readonly processes: readonly number[];
}

export interface CompiledEndpoint {
  readonly service: number;
  readonly name: string;
  readonly entry: number;
}

/** Flattens the step trees. A call of an endpoint that does not exist is an error of ours: files are checked before. */
export function compile(
  services: readonly ServiceSpec[],
  background: readonly BackgroundSpec[] = [],
  queues: readonly QueueSpec[] = [],
  uneven = false,
): Program {
  const names: Names = {
    endpoints: services.flatMap(({ name, endpoints }) => endpoints.map((one) => `${name}/${one.name}`)),
    caches: services.flatMap(({ name, caches }) => caches.map((one) => `${name}/${one.name}`)),
    latencies: services.flatMap(({ caches }) => caches.map(({ latency }) => latency)),
    pools: services.flatMap(({ name, pools }) => pools.map((one) => `${name}/${one.name}`)),
    queues: queues.map(({ name }) => name),
  };
  const rows: Instruction[] = [];
  const laws: Distribution[] = [];
  const endpoints = services.flatMap((service, id) =>
    service.endpoints.map((endpoint): CompiledEndpoint => {
      const entry = rows.length;
      const shared = !isDedicated(service, uneven);
      const compiler = new EndpointCompiler(rows, laws, names, service.name, endpoint.name, services, shared);
      compiler.pass(id, "pod");
      compiler.sequence(endpoint.steps);
      compiler.emit(Op.End, 0);
      return { service: id, name: endpoint.name, entry };
    }),
  );
  const processes = background.map(({ name, steps }) => {
    const entry = rows.length;
    const compiler = new EndpointCompiler(rows, laws, names, name, "process", services, true);
    compiler.sequence(steps);
    compiler.emit(Op.Exit, 0);
    return entry;
  });
  return {
    op: Int32Array.from(rows, ({ op }) => op),
    arg: Int32Array.from(rows, ({ arg }) => arg),
    jump: Int32Array.from(rows, ({ jump }) => jump),
    need: Int32Array.from(rows, ({ need }) => need),
    cumulative: Float64Array.from(rows, ({ cumulative }) => cumulative),
    site: Int32Array.from(rows, ({ site }) => site),
    laws,
    endpoints,
    processes,
  };
}

interface Instruction {
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

class EndpointCompiler {
  private readonly sites: RandomStream;

  constructor(
    private readonly rows: Instruction[],
    private readonly laws: Distribution[],
    private readonly names: Names,
    private readonly service: string,
    endpoint: string,
    private readonly services: readonly ServiceSpec[],
    /** Its pods' cores are shared, so that what a proxy does there takes as long as it takes. */
    private readonly shared: boolean,
  ) {
    // Sites depend on the endpoint's name and the place in it, not on the run or on other services.
    this.sites = new RandomStream(0, `${service}/${endpoint}/sites`);
  }

  emit(op: number, arg: number): Instruction {
    const row = { op, arg, jump: 0, cumulative: 0, need: 0, site: this.sites.bits() };
    this.rows.push(row);
    return row;
  }

  sequence(steps: readonly Step[]): void {
    for (const step of steps) this.step(step);
  }

  /** What proxies of calls to a service do in the pod here, if they do anything. */
  pass(service: number, at: PassSpec["at"]): void {
    const passes = this.services[service]?.hop.passes.filter((pass) => pass.at === at) ?? [];
    const work = passes.reduce((sum, { cpu }) => sum + cpu, 0);
    if (!this.shared || work === 0) return;
    const pass = this.emit(Op.Pass, this.law({ shape: "constant", value: work }));
    pass.jump = service;
    pass.need = at === "pod" ? 0 : 1;
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
        this.pass(
          this.services.findIndex(({ name }) => name === step.service),
          "caller",
        );
        this.emit(Op.Call, this.numberOf("endpoints", `${step.service}/${step.endpoint}`));
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
      const latency = this.names.latencies[cache];
      if (takesTime(latency)) this.emit(Op.Wait, this.law(latency));
      const look = this.emit(Op.Look, cache);
      this.sequence(step.miss);
      this.emit(Op.Fill, cache);
      look.jump = this.rows.length;
    }
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

  private law(law: Distribution): number {
    return this.laws.push(law) - 1;
  }

  private numberOf(what: Exclude<keyof Names, "latencies">, name: string): number {
    const index = this.names[what].indexOf(name);
    if (index < 0) throw new Error(`${name} is none of the ${what}; there are ${this.names[what].join(", ")}`);
    return index;
  }
}

const takesTime = (law: Distribution): boolean => law.shape !== "constant" || law.value > 0;
