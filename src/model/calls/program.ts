import type { Distribution } from "../../kernel/distributions.js";
import { isDedicated } from "../cpu/dedicated.js";
import { type CompiledRoutes, RouteRegister } from "../routes/route-register.js";
import type { WorldSpec } from "../spec.js";
import { EndpointCompiler, type Instruction, type Names } from "./endpoint-compiler.js";

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
  /** Work of the pod's proxy, which needs no worker. arg: law of the work; jump: the service that is called; need: see Leg. */
  Pass: 20,
  /** arg: endpoint; jump: the policy that its callers follow instead of its service's. */
  CallBy: 21,
  /** What a request from outside has asked a virtual host for is done: answer. */
  Answer: 22,
  // Before the application of a service whose calls are checked, where no worker is held.
  /** jump: where a message goes on, which passes no proxy. */
  Inspect: 23,
  /** The answer of a check. arg: 1 where the call goes on even if the check fails. */
  Judge: 24,
  /** The call is let in. */
  Admit: 25,
  /** The same work as of a Pass, done by the proxy of the pod's machine. */
  MachinePass: 26,
  /** What nobody waits for is done. */
  Rest: 27,
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
  /** By service: where what its callers' proxies do for a call once more begins, if there is anything. */
  readonly repasses: readonly (number | undefined)[];
}

/** Whose way a proxy's work is on, in the column `need`. */
export const Leg = {
  /** The call's own, which comes to the application then; or there is more to do on it. */
  In: 0,
  StillIn: 1,
  /** That of a call which it makes. */
  Out: 2,
} as const;

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
export function compile({ services, background, queues, routes, loads }: Parts, uneven: boolean): Program {
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
  const compiler = (service: string | undefined, endpoint: string, shared: boolean) =>
    new EndpointCompiler({ rows, laws, names, register, services }, service, endpoint, shared);
  const anyShared = background.length > 0 || services.some((service) => !isDedicated(service, uneven));
  const endpoints = services.flatMap((service, id) =>
    service.endpoints.map((endpoint): CompiledEndpoint => {
      const entry = rows.length;
      const steps = compiler(service.name, endpoint.name, !isDedicated(service, uneven));
      steps.pass(service.name, "pod");
      steps.checks(service.checks);
      steps.sequence(endpoint.steps);
      steps.emit(Op.End, 0);
      return { service: id, host: service.name, virtual: false, name: endpoint.name, entry };
    }),
  );
  const processes = background.map(({ name, steps }) => {
    const entry = rows.length;
    const process = compiler(name, "process", true);
    process.sequence(steps);
    process.emit(Op.Exit, 0);
    return entry;
  });
  const fronts = register.fronts.map(({ host, endpoint }): CompiledEndpoint => {
    const entry = rows.length;
    const front = compiler(undefined, `${host}/${endpoint}`, false);
    front.call(host, endpoint, 0);
    front.emit(Op.Answer, 0);
    return { service: 0, host, virtual: true, name: endpoint, entry };
  });
  const repasses = services.map(({ name }) => compiler(undefined, `${name}/again`, anyShared).repass(name));
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
    repasses,
  };
}

type Parts = Pick<WorldSpec, "services" | "background" | "queues" | "routes" | "loads">;
