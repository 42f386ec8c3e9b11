import { Interrupted, Processes, type Steps } from "../../src/kernel/process.js";
import { Simulation } from "../../src/kernel/simulation.js";

/** An electric car drives and charges in turn; its driver cuts the first charge short. Nothing is random. Times in minutes. */
export function car(print: (line: string) => void): void {
  const sim = new Simulation();
  const world = new Processes(sim);

  // #region steps
  function* charge(): Steps<number> {
    const since = sim.now;
    try {
      yield world.timeout(50);
      return 1;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      print(`${sim.now}: charge cut short, ${error.cause}`);
      return (sim.now - since) / 50;
    }
  }

  function* drive(): Steps {
    for (let patience = 15; ; patience += 60) {
      print(`${sim.now}: drives`);
      yield world.timeout(20);
      print(`${sim.now}: charges`);
      const charging = world.start(charge());
      const first = yield* world.anyOf(charging, world.timeout(patience));
      if (first !== charging) charging.interrupt("the driver is in a hurry");
      const share = yield* charging;
      print(`${sim.now}: charged to ${100 * share} %`);
    }
  }
  // #endregion

  world.start(drive());
  sim.run(130);
}
