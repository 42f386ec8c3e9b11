import { createWorld } from "../src/model/world.js";
import { chain, mm1 } from "./models.js";

for (const [name, spec, until] of [
  ["mm1", mm1(), 2e6 / 0.8],
  ["chain", chain(false), 500],
  ["chain-ps", chain(true), 500],
] as const) {
  for (let round = 0; round < 3; round++) {
    const world = createWorld(spec, round + 1);
    const start = process.hrtime.bigint();
    world.sim.run(until);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    world.checkBooks();
    const { recorder, sim } = world;
    recorder.closeStep();
    const h = recorder.requests[0];
    console.log(
      name,
      (recorder.sent / seconds / 1e6).toFixed(3),
      "M/s",
      (sim.fired / seconds / 1e6).toFixed(2),
      "Mev/s",
      "mean",
      h.mean().toFixed(6),
      "p99",
      h.quantile(0.99).toFixed(5),
      world.decisions.length,
      Math.round(process.memoryUsage().rss / 1e6),
      "MB",
    );
  }
}
