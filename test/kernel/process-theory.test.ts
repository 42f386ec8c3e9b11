import { expect, test } from "vitest";
import { Processes, Resource, type Steps } from "../../src/kernel/process.js";
import { RandomStream } from "../../src/kernel/random.js";
import { Simulation } from "../../src/kernel/simulation.js";

interface Queue {
  readonly servers: number;
  /** Arrivals per second of one server's work; the mean service is 1 s. */
  readonly load: number;
  readonly patience: number;
  readonly customers: number;
}

/** Sojourn of each customer in order of arrival; NaN for one who reneged. */
function sojourns({ servers, load, patience, customers }: Queue): Float64Array {
  const sim = new Simulation();
  const world = new Processes(sim);
  const desk = new Resource(world, { capacity: servers });
  const name = `M/M/${servers}+${patience}`;
  const gaps = new RandomStream(7, `${name}/gaps`);
  const services = new RandomStream(7, `${name}/services`);
  const result = new Float64Array(customers).fill(Number.NaN);
  function* customer(number: number): Steps {
    const arrival = sim.now;
    const service = services.exponential();
    const request = desk.request();
    const first = yield* world.anyOf(request, world.timeout(patience));
    if (first !== request) return;
    yield world.timeout(service);
    request.release();
    result[number] = sim.now - arrival;
  }
  world.start(function* () {
    for (let number = 0; number < customers; number++) {
      yield world.timeout(gaps.exponential() / (load * servers));
      world.start(customer(number));
    }
  });
  sim.run(1e9);
  expect([world.alive, sim.pending, desk.inUse, desk.waiting]).toEqual([0, 0, 0, 0]);
  return result;
}

/** Mean and its standard error from 20 batches after a first one that is left out: neighbours in a queue are alike. */
function batched(values: Float64Array): { mean: number; error: number } {
  const size = Math.floor(values.length / 21);
  const means = Array.from({ length: 20 }, (_, batch) => {
    const part = values.subarray((batch + 1) * size, (batch + 2) * size);
    return part.reduce((sum, value) => sum + value, 0) / size;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / 20;
  return { mean, error: Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19 / 20) };
}

/** Mean time in an M/M/c queue with mean service 1, by Erlang's second formula. */
function sojourn(servers: number, load: number): number {
  const offered = servers * load;
  let blocked = 1; // Erlang B by its recursion
  for (let c = 1; c <= servers; c++) blocked = (offered * blocked) / (c + offered * blocked);
  const waits = blocked / (1 - load * (1 - blocked));
  return 1 + waits / (servers * (1 - load));
}

test("Erlang's formula gives 1 / (1 - rho) for one server", () => {
  expect(sojourn(1, 0.8)).toBeCloseTo(5.0, 12);
});

for (const [servers, load] of [
  [1, 0.5],
  [1, 0.8],
  [2, 0.8],
  [5, 0.9],
] as const)
  test(`the mean sojourn of M/M/${servers} at a load of ${load} is that of theory within 5 standard errors`, () => {
    const { mean, error } = batched(sojourns({ servers, load, patience: Infinity, customers: 210_000 }));
    const exact = sojourn(servers, load);
    expect(Math.abs(mean - exact) / error).toBeLessThan(5);
    expect(error / exact).toBeLessThan(0.05);
  });

/** Fraction that reneges from M/M/1 with mean service 1 and a fixed patience in line, by Barrer's formula. */
function renegingShare(load: number, patience: number): number {
  const decay = Math.exp(-(1 - load) * patience);
  return ((1 - load) * load * decay) / (1 - load ** 2 * decay);
}

test("with no patience at all the share that reneges is Erlang's loss", () => {
  expect(renegingShare(0.8, 0)).toBeCloseTo(0.8 / (1 + 0.8), 12);
});

for (const [load, patience] of [
  [0.8, 0],
  [0.5, 1],
  [0.8, 2],
  [0.8, 6],
  [1.5, 3],
] as const)
  test(`of M/M/1 at a load of ${load} with a patience of ${patience} s the share of theory reneges`, () => {
    const reneged = sojourns({ servers: 1, load, patience, customers: 105_000 }).map((time) => (time > 0 ? 0 : 1));
    const { mean, error } = batched(reneged);
    expect(Math.abs(mean - renegingShare(load, patience)) / error).toBeLessThan(5);
    expect(error).toBeLessThan(0.005);
  });
