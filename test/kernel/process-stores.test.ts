import { expect, test } from "vitest";
import { Container, Processes, Store } from "../../src/kernel/process.js";
import { Simulation } from "../../src/kernel/simulation.js";

function stage() {
  const sim = new Simulation();
  const world = new Processes(sim);
  const diary: string[] = [];
  const write = (what: string): void => void diary.push(`${sim.now}: ${what}`);
  return { sim, world, diary, write };
}

test("in a container a small get waits behind a large one, and puts wait for room in order", () => {
  const { sim, world, diary, write } = stage();
  const tank = new Container(world, { capacity: 10, initial: 4 });
  const act = (time: number, verb: "get" | "put", amount: number) =>
    world.start(function* () {
      yield world.timeout(time);
      yield tank[verb](amount);
      write(`${verb} ${amount}, level ${tank.level}`);
    });
  act(1, "get", 6);
  act(2, "get", 1); // there is enough for it, but it does not overtake
  act(3, "put", 9); // 4 + 9 > 10: waits for room
  act(4, "put", 1); // there is room for it, but it does not overtake
  const impatient = world.start(function* () {
    yield tank.get(10);
  });
  act(6, "put", 2);
  world.start(function* () {
    yield world.timeout(5);
    expect([tank.getsWaiting, tank.putsWaiting, tank.level]).toEqual([3, 2, 4]);
    try {
      impatient.interrupt(); // the get of 10 was first in line; now the get of 6 is
      yield impatient;
    } catch {}
  });
  sim.run(10);
  expect(diary).toEqual([]); // 4 < 6 and 4 + 9 > 10: the two lines block one another for good
  expect([tank.getsWaiting, tank.putsWaiting, tank.level]).toEqual([2, 3, 4]);
});

test("a container moves amounts as soon as the heads of its lines allow", () => {
  const { sim, world, diary, write } = stage();
  const tank = new Container(world, { capacity: 10 });
  const act = (time: number, verb: "get" | "put", amount: number) =>
    world.start(function* () {
      yield world.timeout(time);
      yield tank[verb](amount);
      write(`${verb} ${amount}`);
    });
  act(1, "get", 7);
  act(2, "get", 2);
  act(3, "put", 6);
  act(4, "put", 4); // 6 + 4 = 10, get 7, get 2: one is left
  act(5, "put", 10); // no room until one more is taken
  act(6, "get", 1);
  sim.run(10);
  expect(diary).toEqual(["3: put 6", "4: put 4", "4: get 7", "4: get 2", "6: get 1", "6: put 10"]);
  expect(tank.level).toBe(0 + 6 + 4 - 7 - 2 - 1 + 10);
});

test("withdrawing the head of a container's line serves those it held up", () => {
  const { sim, world, diary, write } = stage();
  const tank = new Container(world, { capacity: 10, initial: 3 });
  world.start(function* () {
    const large = tank.get(9);
    const first = yield* world.anyOf(large, world.timeout(2));
    write(first === large ? "large" : "gave up");
  });
  world.start(function* () {
    yield tank.get(3);
    write("small");
  });
  sim.run(10);
  expect(diary).toEqual(["2: small", "2: gave up"]); // leaving the line comes before the news of it
  expect(tank.level).toBe(0);
});

test("a store gives its oldest item first and blocks puts when it is full", () => {
  const { sim, world, diary, write } = stage();
  const belt = new Store<number>(world, { capacity: 2 });
  world.start(function* () {
    for (let item = 1; item <= 4; item++) {
      yield belt.put(item);
      write(`put ${item}`);
    }
  });
  world.start(function* () {
    for (let n = 0; n < 4; n++) {
      yield world.timeout(10);
      const waiting = belt.putsWaiting;
      write(`got ${yield* belt.get()} of ${waiting} waiting, ${belt.items}`);
    }
  });
  sim.run(100);
  expect(diary).toEqual([
    "0: put 1",
    "0: put 2",
    "10: got 1 of 1 waiting, 2,3",
    "10: put 3",
    "20: got 2 of 1 waiting, 3,4",
    "20: put 4",
    "30: got 3 of 0 waiting, 4",
    "40: got 4 of 0 waiting, ",
  ]);
});

test("a filtered get takes the oldest item it accepts and holds up nobody who wants another", () => {
  const { sim, world, diary, write } = stage();
  const box = new Store<string>(world);
  const reader = (name: string, filter?: (item: string) => boolean) =>
    world.start(function* () {
      write(`${name} gets ${yield* box.get(filter)}`);
    });
  reader("red only", (item) => item.startsWith("red"));
  reader("anyone");
  reader("second anyone");
  world.start(function* () {
    for (const item of ["blue 1", "red 1", "red 2", "blue 2"]) {
      yield world.timeout(1);
      box.put(item);
    }
    reader("blue only", (item) => item.startsWith("blue"));
  });
  sim.run(10);
  expect(diary).toEqual([
    "1: anyone gets blue 1",
    "2: red only gets red 1",
    "3: second anyone gets red 2",
    "4: blue only gets blue 2",
  ]);
  expect([box.size, box.getsWaiting]).toEqual([0, 0]);
});

test("a get that was given up takes no item", () => {
  const { sim, world } = stage();
  const box = new Store<string>(world);
  world.start(function* () {
    yield world.anyOf(box.get(), world.timeout(1));
    expect(box.getsWaiting).toBe(0);
    box.put("still there");
    yield world.timeout(1);
    expect(box.items).toEqual(["still there"]);
  });
  sim.run(10);
  expect(world.alive).toBe(0);
});

test("leaving after being served changes nothing", () => {
  const { sim, world } = stage();
  const box = new Store<string>(world);
  world.start(function* () {
    const first = box.get();
    const second = box.get();
    box.put("letter");
    first.leave();
    expect([yield* first, box.getsWaiting]).toEqual(["letter", 1]);
    second.leave();
    second.leave();
    expect(box.getsWaiting).toBe(0);
  });
  sim.run(1);
  expect(world.alive).toBe(0);
});
