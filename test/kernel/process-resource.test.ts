// biome-ignore-all lint/correctness/useYield: a process may end without waiting.
import { expect, test } from "vitest";
import {
  type Interrupted,
  type Preempted,
  Processes,
  type Request,
  Resource,
  type Steps,
} from "../../src/kernel/process.js";
import { Simulation } from "../../src/kernel/simulation.js";

function stage() {
  const sim = new Simulation();
  const world = new Processes(sim);
  const diary: string[] = [];
  const write = (what: string): void => void diary.push(`${sim.now}: ${what}`);
  return { sim, world, diary, write };
}

test("a resource of two units serves three users in order of arrival", () => {
  const { sim, world, diary, write } = stage();
  const desk = new Resource(world, { capacity: 2 });
  for (const [name, time] of [
    ["a", 5],
    ["b", 3],
    ["c", 4],
  ] as const)
    world.start(function* () {
      yield* desk.hold(function* () {
        write(`${name} in, ${desk.inUse} in use, ${desk.waiting} in line`);
        yield world.timeout(time);
      });
      write(`${name} out`);
    });
  sim.run(100);
  expect(diary).toEqual([
    "0: a in, 1 in use, 0 in line",
    "0: b in, 2 in use, 0 in line",
    "3: b out", // b gives its unit back and runs on; c hears of it in its turn
    "3: c in, 2 in use, 0 in line",
    "5: a out",
    `${3 + 4}: c out`,
  ]);
  expect(desk.inUse).toBe(0);
});

test("priority decides who is next, arrival among equals, and nobody is disturbed without preemption", () => {
  const { sim, world, diary, write } = stage();
  const desk = new Resource(world);
  for (const [name, priority] of [
    ["first", 5],
    ["low", 2],
    ["high", 0],
    ["low too", 2],
    ["high too", 0],
    ["middle", 1],
  ] as const)
    world.start(function* () {
      yield* desk.hold(
        function* () {
          write(name);
          yield world.timeout(10);
        },
        { priority },
      );
    });
  sim.run(100);
  expect(diary).toEqual(["0: first", "10: high", "20: high too", "30: middle", "40: low", "50: low too"]);
});

test("a preempted user is told by whom and since when, and can account for its work to the second", () => {
  const { sim, world, diary, write } = stage();
  const machine = new Resource(world);
  function* job(name: string, work: number, priority: number): Steps {
    let left = work;
    while (left > 0) {
      const request = machine.request({ priority, preempt: true });
      try {
        yield request;
        yield world.timeout(left);
        left = 0;
      } catch (error) {
        const { by, since } = (error as Interrupted).cause as Preempted;
        left -= sim.now - since;
        write(`${name} loses to ${by?.name}, had it since ${since}, ${left} left`);
      } finally {
        request.leave();
      }
    }
    write(`${name} done`);
  }
  const at = (time: number, body: Steps, name: string) =>
    world.start(function* () {
      yield world.timeout(time);
      yield* body;
    }, name);
  at(0, job("low", 10, 2), "low");
  at(3, job("middle", 5, 1), "middle");
  at(4, job("high", 2, 0), "high");
  at(5, job("middle too", 1, 1), "middle too");
  sim.run(100);
  expect(diary).toEqual([
    "3: low loses to middle, had it since 0, 7 left", // 10 - 3
    "4: middle loses to high, had it since 3, 4 left", // 5 - 1
    "6: high done", // 4 + 2
    "10: middle done", // 6 + 4: it rejoined the line at 4, before "middle too" came at 5
    "11: middle too done", // 10 + 1
    "18: low done", // 11 + 7: all work is done, 10 + 5 + 2 + 1
  ]);
});

// Each row: priorities of the two users, whether the newcomer of priority 1 may preempt, and who loses.
for (const [name, users, preempt, loser] of [
  ["the user of worst priority", [3, 2], true, "user 0"],
  ["among equals the last to be served", [2, 2], true, "user 1"],
  ["nobody of equal priority", [1, 1], true, "nobody"],
  ["nobody of better priority", [0, 0], true, "nobody"],
  ["nobody, unless it is asked for", [3, 3], false, "nobody"],
] as const)
  test(`preemption takes the unit of ${name}`, () => {
    const { sim, world } = stage();
    const desk = new Resource(world, { capacity: 2 });
    let lost = "nobody";
    users.forEach((priority, user) => {
      world.start(function* () {
        try {
          yield* desk.hold(
            function* () {
              yield world.timeout(50);
            },
            { priority },
          );
        } catch {
          lost = `user ${user}`;
        }
      });
    });
    world.start(function* () {
      yield world.timeout(1);
      yield* desk.hold(
        function* () {
          yield world.timeout(50);
        },
        { priority: 1, preempt },
      );
    });
    sim.run(10);
    expect(lost).toBe(loser);
    expect([desk.inUse, desk.waiting]).toEqual(lost === "nobody" ? [2, 1] : [2, 0]);
  });

test("a preempted request is held no more; its release is an error, its leaving is not", () => {
  const { sim, world } = stage();
  const desk = new Resource(world);
  const mine = desk.request({ priority: 1 }); // by no process: the unit is taken without notice
  const theirs = desk.request({ priority: 0, preempt: true });
  expect([mine.held, theirs.held, desk.inUse]).toEqual([false, true, 1]);
  expect(() => mine.release()).toThrow("request of no process cannot be released: it was preempted");
  mine.leave();
  expect(desk.inUse).toBe(1);
  sim.run(1);
});

test("the unit of a process that has ended is taken without notice", () => {
  const { sim, world } = stage();
  const desk = new Resource(world);
  const forgetful = world.start(function* () {
    yield desk.request({ priority: 1 });
  });
  world.start(function* () {
    yield forgetful;
    expect(desk.inUse).toBe(1);
    yield desk.request({ preempt: true });
    expect(desk.inUse).toBe(1);
  });
  sim.run(1);
  expect(world.alive).toBe(0);
});

test("a process cannot preempt itself, and the attempt changes nothing", () => {
  const { sim, world } = stage();
  const desk = new Resource(world);
  let request: Request | undefined;
  world.start(function* () {
    request = desk.request({ priority: 1 });
    desk.request({ priority: 0, preempt: true });
    yield request;
  });
  expect(() => sim.run(1)).toThrow("cannot interrupt itself");
  expect([request!.held, desk.inUse, desk.waiting]).toEqual([true, 1, 0]);
});

test("a unit taken at the instant of its grant is accounted for", () => {
  const { sim, world, diary, write } = stage();
  const desk = new Resource(world);
  world.start(function* () {
    yield* desk.hold(function* () {
      yield world.timeout(5);
    });
  });
  world.start(function* () {
    try {
      yield* desk.hold(
        function* (request) {
          write(`news of the grant, held: ${request.held}`);
          yield world.timeout(5);
        },
        { priority: 1 },
      );
    } catch (error) {
      write(`lost after ${sim.now - ((error as Interrupted).cause as Preempted).since} s`);
    }
  });
  world.start(function* () {
    yield world.timeout(4);
    yield world.timeout(1); // fires after the timeout of the first user, before the news reaches the second
    yield* desk.hold(
      function* () {
        write("winner");
      },
      { priority: 0, preempt: true },
    );
  });
  sim.run(100);
  expect(diary).toEqual(["5: winner", "5: news of the grant, held: false", "5: lost after 0 s"]);
  expect([desk.inUse, desk.waiting, world.alive]).toEqual([0, 0, 0]);
});

test("whoever gives up at the very instant of its grant gives the unit back or has it, never both or neither", () => {
  const { sim, world, diary, write } = stage();
  const desk = new Resource(world);
  world.start(function* () {
    yield* desk.hold(function* () {
      yield world.timeout(5);
    });
  });
  for (const [name, patience] of [
    ["earlier", 5],
    ["later", 5],
  ] as const)
    world.start(function* () {
      const request = desk.request();
      if (name === "later") yield world.timeout(0);
      const first = yield* world.anyOf(request, world.timeout(patience));
      write(`${name} ${first === request ? "served" : "gave up"}`);
      request.leave();
    });
  sim.run(100);
  // The user's timeout was made first and fires first, so the first in line is granted the unit while it still waits.
  // It runs on in its next turn; the patience of the second ends before that.
  expect(diary).toEqual(["5: earlier served", "5: later gave up"]);
  expect([desk.inUse, desk.waiting]).toEqual([0, 0]);
});

// Each row: how a holder ends, inside `hold`.
for (const [name, end] of [
  ["returns", function* () {}],
  [
    "fails",
    function* () {
      throw new Error("inside");
    },
  ],
] as const satisfies readonly [string, () => Steps][])
  test(`hold gives the unit back when its user ${name}`, () => {
    const { sim, world } = stage();
    const desk = new Resource(world);
    world.start(function* () {
      try {
        yield* desk.hold(end);
      } catch (error) {
        expect((error as Error).message).toBe("inside");
      }
      expect(desk.inUse).toBe(0);
    });
    sim.run(1);
    expect(world.alive).toBe(0);
  });

test("hold gives the value of its steps", () => {
  const { sim, world } = stage();
  const desk = new Resource(world);
  world.start(function* () {
    const twice: number = yield* desk.hold(function* () {
      yield world.timeout(1);
      return 2 * 21;
    });
    expect(twice).toBe(42);
  });
  sim.run(2);
  expect(world.alive).toBe(0);
});
