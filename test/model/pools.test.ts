/** Pools of connections: schedules worked by hand. */
import { describe, expect, test } from "vitest";
import { service, world } from "../../src/model/builders.js";
import { Failure } from "../../src/model/calls/failure.js";
import { plainRoute } from "../../src/model/calls/route.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { PoolSpec } from "../../src/model/shares/asynchronous.js";
import type { ServiceSpec, Step } from "../../src/model/spec.js";
import { at, call, cpu, latencies, play, shop, timetable, wait } from "./lab.js";

const pool = (connections: number, about: Partial<PoolSpec> = {}): PoolSpec => ({
  name: "db",
  connections,
  queue: Infinity,
  patience: undefined,
  ...about,
});
const hold = (...steps: readonly Step[]): Step => ({ kind: "hold", pool: "db", steps });
/** Takes up any number of calls at once. */
const open = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const pooled = (spec: PoolSpec, ...steps: readonly Step[]): Partial<ServiceSpec> & { steps: readonly Step[] } => ({
  concurrency: open,
  pools: [spec],
  steps,
});

describe("a pool of connections", () => {
  test("lets as many work at once as there are connections, first come first served", () => {
    // Two connections, 4 s each: 0-4, 1-5, then from 4 to 8 and from 5 to 9.
    const { answers, world: played } = play(shop(pooled(pool(2), hold(wait(4))), 0, 1, 2, 3));
    expect(latencies(answers)).toEqual([4, 4, 6, 6]);
    const [{ taken, waited }] = played.shares.pools.all;
    expect([taken, waited]).toEqual([4, 2 + 2]);
    expect(played.shares.pools.all[0].used(played.sim.now)).toBe(4 * 4);
  });

  test("is held for its steps alone", () => {
    // What is done before and after takes no connection: 1 + 2 + 3, and for the second 2 more of waiting.
    const { answers } = play(shop(pooled(pool(1), wait(1), hold(wait(2)), wait(3)), 0, 0));
    expect(latencies(answers)).toEqual([6, 8]);
  });

  test("is each pod's own", () => {
    let turn = 0;
    const spec = shop(
      { ...pooled(pool(1), hold(wait(4))), replicas: 2, balancer: () => ({ pick: () => turn++ % 2 }) },
      0,
      0,
    );
    expect(latencies(play(spec).answers)).toEqual([4, 4]);
  });

  test("refuses who finds its line full", () => {
    const { answers } = play(shop(pooled(pool(1, { queue: 1 }), hold(wait(4))), 0, 1, 2));
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([
      [2, Failure.Refused],
      [4, Failure.None],
      [8, Failure.None],
    ]);
  });

  test("loses who has waited too long, from the middle of the line", () => {
    // The patience of 3 s ends for the second at 4, for the third at 5 when the first is still at it.
    const impatient = pool(1, { patience: { shape: "constant", value: 3 } });
    const { answers } = play(shop(pooled(impatient, hold(wait(5.5))), 0, 1, 2, 3));
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([
      [4, Failure.Abandoned],
      [5, Failure.Abandoned],
      [5.5, Failure.None],
      [11, Failure.None],
    ]);
  });

  test("gets its connection back from a call that fails", () => {
    const picky = service({
      name: "db",
      concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "pod" },
      steps: [wait(3)],
    });
    const front = service({ ...pooled(pool(1), hold(wait(1), call("db"))) });
    const other = at("db", 0);
    const { answers } = play(world({ services: [front, picky], loads: [at("shop", 0, 0.5), other] }));
    // The first is refused at 1 and gives its connection to the second, which is refused at 2.
    expect(answers.filter(({ failure }) => failure === Failure.Refused).map(({ at: time }) => time)).toEqual([1, 2]);
  });

  test("gets its connection back from a call that is cancelled, and forgets one that is cancelled in line", () => {
    const route = { ...plainRoute, timeout: 3, cancels: true };
    // Each gives up after 3 s: the first with its connection at 3, the second in line at 4; the third has it from 3 to 5.
    const spec = shop(
      { ...pooled(pool(1), { kind: "choose", options: [{ probability: 1, steps: [hold(cpu(2), wait(2))] }] }), route },
      0,
      1,
      2.5,
    );
    const { answers, world: played } = play(spec);
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([
      [3, Failure.Timeout],
      [4, Failure.Timeout],
      [5.5, Failure.Timeout],
    ]);
    expect(played.shares.pools.all[0].inUse).toBe(0);
  });

  test("of a killed pod is empty when its container starts again", () => {
    const crashing = { ...plainLifecycle, crashAfter: { shape: "constant", value: 2 } as const };
    const spec = shop({ ...pooled(pool(1), hold(wait(5))), lifecycle: crashing }, 0, 1);
    const { answers, world: played } = play(spec, 2.5);
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([
      [2, Failure.Killed],
      [2, Failure.Killed],
    ]);
    expect(played.shares.pools.all[0].inUse).toBe(0);
  });

  test("is given back by the branches of a parallel step", () => {
    // Three branches over two connections: the last begins at 2.
    const branches = [[hold(wait(2))], [hold(wait(2))], [hold(wait(2))]];
    const { answers } = play(shop(pooled(pool(2), { kind: "parallel", branches }), 0));
    expect(latencies(answers)).toEqual([4]);
  });

  test("is given back by branches that are no longer needed", () => {
    const branches = [[hold(wait(1))], [hold(wait(9))]];
    const spec = shop(pooled(pool(2), { kind: "parallel", branches, need: 1 }, hold(wait(1)), hold(wait(1))), 0, 0);
    // The first call's branches have both connections until 1, the second's until 2; then each call holds one, twice for 1 s.
    expect(latencies(play(spec).answers)).toEqual([4, 4]);
  });

  test("serves a service whose pods come and go", () => {
    const scaler = timetable([0, 1], [3, 0], [6, 1]);
    const spec = shop({ ...pooled(pool(1), hold(wait(2))), scaler }, 0, 1, 7);
    const { answers, world: played } = play(spec);
    expect(answers.every(({ failure }) => failure === Failure.None)).toBe(true);
    expect(played.shares.pools.all[0].taken).toBe(3);
  });
});
