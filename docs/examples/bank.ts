import { Processes, Resource, type Steps } from "../../src/kernel/process.js";
import { RandomStream } from "../../src/kernel/random.js";
import { Simulation } from "../../src/kernel/simulation.js";

/** A bank's day. Times are means, in minutes. */
export interface Bank {
  readonly seed: number;
  readonly customers: number;
  readonly counters: number;
  readonly betweenArrivals: number;
  readonly service: number;
  /** How long a customer stands in line before giving up: from the shortest to the longest, evenly spread. */
  readonly patience: readonly [shortest: number, longest: number];
}

export interface BankDay {
  readonly arrived: number;
  /** The customers served, in the order in which their service began. */
  readonly served: readonly number[];
  readonly reneged: readonly number[];
}

/** Customers come to the counters of a bank, and renege when the line outlasts their patience. */
export function bank(
  print: (line: string) => void,
  { seed = 42, customers = 8, counters = 1, betweenArrivals = 10, service = 12, patience = [1, 8] }: Partial<Bank> = {},
): BankDay {
  const sim = new Simulation();
  const world = new Processes(sim);
  const desk = new Resource(world, { capacity: counters });
  const gaps = new RandomStream(seed, "bank/gaps");
  const services = new RandomStream(seed, "bank/services");
  const patiences = new RandomStream(seed, "bank/patiences");
  const served: number[] = [];
  const reneged: number[] = [];
  let arrived = 0;
  const say = (customer: number, what: string): void =>
    print(`${sim.now.toFixed(2).padStart(6)}  customer ${customer} ${what}`);

  // #region steps
  function* customer(number: number): Steps {
    const arrival = sim.now;
    const [shortest, longest] = patience;
    const endOfPatience = world.timeout(shortest + (longest - shortest) * patiences.uniform());
    say(number, "arrives");

    const request = desk.request();
    try {
      const first = yield* world.anyOf(request, endOfPatience);
      const waited = (sim.now - arrival).toFixed(2);
      if (first === request) {
        served.push(number);
        say(number, `is served after ${waited}`);
        yield world.timeout(service * services.exponential());
        say(number, "leaves");
      } else {
        reneged.push(number);
        say(number, `reneges after ${waited}`);
      }
    } finally {
      request.leave();
    }
  }

  world.start(function* () {
    for (arrived = 0; arrived < customers; arrived++) {
      world.start(customer(arrived));
      yield world.timeout(betweenArrivals * gaps.exponential());
    }
  });
  // #endregion

  sim.run(1e9); // until nothing is left to happen
  print(`of ${arrived} customers ${served.length} were served and ${reneged.length} reneged`);
  return { arrived, served, reneged };
}
