// biome-ignore-all lint/correctness/useYield: a process may end without waiting.
import { expect, test } from "vitest";
import { Processes, type Steps, Store, type Waitable } from "../../src/kernel/process.js";
import { Simulation } from "../../src/kernel/simulation.js";

function stage() {
  const sim = new Simulation();
  const world = new Processes(sim);
  const diary: string[] = [];
  const write = (what: string): void => void diary.push(`${sim.now}: ${what}`);
  return { sim, world, diary, write };
}

type Stage = ReturnType<typeof stage>;

// Each row: what the processes do, and the diary they leave by time 100.
const diaries: readonly [name: string, play: (s: Stage) => void, expected: readonly string[]][] = [
  [
    "anyOf takes the first in turn of two events at one instant, and lets the other go",
    ({ world, write }) => {
      const early = world.timeout(3);
      const late = world.timeout(3);
      world.start(function* () {
        const first = yield* world.anyOf(late, early);
        write(first === early ? "the one made first" : "the one listed first");
        write(`the other has happened: ${late.happened}`);
      });
    },
    ["3: the one made first", "3: the other has happened: true"], // its time has come, though nobody heard
  ],
  [
    "anyOf of several that are past takes the one listed first",
    ({ world, write }) => {
      const [a, b] = [world.signal<string>("a"), world.signal<string>("b")];
      b.succeed("b");
      a.succeed("a");
      world.start(function* () {
        write((yield* world.anyOf(a, b)).value);
      });
    },
    ["0: a"],
  ],
  [
    "allOf of none has happened, with no values",
    ({ world, write }) => {
      world.start(function* () {
        write(`${(yield* world.allOf()).length} values`);
      });
    },
    ["0: 0 values"],
  ],
  [
    "allOf gives the values in the order listed, not that of happening",
    ({ world, write }) => {
      const slow = world.start(function* (): Steps<string> {
        yield world.timeout(5);
        return "slow";
      });
      const fast = world.start(function* (): Steps<number> {
        yield world.timeout(2);
        return 7;
      });
      world.start(function* () {
        const [word, number] = yield* world.allOf(slow, fast);
        write(`${word.toUpperCase()} ${number + 1}`);
      });
    },
    ["5: SLOW 8"],
  ],
  [
    "allOf counts a member listed twice, twice",
    ({ world, write }) => {
      const bell = world.timeout(4);
      world.start(function* () {
        yield world.allOf(bell, bell);
        write("done");
      });
    },
    ["4: done"],
  ],
  [
    "gatherings nest: both and (either)",
    ({ world, write }) => {
      world.start(function* () {
        yield world.allOf(world.timeout(2), world.anyOf(world.timeout(7), world.timeout(4)));
        write("done");
      });
    },
    ["4: done"],
  ],
  [
    "an abandoned timeout that is waited for again still ends when it was due",
    ({ world, write }) => {
      world.start(function* () {
        const long = world.timeout(10);
        const past = world.timeout(4);
        yield world.anyOf(long, past, world.timeout(3));
        yield long;
        write("long");
        yield past;
        write("past");
      });
    },
    ["10: long", "10: past"],
  ],
  [
    "an abandoned gathering that is waited for again gathers again",
    ({ world, write }) => {
      world.start(function* () {
        const both = world.allOf(world.timeout(10), world.timeout(2));
        yield world.anyOf(both, world.timeout(3));
        yield both;
        write("both");
      });
    },
    ["10: both"],
  ],
  [
    "timeouts of Infinity never happen and do no harm",
    ({ world, write }) => {
      world.start(function* () {
        const never = world.timeout(Infinity);
        yield world.anyOf(never, world.timeout(1));
        yield world.anyOf(never, world.timeout(1));
        write(`never: ${never.happened}`);
      });
    },
    ["2: never: false"],
  ],
  [
    "waiting for what is past goes on at once",
    ({ world, write }) => {
      const done = world.start(function* (): Steps<string> {
        return "value";
      });
      world.start(function* () {
        yield world.timeout(2);
        world.start(function* () {
          write("the one started at this instant comes after");
        });
        write(yield* done);
      });
    },
    ["2: value", "2: the one started at this instant comes after"],
  ],
  [
    "those who wait for one signal wake in the order they came",
    ({ world, write }) => {
      const bell = world.signal();
      for (const name of ["a", "b", "c"])
        world.start(function* () {
          yield bell;
          write(name);
        });
      world.start(function* () {
        yield world.timeout(1);
        bell.succeed();
        write("rung");
      });
    },
    ["1: rung", "1: a", "1: b", "1: c"],
  ],
  [
    "processes and plain events of one instant share one first-in-first-out order",
    ({ sim, world, write }) => {
      const tick = sim.event("tick", () => write("event"));
      world.start(function* () {
        yield world.timeout(1);
        write("process");
        sim.after(0, tick);
        yield world.timeout(0);
        write("process again");
      });
      sim.after(1, tick); // asked for before the process had its first step
    },
    ["1: event", "1: process", "1: event", "1: process again"],
  ],
  [
    "an error of a process reaches whoever waits for it, also later",
    ({ world, write }) => {
      const broken = world.start(function* (): Steps<number> {
        yield world.timeout(1);
        throw new Error("broken");
      });
      for (const delay of [0, 5])
        world.start(function* () {
          try {
            if (delay > 0) yield world.timeout(delay);
            yield broken;
          } catch (error) {
            write((error as Error).message);
          }
        });
    },
    ["1: broken", "5: broken"],
  ],
  [
    "allOf fails with the first that fails and lets the others go",
    ({ world, write }) => {
      const bad = world.signal("bad");
      const rest = world.timeout(50);
      world.start(function* () {
        try {
          yield world.allOf(rest, bad);
        } catch (error) {
          write((error as Error).message);
        }
      });
      world.start(function* () {
        yield world.timeout(2);
        bad.fail(new Error("no"));
      });
    },
    ["2: no"],
  ],
  [
    "steps called with yield* return their value, and an error in them passes through",
    ({ world, write }) => {
      function* add(a: number, b: number): Steps<number> {
        yield world.timeout(1);
        if (b < 0) throw new RangeError("negative");
        return a + b;
      }
      world.start(function* () {
        write(`${(yield* add(1, 2)) * 10}`);
        try {
          yield* add(1, -1);
        } catch (error) {
          write((error as Error).message);
        }
      });
    },
    ["1: 30", "2: negative"],
  ],
];

for (const [name, play, expected] of diaries)
  test(name, () => {
    const s = stage();
    play(s);
    s.sim.run(100);
    expect(s.diary).toEqual(expected);
  });

test("values carry their types through yield*", () => {
  const { sim, world } = stage();
  world.start(function* () {
    const number: number = yield* world.start(function* () {
      yield world.timeout(1);
      return 42;
    });
    const box = new Store<string>(world);
    box.put("text");
    const [text, nothing]: [string, unknown] = yield* world.allOf(box.get(), world.timeout(1));
    // @ts-expect-error a string is not a number
    const wrong: number = text;
    // @ts-expect-error what a plain yield gives is unknown
    const unknown: string = yield world.timeout(0);
    expect([number, text, nothing, wrong, unknown]).toEqual([42, "text", undefined, "text", undefined]);
  });
  // @ts-expect-error only what can be waited for may be yielded
  world.start(() =>
    (function* () {
      yield world.now === 0 ? world.timeout(0) : 5;
    })(),
  );
  sim.run(100);
  expect(world.alive).toBe(0);
});

test("the error that ends a run is the very error that was thrown", () => {
  const { sim, world } = stage();
  const mine = new Error("mine");
  world.start(function* () {
    yield world.timeout(2);
    throw mine;
  });
  let caught: unknown;
  try {
    sim.run(100);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBe(mine);
  expect(sim.now).toBe(2);
});

test("a mistaken yield is thrown where it stands, so that finally blocks run", () => {
  const { sim, world, diary, write } = stage();
  world.start(function* () {
    try {
      yield "x" as unknown as Waitable<unknown>;
    } catch (error) {
      write((error as Error).constructor.name);
    }
  });
  sim.run(1);
  expect(diary).toEqual(["0: TypeError"]);
});
