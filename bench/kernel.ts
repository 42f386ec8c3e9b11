/** `npm run bench:kernel`: what the kernel's single operations cost, for who changes them. For comparisons see run.ts. */
import { Bench } from "tinybench";
import { Draws } from "../src/kernel/distributions.js";
import { EventQueue } from "../src/kernel/event-queue.js";
import { RandomStream } from "../src/kernel/random.js";
import { RequestChance } from "../src/kernel/request-chance.js";
import { LatencyHistogram } from "../src/measure/histogram.js";

/** Operations in one sample: single ones are shorter than the clock's tick. */
const BATCH = 10_000;

const bench = new Bench({ time: 500, warmupTime: 200 });
const stream = new RandomStream(1, "bench");
const chance = new RequestChance(1, "bench");
const draws = new Draws(
  [
    { shape: "exponential", mean: 1 },
    { shape: "lognormal", mean: 1, cv: 1 },
    { shape: "gamma", mean: 1, cv: 0.5 },
  ],
  chance,
);
const histogram = new LatencyHistogram();
const gaps = Float64Array.from({ length: 4096 }, () => stream.exponential());

for (const pending of [100, 1e3, 1e5]) {
  const queue = new EventQueue();
  for (let i = 0; i < pending; i++) queue.add(gaps[i & 4095], 0, 0, i, 0);
  bench.add(`event queue: pop and add, ${pending} pending`, () => {
    for (let i = 0; i < BATCH; i++) {
      queue.pop(Infinity);
      queue.add(queue.time + gaps[i & 4095], 0, queue.kind, queue.a, queue.b);
    }
  });
  const handles = Int32Array.from({ length: 64 }, (_, i) => queue.add(queue.time + 1e9 + i, 0, 1, i, 0));
  bench.add(`event queue: move, ${pending} pending`, () => {
    for (let i = 0; i < BATCH; i++) queue.move(handles[i & 63], queue.time + 1e9 + gaps[i & 4095]);
  });
}
// What nobody reads, a compiler may leave out.
let sum = 0;
bench.add("stream: exponential", () => {
  for (let i = 0; i < BATCH; i++) sum += stream.exponential();
});
(["exponential", "log-normal", "gamma"] as const).forEach((name, law) => {
  bench.add(`a request's own: ${name}`, () => {
    for (let i = 0; i < BATCH; i++) draws.draw(law, i, 7);
  });
});
bench.add("histogram: record", () => {
  for (let i = 0; i < BATCH; i++) histogram.record(gaps[i & 4095]);
});

await bench.run();
if (Number.isNaN(sum + draws.value)) throw new Error("a draw is no number");
console.table(
  bench.tasks.map((task) => {
    const { result } = task;
    const p50 = "latency" in result ? result.latency.p50 : Number.NaN;
    return { operation: task.name, "ns, median": +((p50 * 1e6) / BATCH).toFixed(1) };
  }),
);
