import { expect, test } from "vitest";
import { RandomStream } from "../../src/kernel/random.js";
import { type EventKind, type Id, Rank, Simulation } from "../../src/kernel/simulation.js";

type PodId = Id<"pod">;
type NodeId = Id<"node">;

function journal() {
  const lines: string[] = [];
  const sim = new Simulation((time, name, a, b) => lines.push(`${time} ${name} ${a} ${b}`));
  return { sim, lines };
}

test("at one instant things happen, are then observed, and are then decided upon, each in the order scheduled", () => {
  const { sim, lines } = journal();
  const kinds = [
    sim.event("decide", (_: number) => {}, Rank.Decide),
    sim.event("observe", (_: number) => {}, Rank.Observe),
    sim.event("happen", (_: number) => {}),
  ];
  for (const n of [1, 2]) for (const kind of kinds) sim.after(3, kind, n);
  sim.run(3);
  expect(lines).toEqual(
    ["happen 1", "happen 2", "observe 1", "observe 2", "decide 1", "decide 2"].map((s) => `3 ${s} 0`),
  );
});

test("what a handler schedules for this very instant still happens before it is observed", () => {
  const { sim, lines } = journal();
  const consequence = sim.event("consequence", () => {});
  const cause = sim.event("cause", () => void sim.after(0, consequence));
  const observe = sim.event("observe", () => {}, Rank.Observe);
  sim.at(1, observe);
  sim.at(1, cause);
  sim.run(1);
  expect(lines.map((line) => line.split(" ")[1])).toEqual(["cause", "consequence", "observe"]);
});

test("a run fires what is due at its end, rests there, and goes on from there", () => {
  const { sim, lines } = journal();
  const tick = sim.event(
    "tick",
    (n: number, m: number) => void sim.after(1, tick as EventKind<number, number>, n + 1, m),
  );
  sim.after(1, tick as EventKind<number, number>, 0, 9);
  sim.run(2);
  expect([sim.now, sim.fired, sim.pending, sim.nextTime]).toEqual([2, 2, 1, 3]);
  sim.run(2.5);
  expect([sim.now, sim.fired]).toEqual([2.5, 2]);
  sim.run(3);
  expect(lines).toEqual(["1 tick 0 9", "2 tick 1 9", "3 tick 2 9"]);
});

test("a run without end stops at the last event's time", () => {
  const sim = new Simulation();
  sim.at(
    7,
    sim.event("last", () => {}),
  );
  sim.run(Infinity);
  expect(sim.now).toBe(7);
});

test("a cancelled event does not fire, a moved one fires when it was moved to", () => {
  const { sim, lines } = journal();
  const bell = sim.event("bell", (_: number) => {});
  const silent = sim.after(1, bell, 1);
  const late = sim.after(1, bell, 2);
  sim.cancel(silent);
  sim.move(late, 4);
  expect(sim.due(late)).toBe(4);
  sim.run(10);
  expect(lines).toEqual(["4 bell 2 0"]);
});

test("nothing is scheduled in the past, nor at no time at all", () => {
  const sim = new Simulation();
  const kind = sim.event("any", () => {});
  sim.run(5);
  const pending = sim.after(1, kind);
  expect(() => sim.after(-0.2, kind)).toThrow("cannot schedule -0.2 s from now: delays are 0 or more");
  expect(() => sim.after(Number.NaN, kind)).toThrow("cannot schedule NaN s from now");
  expect(() => sim.at(4, kind)).toThrow("cannot schedule for 4 s: it is 5 s already");
  expect(() => sim.move(pending, 4)).toThrow("cannot move an event to 4 s: it is 5 s already");
});

test("an event takes the subjects it was declared with and no others", () => {
  const sim = new Simulation();
  const ready = sim.event("pod.ready", (_: PodId) => {});
  const plain = sim.event("tick", () => {});
  const pod = 3 as PodId;
  sim.after(1, ready, pod);
  // @ts-expect-error a node is no pod
  sim.after(1, ready, 3 as NodeId);
  // @ts-expect-error a bare number is no pod
  sim.after(1, ready, 3);
  // @ts-expect-error a pod is missing
  sim.after(1, ready);
  // @ts-expect-error nobody asked for a pod
  sim.after(1, plain, pod);
  expect(sim.pending).toBe(5);
});

test("events leave no garbage behind", () => {
  const sim = new Simulation();
  const stream = new RandomStream(1, "delays");
  const delays = Float64Array.from({ length: 1024 }, () => stream.exponential());
  const kind: EventKind<number> = sim.event("hold", (n: number) => void sim.after(delays[sim.fired & 1023], kind, n));
  for (let n = 0; n < 100; n++) sim.after(delays[n], kind, n);
  sim.run(2000);
  // A collection in between would hide what is allocated, or show less: then the least of three tells.
  const growths = [1, 2, 3].map((turn) => {
    const before = process.memoryUsage().heapUsed;
    sim.run(2000 + 3300 * turn);
    return process.memoryUsage().heapUsed - before;
  });
  expect(sim.fired).toBeGreaterThan(1e6);
  expect(Math.min(...growths.map(Math.abs))).toBeLessThan(1e6);
});
