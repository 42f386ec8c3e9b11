// biome-ignore-all lint/correctness/useYield: a process may end without waiting.
import { expect, test } from "vitest";
import { Container, Processes, Resource, type Steps, Store, type Waitable } from "../../src/kernel/process.js";
import { Simulation } from "../../src/kernel/simulation.js";

function stage() {
  const sim = new Simulation();
  const world = new Processes(sim);
  const diary: string[] = [];
  const write = (what: string): void => void diary.push(`${sim.now}: ${what}`);
  return { sim, world, diary, write };
}

// Each row: what a process does wrong, and the error that leaves the run.
const mistakes: readonly [name: string, act: (world: Processes) => Steps<unknown>, message: string][] = [
  [
    "a failure nobody waits for",
    function* () {
      throw new Error("lost");
    },
    "lost",
  ],
  [
    "a signal that fails unheard",
    function* (w) {
      w.signal("s").fail(new Error("unheard"));
      yield w.timeout(1);
    },
    "unheard",
  ],
  [
    "an interrupt nobody catches",
    function* (w) {
      const victim = w.start(function* () {
        yield w.timeout(9);
      });
      yield w.timeout(1);
      victim.interrupt("stop");
    },
    "interrupted: stop",
  ],
  [
    "a process that fails after it lost an anyOf",
    function* (w) {
      const failing = w.start(function* () {
        yield w.timeout(2);
        throw new Error("afterwards");
      });
      yield w.anyOf(failing, w.timeout(1));
    },
    "afterwards",
  ],
  [
    "of two failed members, the one allOf did not take",
    function* (w) {
      const [a, b] = [w.signal("a"), w.signal("b")];
      a.fail(new Error("first"));
      b.fail(new Error("second"));
      try {
        yield w.allOf(a, b);
      } catch {}
    },
    "second",
  ],
  [
    "an interrupt of itself",
    function* (w) {
      w.active!.interrupt();
      yield w.timeout(1);
    },
    'process "culprit" cannot interrupt itself: throw an error instead',
  ],
  [
    "an interrupt of the dead",
    function* (w) {
      const brief = w.start(function* () {}, "brief");
      yield brief;
      brief.interrupt();
    },
    'process "brief" has ended and cannot be interrupted',
  ],
  [
    "a second success",
    function* (w) {
      const s = w.signal("s");
      s.succeed();
      s.succeed();
      yield s;
    },
    'signal "s" has already succeeded: a signal happens once',
  ],
  [
    "a success after a failure",
    function* (w) {
      const s = w.signal("s");
      s.fail(new Error("x"));
      try {
        yield s;
      } catch {}
      s.succeed();
    },
    'signal "s" has already failed: a signal happens once',
  ],
  [
    "a yield of a number",
    function* () {
      yield 5 as unknown as Waitable<unknown>;
    },
    'process "culprit" yielded 5: expected a timeout, signal, process, claim, anyOf or allOf (a function of steps is called with yield*)',
  ],
  [
    "a yield of nothing",
    function* () {
      yield undefined as unknown as Waitable<unknown>;
    },
    'process "culprit" yielded undefined: expected',
  ],
  [
    "a yield of steps that lack their star",
    function* (w) {
      yield use(w, new Resource(w), 1) as unknown as Waitable<unknown>;
    },
    'process "culprit" yielded [object Generator]: expected',
  ],
  [
    "a wait for itself",
    function* (w) {
      yield w.active!;
    },
    'process "culprit" waits for itself and would never end',
  ],
  [
    "a wait for another simulation",
    function* () {
      yield new Processes(new Simulation()).timeout(1);
    },
    'process "culprit" waits for a timeout of 1 s of another simulation',
  ],
  [
    "anyOf of another simulation",
    function* (w) {
      yield w.anyOf(new Processes(new Simulation()).timeout(1));
    },
    "timeout of 1 s belongs to another simulation",
  ],
  [
    "anyOf of nothing",
    function* (w) {
      yield w.anyOf();
    },
    "anyOf expects something to wait for: anyOf nothing never happens",
  ],
  [
    "a delay below zero",
    function* (w) {
      yield w.timeout(-1);
    },
    "cannot wait for -1 s: delays are 0 or more",
  ],
  [
    "a delay that is no number",
    function* (w) {
      yield w.timeout(Number.NaN);
    },
    "cannot wait for NaN s: delays are 0 or more",
  ],
  [
    "a value read too early",
    function* (w) {
      const t = w.timeout(1);
      yield w.timeout(0);
      t.value;
    },
    "timeout of 1 s has not happened yet",
  ],
  [
    "a start without a generator",
    function* (w) {
      w.start((() => 5) as unknown as () => Steps);
    },
    "start expects a generator or a function* that makes one",
  ],
  [
    "a release before the grant",
    function* (w) {
      const desk = new Resource(w);
      desk.request();
      desk.request().release();
    },
    'request of process "culprit" cannot be released: it is waiting',
  ],
  [
    "a second release",
    function* (w) {
      const request = new Resource(w).request();
      yield request;
      request.release();
      request.release();
    },
    'request of process "culprit" cannot be released: it has been given back',
  ],
  [
    "a wait for a request that was left",
    function* (w) {
      const desk = new Resource(w);
      desk.request();
      const second = desk.request();
      second.leave();
      yield second;
    },
    'request of process "culprit" was withdrawn: it was left, or nobody waited for it any more',
  ],
  [
    "a claim left by somebody else while its process waits",
    function* (w) {
      const claim = new Store<string>(w).get();
      w.start(function* () {
        yield claim;
      });
      yield w.timeout(1);
      claim.leave();
    },
    "get an item cannot be withdrawn while a process waits for it: interrupt the process",
  ],
  [
    "a capacity of none",
    function* (w) {
      new Resource(w, { capacity: 0 });
    },
    "capacity: expected a whole number above 0, got 0",
  ],
  [
    "a store for half an item",
    function* (w) {
      new Store(w, { capacity: 0.5 });
    },
    "capacity: expected a whole number above 0, got 0.5",
  ],
  [
    "a container of no room",
    function* (w) {
      new Container(w, { capacity: 0 });
    },
    "capacity: expected a number above 0, got 0",
  ],
  [
    "a container that starts too full",
    function* (w) {
      new Container(w, { capacity: 2, initial: 3 });
    },
    "initial: expected a number from 0 to the capacity of 2, got 3",
  ],
  [
    "a get of more than there can be",
    function* (w) {
      yield new Container(w, { capacity: 2 }).get(3);
    },
    "get: expected an amount above 0 and up to the capacity of 2, got 3",
  ],
  [
    "a put of nothing",
    function* (w) {
      yield new Container(w).put(0);
    },
    "put: expected an amount above 0 and up to the capacity of Infinity, got 0",
  ],
  [
    "a priority that is no number",
    function* (w) {
      yield new Resource(w).request({ priority: Number.NaN });
    },
    "priority: expected a number, got NaN",
  ],
];

for (const [name, act, message] of mistakes)
  test(`${name} ends the run with an error`, () => {
    const { sim, world } = stage();
    world.start(act(world), "culprit");
    expect(() => sim.run(100)).toThrow(message);
  });

function* use(world: Processes, desk: Resource, time: number): Steps {
  yield* desk.hold(function* () {
    yield world.timeout(time);
  });
}
