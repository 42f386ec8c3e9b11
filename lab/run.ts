/**
 * `npm run lab`: real proxies before real backends on this machine, and dryscale's model of them, under the very same
 * requests. See docs/lab.md. `npm run lab -- robin` plays the cases with that in their name alone, `-- --repeats 5` more
 * runs of each, `-- --seed 7` others; `-- --show` prints the scenarios and plays nothing. Exit code: 0 when all cases are
 * within the aim, 1 when one is not, 2 when nothing could be played.
 */
import { Bench } from "./bench.js";
import { type Case, cases, durationOf, type ProxyName } from "./cases.js";
import { goFirst, takeCharge, versionOf } from "./processes.js";
import { requestsOf } from "./requests.js";
import { scenarioOf, scenarioText, type Way } from "./scenario.js";
import { simulate } from "./simulate.js";
import { type Answers, together } from "./statistics.js";
import { AIM, misses, type Row, rowOf, tableOf } from "./table.js";

/** Plays of the model for each run: a balancer that draws is not judged by one row of draws. */
const PLAYS = 30;

/** Nothing goes on for longer than this, in milliseconds for each run of each case and proxy. */
const LONGEST_RUN = 10_000;

/** The exit code where nothing could be played. */
const IMPOSSIBLE = 2;

function complain(about: string): void {
  console.error(about);
  process.exitCode = IMPOSSIBLE;
}

type Ways = Readonly<Record<ProxyName, Way>>;

async function playCase(bench: Bench, about: Case, proxy: ProxyName, way: Way, seeds: readonly number[]): Promise<Row> {
  const measured: Answers[] = [];
  const plays: Answers[][] = Array.from({ length: PLAYS }, () => []);
  await bench.arrange(about);
  for (const seed of seeds) {
    const scenario = scenarioOf(about, proxy, seed, way);
    const spec = scenario.world(scenario.policies[0]);
    measured.push(await bench.run(about, proxy, requestsOf(spec, seed, durationOf(about))));
    for (const [chance, play] of plays.entries()) play.push(simulate(spec, seed, durationOf(about), chance));
  }
  return rowOf(about, proxy, together(measured), plays.map(together));
}

/** What there is to play with, or what is missing. */
function programs(): Readonly<Record<ProxyName, string>> | string {
  if (process.platform !== "linux") return "npm run lab needs Linux, where all of 127.0.0.0/8 is the machine's own";
  const found = { nginx: versionOf("nginx"), HAProxy: versionOf("haproxy") };
  const { nginx, HAProxy } = found;
  if (nginx !== undefined && HAProxy !== undefined) return { nginx, HAProxy };
  return "npm run lab needs nginx and HAProxy: apt-get install nginx haproxy (they need not run as services)";
}

interface Options {
  readonly seeds: readonly number[];
  readonly chosen: readonly Case[];
  readonly show: boolean;
}

/** What the command line asks for, or what is wrong with it. */
function options(argv: readonly string[]): Options | string {
  const given = { repeats: 2, seed: 1 };
  const words: string[] = [];
  let show = false;
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, "");
    if (argv[i] === "--show") show = true;
    else if (argv[i].startsWith("--")) {
      const value = Number(argv[++i]);
      if (name !== "repeats" && name !== "seed")
        return `no such option as --${name}; there are --repeats, --seed, --show`;
      if (!(Number.isInteger(value) && value >= 1))
        return `--${name}: expected a whole number from 1 up, got ${argv[i]}`;
      given[name] = value;
    } else words.push(name);
  }
  const chosen = cases.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0)
    return `no such case as ${words.join(" ")}; there are ${cases.map(({ name }) => name).join("; ")}`;
  return { seeds: Array.from({ length: given.repeats }, (_, i) => given.seed + i), chosen, show };
}

async function playAll(chosen: readonly Case[], seeds: readonly number[]): Promise<readonly Row[]> {
  const bench = new Bench();
  const ways: Ways = { nginx: await bench.way("nginx"), HAProxy: await bench.way("HAProxy") };
  const rows: Row[] = [];
  for (const about of chosen) {
    console.error(about.name);
    for (const proxy of about.proxies) rows.push(await playCase(bench, about, proxy, ways[proxy], seeds));
  }
  console.log(tableOf(rows));
  const shown = (proxy: ProxyName): string =>
    `${(1000 * ways[proxy].late).toFixed(2)} + ${(1000 * ways[proxy].there).toFixed(2)} ms by ${proxy}`;
  console.log(`the way of a request that meets nobody: ${shown("nginx")}, ${shown("HAProxy")}`);
  return rows;
}

async function main(argv: readonly string[]): Promise<void> {
  const asked = options(argv);
  if (typeof asked === "string") return complain(asked);
  const { seeds, chosen, show } = asked;
  if (show) {
    for (const about of chosen)
      for (const proxy of about.proxies) console.log(scenarioText(about, proxy, seeds[0], { late: 0, there: 0 }));
    return;
  }
  const versions = programs();
  if (typeof versions === "string") return complain(versions);
  takeCharge();
  if (!goFirst())
    console.error("the kernel does not put this before its neighbours (for that it asks root): expect noise");
  const runs = seeds.length * (2 + chosen.reduce((sum, { proxies }) => sum + proxies.length, 0));
  setTimeout(() => {
    console.error("it takes too long, and is ended");
    process.exit(1);
  }, runs * LONGEST_RUN).unref();
  const rows = await playAll(chosen, seeds);
  const missed = rows.filter(misses);
  console.log(`nginx ${versions.nginx}, HAProxy ${versions.HAProxy}, Node ${process.version}`);
  console.log(`${rows.length - missed.length} of ${rows.length} within ${100 * AIM} % in p50 and p95`);
  process.exit(missed.length > 0 ? 1 : 0);
}

await main(process.argv.slice(2));
