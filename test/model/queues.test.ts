/** Queues of messages: schedules worked by hand. Each request of the shop leaves one message, which `billing` takes. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import { plainRoute } from "../../src/model/calls/route.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { QueueSpec } from "../../src/model/shares/asynchronous.js";
import type { LoadSpec, ServiceSpec, Step } from "../../src/model/spec.js";
import { createWorld, type World } from "../../src/model/world.js";
import { at, call, cpu, timetable, wait } from "./lab.js";

const queue = (about: Partial<QueueSpec> = {}): QueueSpec => ({
  name: "orders",
  consumer: { service: "billing", endpoint: "call" },
  prefetch: 1,
  visibility: Infinity,
  deliveries: 20,
  backOff: constant(0),
  ...about,
});
const publish = (time = 0): Step => ({ kind: "publish", queue: "orders", time: constant(time) });
const open = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
/** Takes up one call at a time, and lets none wait. */
const db = (seconds: number): ServiceSpec =>
  service({ name: "db", concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "pod" }, steps: [wait(seconds)] });
const billing = (...steps: readonly Step[]): ServiceSpec => service({ name: "billing", concurrency: open, steps });

interface Played {
  /** When each message was acknowledged, and when each was first given out. */
  readonly acknowledged: readonly number[];
  readonly delivered: readonly number[];
  readonly answered: readonly number[];
  readonly world: World;
}

function play(
  spec: QueueSpec,
  consumer: ServiceSpec,
  times: readonly number[],
  others: readonly ServiceSpec[] = [],
  loads: readonly LoadSpec[] = [],
): Played {
  const shop = service({ concurrency: open, steps: [publish()] });
  const acknowledged: number[] = [];
  const delivered: number[] = [];
  const answered: number[] = [];
  const played: World = createWorld(
    world({ services: [shop, consumer, ...others], queues: [spec], loads: [at("shop", ...times), ...loads] }),
    1,
    {
      observer: {
        answered: (_, request, latency) => void (request && answered.push(latency)),
        acknowledged: () => void acknowledged.push(played.sim.now),
        delivered: () => void delivered.push(played.sim.now),
      },
    },
  );
  played.sim.run(1000);
  played.checkBooks();
  return { acknowledged, delivered, answered, world: played };
}

describe("a queue of messages", () => {
  test("keeps nobody waiting who publishes", () => {
    const { answered, acknowledged } = play(queue(), billing(wait(5)), [0, 1]);
    expect(answered).toEqual([0, 0]);
    expect(acknowledged).toEqual([5, 10]);
  });

  test("gives a pod as many messages as it may have at once, first come first served", () => {
    // Two at a time, 4 s each: at 0 and 1, then when these are done.
    const { delivered, acknowledged } = play(queue({ prefetch: 2 }), billing(wait(4)), [0, 1, 2, 3]);
    expect(delivered).toEqual([0, 1, 4, 5]);
    expect(acknowledged).toEqual([4, 5, 8, 9]);
  });

  test("gives its consumers messages by turns", () => {
    // Two for each of three pods, which work on one at a time.
    const consumer = service({ name: "billing", replicas: 3, steps: [cpu(1)] });
    const { acknowledged } = play(queue({ prefetch: 5 }), consumer, [0, 0, 0, 0, 0, 0]);
    expect(acknowledged).toEqual([1, 1, 1, 2, 2, 2]);
  });

  test("waits for a pod that there is not yet", () => {
    const scaler = timetable([0, 0], [6, 1]);
    const { delivered } = play(queue(), { ...billing(wait(1)), replicas: 0, scaler }, [0, 1, 2]);
    expect(delivered).toEqual([6, 7, 8]);
  });

  test("puts a message of a call that fails behind the others, after its back-off", () => {
    // db is busy until 9 with a request of its own. The first message fails at 0 and 5, the second at 1 and 6. At 10 the
    // first gets db until 19; the third comes at 10.5, before the second is in line again at 11.
    const {
      delivered,
      acknowledged,
      world: played,
    } = play(queue({ backOff: constant(5) }), billing(call("db")), [0, 1, 10.5], [db(9)], [at("db", 0)]);
    expect(delivered).toEqual([0, 1, 19]);
    expect(acknowledged).toEqual([19, 28, 37]);
    expect(played.shares.queues.all[0].seconds).toBe(19 + (28 - 10.5) + (37 - 1));
  });

  test("gives out again after the back-off, so often and no oftener", () => {
    const spec = queue({ deliveries: 3, backOff: constant(2), prefetch: 2 });
    const { world: played, acknowledged } = play(spec, billing(call("db")), [0, 1], [db(500)]);
    // The first holds db from 0 to 500; the second is refused at 1, 3 and 5, and then is dead.
    expect(acknowledged).toEqual([500]);
    expect(played.services[2].arrived).toBe(4);
    const [orders] = played.shares.queues.all;
    expect([orders.published, orders.acknowledged, orders.dead, orders.redelivered]).toEqual([2, 1, 1, 2]);
  });

  test("gives out again what was not acknowledged in time, while the first still works on it", () => {
    // Given out at 0, again at 3 and at 6, dead at 9; each of the three works its 10 s to the end.
    const spec = queue({ prefetch: 5, visibility: 3, deliveries: 3 });
    const { world: played } = play(spec, billing(cpu(10)), [0]);
    const [orders] = played.shares.queues.all;
    expect([orders.acknowledged, orders.dead, orders.redelivered]).toEqual([0, 1, 2]);
    expect(played.cpuUsed(played.services[1])).toBe(30);
  });

  test("stops who has had it too long, where calls that nobody waits for stop", () => {
    const consumer = { ...billing(wait(10)), route: { ...plainRoute, cancels: true } };
    const { world: played, acknowledged } = play(queue({ visibility: 3, deliveries: 2 }), consumer, [0, 0]);
    // One at a time, stopped after 3 s each: 0-3 and 3-6, then both again until 9 and 12.
    expect(acknowledged).toEqual([]);
    const [orders] = played.shares.queues.all;
    expect([orders.dead, orders.redelivered]).toEqual([2, 2]);
    expect(played.services[1].measured).toBe(4);
  });

  test("gives out again what a killed pod had", () => {
    // Every container crashes after 3 s, before it is done with the message.
    const lifecycle = { ...plainLifecycle, crashAfter: constant(3) };
    const { world: played } = play(queue({ deliveries: 3 }), { ...billing(wait(4)), lifecycle }, [0]);
    const [orders] = played.shares.queues.all;
    expect([orders.acknowledged, orders.dead, orders.redelivered]).toEqual([0, 1, 2]);
  });

  test("takes its own time where that is said", () => {
    const shop = service({ concurrency: open, steps: [publish(2), wait(1)] });
    const answered: number[] = [];
    const played = createWorld(
      world({ services: [shop, billing(wait(1))], queues: [queue()], loads: [at("shop", 0)] }),
      1,
      { observer: { answered: (_, request, latency) => void (request && answered.push(latency)) } },
    );
    played.sim.run(10);
    expect(answered).toEqual([3]);
    expect(played.shares.queues.all[0].seconds).toBe(1);
  });
});
