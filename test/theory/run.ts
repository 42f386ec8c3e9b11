/**
 * `npm run theory`: every system with a known answer, run in dryscale's own model and compared.
 *
 *     node dist/test/theory/run.js [--only <words of names>] [--width 0.007] [--events 3e7] [--threads 2]
 *
 * Exits with 1 when fewer than 95 % of the intervals cover, or a bias above 1 % is shown.
 */
import { parseArgs } from "node:util";
import { Tinypool } from "tinypool";
import { judge, type Verdict } from "./judge.js";
import { type Aim, pilotTasks, plannedSize, type Task, tasksOf } from "./plan.js";
import { closing, table } from "./report.js";
import type { Sample, System } from "./system.js";
import { systems } from "./systems/index.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    width: { type: "string", default: "0.007" },
    events: { type: "string", default: "3e7" },
    replications: { type: "string", default: "30" },
    threads: { type: "string", default: "2" },
  },
});
const aim: Aim = {
  width: Number(options.width),
  events: Number(options.events),
  replications: Number(options.replications),
};
const threads = Number(options.threads);
const pool = new Tinypool({
  filename: new URL("./worker.js", import.meta.url).href,
  minThreads: threads,
  maxThreads: threads,
});
const began = performance.now();
const chosen = systems.filter(({ name, family }) => `${family} ${name}`.includes(options.only));
let done = 0;

const run = (tasks: readonly Task[]): Promise<Sample[]> => Promise.all(tasks.map((task) => pool.run(task)));

async function verdictsOf(system: System): Promise<Verdict[]> {
  const certain = system.checks.every(({ kind }) => kind === "equal");
  if (certain) return judge(system, await run(tasksOf(system, system.pilot, 1)), 0.99);
  const size = plannedSize(system, await run(pilotTasks(system)), aim);
  const samples = await run(tasksOf(system, size, aim.replications));
  tell(system, samples);
  return judge(system, samples, 0.99);
}

/** Progress, for who watches: how much is done, and how hard it was. */
function tell({ name }: System, samples: readonly Sample[]): void {
  done++;
  const events = samples.reduce((sum, sample) => sum + sample.events, 0);
  const seconds = (performance.now() - began) / 1000;
  process.stderr.write(
    `${done} of ${chosen.length}, ${seconds.toFixed(0)} s: ${name}, ${events.toExponential(1)} events\n`,
  );
}

const verdicts = (await Promise.all(chosen.map(verdictsOf))).flat();
await pool.destroy();
console.log(table(verdicts));
const { text, good } = closing(verdicts);
console.log(text);
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s on ${threads} threads`);
if (!good) process.exitCode = 1;
