import { Interrupted, type Process, Processes, Resource, type Signal, type Steps } from "../../src/kernel/process.js";
import { RandomStream } from "../../src/kernel/random.js";
import { Simulation } from "../../src/kernel/simulation.js";

/** Times are means, in minutes; all but the length of the run are exponentially distributed. */
export interface MachineShop {
  readonly seed: number;
  readonly machines: number;
  readonly part: number;
  readonly betweenFailures: number;
  readonly repair: number;
  /** A job the repairer does when no machine is broken. */
  readonly otherJob: number;
  readonly duration: number;
}

/** Adds up how long something has been in each of its states. */
class Ledger<State extends string> {
  private readonly times = new Map<State, number>();
  private since: number;

  constructor(
    private readonly sim: Simulation,
    private state: State,
  ) {
    this.since = sim.now;
  }

  enter(state: State): void {
    this.times.set(this.state, this.spent(this.state));
    this.state = state;
    this.since = this.sim.now;
  }

  spent(state: State): number {
    return (this.times.get(state) ?? 0) + (state === this.state ? this.sim.now - this.since : 0);
  }
}

interface Machine {
  readonly ledger: Ledger<"working" | "broken">;
  mended: Signal;
  parts: number;
  /** The work that went into the finished parts, and that the one at hand needs in all. */
  finished: number;
  atHand: number;
}

export interface ShopReport {
  readonly machines: readonly {
    readonly parts: number;
    readonly finished: number;
    readonly atHand: number;
    readonly worked: number;
  }[];
  readonly repairing: number;
  readonly otherJobs: number;
  readonly jobsDone: number;
  readonly interruptions: number;
}

const WEEK = 7 * 24 * 60;
const USUAL: MachineShop = {
  seed: 42,
  machines: 6,
  part: 10,
  betweenFailures: 300,
  repair: 30,
  otherJob: 45,
  duration: 4 * WEEK,
};

interface Shop extends MachineShop {
  readonly sim: Simulation;
  readonly world: Processes;
  readonly repairer: Resource;
  readonly doing: Ledger<"repairs" | "other jobs">;
  jobsDone: number;
  interruptions: number;
}

// #region steps
/** Works for so long. If interrupted, returns how much is left. */
function* work({ sim, world }: Shop, time: number): Steps<number> {
  const since = sim.now;
  try {
    yield world.timeout(time);
    return 0;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return time - (sim.now - since);
  }
}

function* operate(shop: Shop, machine: Machine, draw: RandomStream): Steps {
  for (;;) {
    machine.atHand = shop.part * draw.exponential();
    let left = machine.atHand;
    while (left > 0) {
      left = yield* work(shop, left);
      yield machine.mended; // past, unless the work was interrupted
    }
    machine.parts++;
    machine.finished += machine.atHand;
  }
}

function* breakDown(shop: Shop, machine: Machine, operator: Process, draw: RandomStream): Steps {
  const { world, repairer, doing } = shop;
  for (;;) {
    yield world.timeout(shop.betweenFailures * draw.exponential());
    machine.mended = world.signal("mended");
    machine.ledger.enter("broken");
    operator.interrupt("broken");
    yield* repairer.hold(
      function* () {
        doing.enter("repairs");
        yield world.timeout(shop.repair * draw.exponential());
      },
      { priority: 0, preempt: true },
    );
    machine.ledger.enter("working");
    machine.mended.succeed();
  }
}

function* otherJobs(shop: Shop, draw: RandomStream): Steps {
  for (;;) {
    let left = shop.otherJob * draw.exponential();
    while (left > 0) {
      left = yield* shop.repairer.hold(
        function* () {
          shop.doing.enter("other jobs");
          return yield* work(shop, left);
        },
        { priority: 1 },
      );
      if (left > 0) shop.interruptions++;
    }
    shop.jobsDone++;
  }
}
// #endregion

/** Machines make parts and break down; one repairer leaves other jobs at once to mend them. */
export function machineShop(print: (line: string) => void, wanted: Partial<MachineShop> = {}): ShopReport {
  const sim = new Simulation();
  const world = new Processes(sim);
  const doing = new Ledger<"repairs" | "other jobs">(sim, "other jobs");
  const repairer = new Resource(world);
  const shop: Shop = { ...USUAL, ...wanted, sim, world, repairer, doing, jobsDone: 0, interruptions: 0 };
  const { seed, duration } = shop;

  const machines = Array.from({ length: shop.machines }, (_, number): Machine => {
    const mended = world.signal("mended");
    mended.succeed();
    const machine: Machine = { ledger: new Ledger(sim, "working"), mended, parts: 0, finished: 0, atHand: 0 };
    const operator = world.start(operate(shop, machine, new RandomStream(seed, `shop/parts/${number}`)));
    world.start(breakDown(shop, machine, operator, new RandomStream(seed, `shop/failures/${number}`)));
    return machine;
  });
  world.start(otherJobs(shop, new RandomStream(seed, "shop/jobs")));
  sim.run(duration);

  const share = (time: number): string => `${((100 * time) / duration).toFixed(1)} %`;
  const report = machines.map(({ ledger, ...made }) => ({ ...made, worked: ledger.spent("working") }));
  report.forEach(({ parts, worked }, number) => {
    print(`machine ${number} made ${parts} parts and worked ${share(worked)} of the time`);
  });
  const { jobsDone, interruptions } = shop;
  print(
    `the repairer mended for ${share(doing.spent("repairs"))}, did ${jobsDone} other jobs, interrupted ${interruptions} times`,
  );
  return {
    machines: report,
    repairing: doing.spent("repairs"),
    otherJobs: doing.spent("other jobs"),
    jobsDone,
    interruptions,
  };
}
