/**
 * `npm run bench`: dryscale and its peers in turn, round after round, so that a noisy neighbour meets all of them;
 * medians of the rounds, and ratios, which travel between machines better than seconds do. Appends a line to
 * bench/history.jsonl. `npm run bench -- chain mm1` measures those alone, `-- --rounds 9` more often.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { cpus } from "node:os";
import Table from "cli-table3";
import { median } from "simple-statistics";

interface Result {
  readonly n: number;
  readonly seconds: number;
  readonly mean: number;
  readonly peakMiB: number;
  readonly bytesPerPod?: number;
  readonly buildSeconds?: number;
}

interface Side {
  readonly name: string;
  readonly command: readonly string[];
}

interface Bout {
  readonly model: string;
  /** What the rate counts. */
  readonly unit: string;
  readonly sides: readonly Side[];
  /** Aims as least ratios of our rate to the side's. */
  readonly aims: Readonly<Record<string, number>>;
  /** How far the sides' means may lie apart, as a share: the noise of runs of this length. */
  readonly noise: number;
}

const peers = "bench/peers";
const cpp = (kind: string, model: string, n: string): Side => ({
  name: `${kind} C++`,
  command: [`${peers}/build/${kind}-${model}`, n, "SEED"],
});
const simpy = (program: string, n: string): Side => ({
  name: "SimPy",
  command: ["python3", `${peers}/python/${program}.py`, n, "SEED"],
});
const ours = (model: string, n: string): Side => ({
  name: "dryscale",
  command: [process.execPath, "--expose-gc", "dist/bench/ours.js", model, n, "SEED"],
});

const bouts: readonly Bout[] = [
  ...["1e3", "1e5", "1e6"].map(
    (n): Bout => ({
      model: `hold ${n}`,
      unit: "holds",
      sides: [ours("hold", n), cpp("ordinary", "hold", n), cpp("tuned", "hold", n)],
      aims: {},
      noise: 0.02,
    }),
  ),
  {
    model: "mm1",
    unit: "customers",
    sides: [ours("mm1", "2e6"), cpp("ordinary", "mm1", "2e6"), cpp("tuned", "mm1", "2e6"), simpy("mm1", "2e5")],
    aims: { "ordinary C++": 1, "tuned C++": 0.5, SimPy: 25 },
    noise: 0.06,
  },
  {
    model: "chain",
    unit: "requests",
    sides: [ours("chain", "1e6"), cpp("ordinary", "chain", "1e6"), cpp("tuned", "chain", "1e6"), simpy("chain", "1e5")],
    aims: { "ordinary C++": 1, "tuned C++": 0.5, SimPy: 25 },
    noise: 0.01,
  },
  {
    model: "chain-ps",
    unit: "requests",
    sides: [ours("chain-ps", "1e6"), cpp("tuned", "chain-ps", "1e6"), simpy("chain_ps", "1e5")],
    aims: { "tuned C++": 0.4 },
    noise: 0.01,
  },
  {
    // What deciding costs: the same requests with the controllers of a cluster, and with none.
    model: "controllers",
    unit: "requests",
    sides: [ours("chain-controlled", "1e6"), { ...ours("chain-bare", "1e6"), name: "without controllers" }],
    aims: { "without controllers": 1 / 1.1 },
    noise: 0.001,
  },
  ...["1e4", "1e5", "1e6"].map(
    (n): Bout => ({ model: `idle ${n}`, unit: "pods", sides: [ours("idle", n)], aims: {}, noise: 1 }),
  ),
];

/** The peers that can be built and run here; the others are named and left out. */
function preparePeers(): { readonly cpp: boolean; readonly simpy: boolean } {
  const make = spawnSync("make", ["-s", "-C", peers], { stdio: ["ignore", "ignore", "inherit"] });
  const python = spawnSync("python3", ["-c", "import simpy"], { stdio: "ignore" });
  if (make.status !== 0) console.error("C++ peers are left out: make and g++ are needed to build them");
  if (python.status !== 0) console.error(`SimPy is left out: python3 -m pip install -r ${peers}/requirements.txt`);
  return { cpp: make.status === 0, simpy: python.status === 0 };
}

function play({ command }: Side, seed: number): Result {
  const [program, ...args] = command.map((word) => (word === "SEED" ? String(seed) : word));
  return JSON.parse(execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 20 })) as Result;
}

function measure(bout: Bout, rounds: number): Map<string, readonly Result[]> {
  const results = new Map<string, Result[]>(bout.sides.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const side of bout.sides) results.get(side.name)!.push(play(side, round));
    console.error(`${bout.model}: round ${round} of ${rounds}`);
  }
  return results;
}

/** Work per second: holds, customers and requests are counted by n; a hold bout always does five million. */
const rateOf = (bout: Bout, { n, seconds }: Result): number => (bout.unit === "holds" ? 5e6 : n) / seconds;

/** What one bout showed, as cells of the table and as a record for the history. */
function judge(bout: Bout, results: Map<string, readonly Result[]>) {
  const mine = results.get("dryscale")!;
  const myMean = median(mine.map(({ mean }) => mean));
  return [...results].map(([name, list]) => {
    // Round by round: what slowed one side down slowed the other, too.
    const ratio = median(list.map((result, i) => rateOf(bout, mine[i]) / rateOf(bout, result)));
    const mean = median(list.map((result) => result.mean));
    return {
      model: bout.model,
      side: name,
      perSecond: median(list.map((result) => rateOf(bout, result))),
      ratio,
      aim: bout.aims[name],
      mean,
      agrees: bout.unit === "holds" || Math.abs(mean - myMean) <= bout.noise * myMean,
      peakMiB: median(list.map(({ peakMiB }) => peakMiB)),
      bytesPerPod: list[0].bytesPerPod === undefined ? undefined : median(list.map((result) => result.bytesPerPod!)),
      buildSeconds: list[0].buildSeconds === undefined ? undefined : median(list.map((result) => result.buildSeconds!)),
    };
  });
}

type Row = ReturnType<typeof judge>[number];

function cells(row: Row): string[] {
  const million = (x: number): string => (x / 1e6).toFixed(x < 1e5 ? 3 : 2);
  const aim = row.aim === undefined ? "" : `≥ ${+row.aim.toFixed(2)}: ${row.ratio >= row.aim ? "met" : "missed"}`;
  const pod =
    row.bytesPerPod === undefined
      ? ""
      : `${row.bytesPerPod.toFixed(0)} B/pod, built in ${row.buildSeconds!.toFixed(2)} s`;
  return [
    row.model,
    row.side,
    million(row.perSecond),
    row.side === "dryscale" ? "" : row.ratio.toFixed(2),
    aim,
    row.mean.toPrecision(5) + (row.agrees ? "" : " (!)"),
    `${row.peakMiB.toFixed(0)}`,
    pod,
  ];
}

function main(argv: readonly string[]): void {
  const at = argv.indexOf("--rounds");
  const rounds = at < 0 ? 5 : Number(argv[at + 1]);
  const wanted = argv.filter((word, i) => !word.startsWith("--") && (at < 0 || i !== at + 1));
  const here = preparePeers();
  const chosen = bouts
    .filter(({ model }) => wanted.length === 0 || wanted.some((word) => model === word || model.startsWith(`${word} `)))
    .map((bout) => ({
      ...bout,
      sides: bout.sides.filter(({ name }) => (name.endsWith("C++") ? here.cpp : name === "SimPy" ? here.simpy : true)),
    }));
  const rows = chosen.flatMap((bout) => judge(bout, measure(bout, rounds)));
  const table = new Table({
    head: ["model", "side", "M/s", "dryscale ÷ it", "aim", "mean", "peak MiB", ""],
    style: { head: [], border: [] },
  });
  table.push(...rows.map(cells));
  console.log(table.toString());
  console.log(
    `medians of ${rounds} interleaved rounds, Node ${process.version}, ${cpus()[0]?.model.trim()} × ${cpus().length}`,
  );
  const commit = existsSync(".git")
    ? execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()
    : "";
  appendFileSync("bench/history.jsonl", `${JSON.stringify({ commit, node: process.version, rounds, rows })}\n`);
  if (rows.some(({ agrees }) => !agrees)) {
    console.error("(!) the sides' means differ by more than noise: they do not play the same model");
    process.exitCode = 1;
  }
}

main(process.argv.slice(2));
