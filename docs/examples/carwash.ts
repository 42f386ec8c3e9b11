import { Processes, Resource, type Steps } from "../../src/kernel/process.js";
import { RandomStream } from "../../src/kernel/random.js";
import { Simulation } from "../../src/kernel/simulation.js";

/** Times in minutes. */
export interface CarWash {
  readonly seed: number;
  readonly machines: number;
  readonly wash: number;
  /** Cars there at the start. */
  readonly early: number;
  /** Time between two cars after that: from the shortest to the longest, evenly spread. */
  readonly between: readonly [shortest: number, longest: number];
  readonly closing: number;
}

export interface Washed {
  readonly car: number;
  readonly arrival: number;
  readonly start: number;
  readonly end: number;
}

/** Cars queue for a few washing machines. Returns the cars in the order in which they left. */
export function carWash(
  print: (line: string) => void,
  { seed = 42, machines = 2, wash = 5, early = 4, between = [1, 4], closing = 24 }: Partial<CarWash> = {},
): { readonly arrived: number; readonly washed: readonly Washed[] } {
  const sim = new Simulation();
  const world = new Processes(sim);
  const hall = new Resource(world, { capacity: machines });
  const gaps = new RandomStream(seed, "car-wash/gaps");
  const washed: Washed[] = [];
  let arrived = 0;
  const say = (car: number, what: string): void => print(`${sim.now.toFixed(2).padStart(6)}  car ${car} ${what}`);

  // #region steps
  function* car(number: number): Steps {
    const arrival = sim.now;
    say(number, hall.waiting > 0 ? `arrives, ${hall.waiting} in line` : "arrives");
    const start = yield* hall.hold(function* () {
      const now = sim.now;
      say(number, "enters");
      yield world.timeout(wash);
      return now;
    });
    say(number, "leaves");
    washed.push({ car: number, arrival, start, end: sim.now });
  }

  world.start(function* () {
    while (arrived < early) world.start(car(arrived++));
    const [shortest, longest] = between;
    for (;;) {
      yield world.timeout(shortest + (longest - shortest) * gaps.uniform());
      if (sim.now >= closing) return;
      world.start(car(arrived++));
    }
  });
  // #endregion

  sim.run(1e9); // until nothing is left to happen
  print(`${washed.length} cars washed`);
  return { arrived, washed };
}
