/**
 * One measurement of dryscale in a process of its own: `node dist/bench/ours.js MODEL N SEED`, one JSON line,
 * as the peers print theirs. A small world is played first: replications meet a compiled program, too.
 */
import { readFileSync } from "node:fs";
import { EventQueue } from "../src/kernel/event-queue.js";
import { RandomStream } from "../src/kernel/random.js";
import type { WorldSpec } from "../src/model/spec.js";
import { createWorld } from "../src/model/world.js";
import { chain, controlled, idlePods, meshed, mm1 } from "./models.js";

interface Line {
  readonly model: string;
  readonly n: number;
  readonly seconds: number;
  readonly mean: number;
  readonly p99: number | null;
  readonly events: number;
  readonly peakMiB: number;
  readonly bytesPerPod?: number;
  readonly buildSeconds?: number;
}

const HOLDS = 5e6;

const seconds = (act: () => void): number => {
  const start = process.hrtime.bigint();
  act();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

/** The process's own peak of resident memory, as the peers read theirs. */
function peakMiB(): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return line ? Number(line[1]) / 1024 : Number.NaN;
}

function hold(pending: number, seed: number): Line {
  const queue = new EventQueue();
  const stream = new RandomStream(seed, "hold");
  for (let i = 0; i < pending; i++) queue.add(stream.exponential(), 0, 0, i, 0);
  const act = (count: number): void => {
    for (let i = 0; i < count; i++) {
      queue.pop(Infinity);
      queue.add(queue.time + stream.exponential(), 0, queue.kind, queue.a, queue.b);
    }
  };
  act(HOLDS / 10);
  const start = queue.time;
  const took = seconds(() => act(HOLDS));
  return {
    model: "hold",
    n: pending,
    seconds: took,
    mean: (queue.time - start) / HOLDS,
    p99: null,
    events: HOLDS,
    peakMiB: peakMiB(),
  };
}

function requests(model: string, spec: WorldSpec, rate: number, n: number, seed: number): Line {
  createWorld(spec, seed + 1000).sim.run(200_000 / rate);
  const world = createWorld(spec, seed);
  const took = seconds(() => world.sim.run(n / rate));
  world.checkBooks();
  world.recorder.closeStep();
  const latency = world.recorder.requests[0];
  return {
    model,
    n: world.recorder.sent,
    seconds: took,
    mean: latency.mean(),
    p99: latency.quantile(0.99),
    events: world.sim.fired,
    peakMiB: peakMiB(),
  };
}

/** Many pods with next to nothing to do, on machines of 110 pods each: what a pod costs in memory and time. */
function idle(pods: number, seed: number): Line {
  createWorld(idlePods(1000), seed);
  globalThis.gc?.();
  const before = process.memoryUsage();
  let world = createWorld(idlePods(1), seed);
  const buildSeconds = seconds(() => {
    world = createWorld(idlePods(pods), seed);
  });
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  const took = seconds(() => world.sim.run(60));
  world.checkBooks();
  world.recorder.closeStep();
  const latency = world.recorder.requests[0];
  return {
    model: "idle",
    n: pods,
    seconds: took,
    mean: latency.mean(),
    p99: latency.quantile(0.99),
    events: world.sim.fired,
    peakMiB: peakMiB(),
    bytesPerPod: bytes / pods,
    buildSeconds,
  };
}

const [model, size, seedText] = process.argv.slice(2);
const n = Number(size);
const seed = Number(seedText ?? 1);
const lines: Readonly<Record<string, () => Line>> = {
  hold: () => hold(n, seed),
  mm1: () => requests("mm1", mm1(), 0.8, n, seed),
  chain: () => requests("chain", chain(false), 2000, n, seed),
  "chain-controlled": () => requests("chain-controlled", controlled(true), 2000, n, seed),
  "chain-bare": () => requests("chain-bare", controlled(false), 2000, n, seed),
  "chain-mesh": () => requests("chain-mesh", meshed(), 2000, n, seed),
  "chain-ps": () => requests("chain-ps", chain(true), 2000, n, seed),
  idle: () => idle(n, seed),
};
const line = lines[model ?? ""];
if (line === undefined || !(n > 0)) {
  throw new Error(
    `expected a model (${Object.keys(lines).join(", ")}) and a size, got ${process.argv.slice(2).join(" ")}`,
  );
}
process.stdout.write(`${JSON.stringify({ program: "dryscale", ...line() })}\n`);
