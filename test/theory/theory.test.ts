import { expect, test } from "vitest";
import { reasonFor } from "./absent.js";
import { jackknife, judge } from "./judge.js";
import { tasksOf } from "./plan.js";
import { systemNamed, systems } from "./systems/index.js";
import { vectors } from "./vectors.js";

const REPLICATIONS = 10;

/** One system of each family, and how many times the pilot's size its replications are here; `npm run theory` runs all. */
const SMALL: readonly (readonly [name: string, times: number])[] = [
  ["M/M/1 lambda=0.5 mu=1", 1],
  ["M/M/c lambda=1.5 mu=1 c=2", 2],
  ["M/M/c/K lambda=0.8 mu=1 c=1 K=5", 1],
  ["Erlang B (M/G/c/c) A=5 c=5 LN", 1],
  ["M/LN/1 lambda=0.5 scv=1", 2],
  ["M/D/1 lambda=0.5", 1],
  ["M/D/c lambda=1.6 D=1 c=2", 1],
  ["D/M/1 lambda=0.5 mu=1", 1],
  ["GI/G/1 lambda=0.5 ES=1 ca2=0.5 cs2=2", 1],
  ["H2/LN/20 ca2=4 cs2=4 lambda=16 ES=1 c=20", 3],
  ["M/G/1-PS lambda=0.5 H2", 1],
  ["M/M/1-PS lambda=0.5 mu=1", 1],
  ["M/G/c-PS (job uses <=1 core) lambda=3.2 ES=1 c=4 LN", 1],
  ["M/G/inf lambda=10 ES=2 D", 2],
  ["Mt/M/inf l0=100 b=50 period=60 mu=0.5", 4],
  ["Jackson with feedback", 1],
  ["tandem M/M/1 x3 lambda=0.7 mu=[1,1,1]", 1],
  ["closed network MVA demands=[0.05,0.03,0.02] think=1 N=10", 1],
  ["closed multiclass MVA demands=[[0.04,0.06],[0.1,0.02]] think=[2,4] N=[20,10]", 1],
  ["M/M/c//N closed users N=20 think_mean=10 mu=1 c=1", 1],
  ["fork-join n=3 lambda=0.3", 2],
  ["fan-out without queueing n=8 mu=1", 1],
  ["tail at scale p_slow=0.01 fanout=100", 5],
  ["power of d, d=3 lambda=0.7 N=1000 for inf", 0.2],
  ["power of d choices, finite N, d distinct servers N=100 d=2 lambda=0.5 mu=1", 1],
  ["JSQ, 2 servers lambda_total=1 mu=1 N=2", 1],
  ["dispatch policy, 10 servers: round robin N=10 lambda=0.7 mu=1", 1],
  ["M/M/1 retrial (linear) lambda=0.5 mu=1 theta=0.1", 1],
  ["retry amplification fail_prob=0.5 max_attempts=4", 0.5],
  ["loss system with independent retries (Poisson approx) lambda=80 mu=1 c=100 max_attempts=4 root=1 n_roots=1", 1],
  ["M/M/c+M (Erlang A) lambda=55 mu=1 c=50 theta=0.5", 2],
  ["hedged request, Exp(mu) replies, hedge after d mu=1 d=1", 0.5],
  ["k-of-n quorum, Exp(1) n=3 k=2", 0.5],
  ["M/M/k/setup/delayedoff lambda=3 mu=1 k=8 alpha=0.1 beta=0.05", 1],
  ["FaaS scale-per-request lambda=0.01 ES=2 keepalive_mean=600", 2],
  ["FaaS keep-alive, negligible execution time lambda=0.001667 keepalive=600", 0.5],
  ["M/M/c lambda=1.5 mu=1 c=2 by a pool", 1],
  ["M/M/c/K lambda=5 mu=1 c=4 K=10 by a pool", 1],
  ["M/M/c+M (Erlang A) lambda=55 mu=1 c=50 theta=0.5 by a pool", 2],
  ["M/M/c lambda=1.5 mu=1 c=2 by one consumer", 1],
  ["M/M/c lambda=1.5 mu=1 c=2 by c consumers", 1],
  ["M/M/1 lambda=0.5 mu=1 behind a cache", 1],
  ["M/M/c lambda=1.5 mu=1 c=2 on a branch of a route", 1],
  ["E2/M/1 lambda=0.5 mu=1 in two zones by turns", 1],
  ["LRU cache, Zipf IRM items=1000 zipf=1.2 size=100", 1],
  ["M/M/1 with breakdowns (fail any time, preemptive resume) lambda=0.5 mu=1 fail_rate=0.01 repair_rate=0.1", 1],
  ["k-of-n availability n=5 k=3 a=0.95 weibull", 1],
  ["M/M/1 from empty lambda=0.9", 1],
  ["load step and delayed scale-out", 1],
  ["fluid overload lambda=150 capacity=100 overload_s=60 after_rate=80", 1],
  ["M^[X]/M/1 geometric batches batch_rate=0.2 q=0.5 mu=1", 1],
  ["MMPP(2)/M/1 l1=0.2 l2=1.5 r12=0.05 r21=0.1 mu=1", 2],
  ["billing per second, 60 s minimum seconds=61 price_per_hour=0.096", 1],
  ["distribution bounded pareto k=0.1 p=1000 alpha=1.1", 1],
];

test("every family of systems has one in this short version", () => {
  const families = SMALL.map(([name]) => systemNamed(name).family);
  expect(new Set(families)).toEqual(new Set(systems.map(({ family }) => family)));
});

for (const [name, times] of SMALL) {
  test(`${name} agrees with theory within its 99.9 % intervals, which are narrower than 20 %`, () => {
    const system = systemNamed(name);
    const certain = system.checks.every(({ kind }) => kind === "equal");
    const tasks = tasksOf(system, Math.ceil(times * system.pilot), certain ? 1 : REPLICATIONS);
    const samples = tasks.map(({ seed, size }) => system.run(seed, size));
    const verdicts = judge(system, samples, 0.999).filter(({ check }) => check.kind !== "shown");
    const said = verdicts.map(({ check, exact, interval, width, inside }) => {
      const { mean, halfWidth } = interval;
      return `${check.vector.id} ${check.vector.measure}: ${inside && width < 0.2 ? "good" : `${mean} ± ${halfWidth}, exact ${exact}`}`;
    });
    expect(said).toEqual(verdicts.map(({ check }) => `${check.vector.id} ${check.vector.measure}: good`));
  });
}

test("every vector is compared or left out for a reason, and none both", () => {
  const compared = new Set(systems.flatMap(({ checks }) => checks.map(({ vector }) => vector.id)));
  expect(vectors.filter((vector) => !compared.has(vector.id) && reasonFor(vector) === undefined)).toEqual([]);
  expect(vectors.filter((vector) => compared.has(vector.id) && reasonFor(vector) !== undefined)).toEqual([]);
});

test("systems have names of their own, and so seeds of their own", () => {
  expect(new Set(systems.map(({ name }) => name)).size).toBe(systems.length);
  const firsts = systems.map((system) => tasksOf(system, 1, 1)[0].seed);
  expect(new Set(firsts).size).toBe(systems.length);
});

test("one task gives one answer, however often and in whatever order it is run", () => {
  const system = systemNamed("M/G/1-PS lambda=0.5 H2");
  const [first, second] = tasksOf(system, 1000, 2);
  const forth = [first, second].map(({ seed, size }) => system.run(seed, size));
  const back = [second, first].map(({ seed, size }) => system.run(seed, size));
  expect(back.reverse()).toEqual(forth);
});

test("the jackknife of a mean is the mean and Student's interval of the samples", () => {
  const samples = [1, 2, 3, 4].map((x) => ({ x }));
  const { mean, halfWidth } = jackknife(samples, ({ x }) => x, 0.95);
  expect(mean).toBeCloseTo(2.5, 12);
  expect(halfWidth).toBeCloseTo((3.182446 * Math.sqrt(5 / 3)) / 2, 5);
});

test("the jackknife of a square has lost the bias that a plain square of the mean has", () => {
  const samples = [1, 3].map((x) => ({ x }));
  expect(jackknife(samples, ({ x }) => x * x, 0.95).mean).toBeCloseTo(2 * 4 - (9 + 1) / 2, 12);
});
