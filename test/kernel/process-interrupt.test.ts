// biome-ignore-all lint/correctness/useYield: a process may end without waiting.
import { expect, test } from "vitest";
import { type Interrupted, Processes, Resource, type Steps, Store } from "../../src/kernel/process.js";
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
    "a process in the line of a resource leaves the line at the interrupt",
    ({ world, write }) => {
      const desk = new Resource(world);
      world.start(() => use(world, desk, 10));
      const second = world.start(function* () {
        try {
          yield* use(world, desk, 10);
        } catch (error) {
          write(`${(error as Interrupted).cause}, ${desk.waiting} in line`);
        }
      });
      world.start(function* () {
        yield world.timeout(1);
        yield* desk.hold(function* () {
          write("third has it");
        });
      });
      world.start(function* () {
        yield world.timeout(4);
        second.interrupt("enough");
      });
    },
    ["4: enough, 1 in line", "10: third has it"],
  ],
  [
    "an interrupt comes before a timeout due at the same instant, if it was called before that fired",
    ({ world, write }) => {
      world.start(function* () {
        yield world.timeout(3);
        sleeper.interrupt();
      });
      const sleeper = world.start(function* () {
        try {
          yield world.timeout(3);
          write("slept");
        } catch {
          write("interrupted");
        }
      });
    },
    ["3: interrupted"],
  ],
  [
    "news under way is heard before an interrupt called after it happened",
    ({ world, write }) => {
      const box = new Store<string>(world);
      const reader = world.start(function* () {
        write(yield* box.get());
        try {
          yield world.timeout(9);
        } catch {
          write("interrupted");
        }
      });
      world.start(function* () {
        yield world.timeout(3);
        box.put("letter");
        reader.interrupt();
      });
    },
    ["3: letter", "3: interrupted"],
  ],
  [
    "news that gets under way between the call of an interrupt and its turn is heard first, too",
    ({ world, write }) => {
      const [bell, box] = [world.signal(), new Store<string>(world)];
      const reader = world.start(function* () {
        yield bell;
        write(yield* box.get());
        try {
          yield world.timeout(9);
        } catch {
          write("interrupted");
        }
      });
      world.start(function* () {
        yield bell; // wakes right after the reader, who stands in line for a letter by then
        box.put("letter");
      });
      world.start(function* () {
        yield world.timeout(3);
        bell.succeed();
        reader.interrupt();
      });
    },
    ["3: letter", "3: interrupted"],
  ],
  [
    "a bare request leaves its line at the interrupt, without being told to",
    ({ world, write }) => {
      const desk = new Resource(world);
      const held = desk.request();
      const second = world.start(function* () {
        try {
          yield desk.request();
        } catch {
          write(`${desk.waiting} in line`);
        }
      });
      world.start(function* () {
        yield world.timeout(1);
        second.interrupt();
        held.release();
        yield world.timeout(1);
        write(`${desk.inUse} in use`);
      });
    },
    ["1: 0 in line", "2: 0 in use"],
  ],
  [
    "two interrupts at one instant are thrown one after the other",
    ({ world, write }) => {
      const patient = world.start(function* () {
        for (;;)
          try {
            yield world.timeout(50);
            return write("rested");
          } catch (error) {
            write(String((error as Interrupted).cause));
          }
      });
      world.start(function* () {
        yield world.timeout(1);
        patient.interrupt("first");
        patient.interrupt("second");
      });
    },
    ["1: first", "1: second", "51: rested"],
  ],
  [
    "an interrupt that finds the process ended is dropped",
    ({ world, write }) => {
      const bell = world.signal();
      const brief = world.start(function* () {
        yield bell;
        write("ended");
      });
      world.start(function* () {
        yield world.timeout(1);
        bell.succeed();
        brief.interrupt("too late");
      });
    },
    ["1: ended"],
  ],
  [
    "a process interrupted before its first step starts, and is interrupted where it first waits",
    ({ world, write }) => {
      const novice = world.start(function* () {
        write("started");
        try {
          yield world.timeout(9);
        } catch {
          write("interrupted");
        }
      });
      novice.interrupt();
    },
    ["0: started", "0: interrupted"],
  ],
  [
    "interrupting one of two who wait for the same timeout leaves it to the other",
    ({ world, write }) => {
      const bell = world.timeout(5);
      function* waiter(name: string): Steps {
        try {
          yield bell;
          write(`${name} heard it`);
        } catch {
          write(`${name} gave up`);
        }
      }
      const first = world.start(waiter("first"));
      world.start(waiter("second"));
      world.start(function* () {
        yield world.timeout(2);
        first.interrupt();
      });
    },
    ["2: first gave up", "5: second heard it"],
  ],
];

for (const [name, play, expected] of diaries)
  test(name, () => {
    const s = stage();
    play(s);
    s.sim.run(100);
    expect(s.diary).toEqual(expected);
  });

function* use(world: Processes, desk: Resource, time: number): Steps {
  yield* desk.hold(function* () {
    yield world.timeout(time);
  });
}
