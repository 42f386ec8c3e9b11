/** The measures of caches, pools and queues, in worlds where they are known to the last digit or nearly. */
import { describe, expect, test } from "vitest";
import { measuresOf } from "../../src/experiment/measures.js";
import { runOnce } from "../../src/experiment/run.js";
import { readScenario } from "../../src/scenario/read.js";

/** One request a second, evenly; measured are the 100 s after the first 10. */
const scenarioOf = (shop: string, more = "") =>
  readScenario(
    `duration: 100s
warmup: 10s
series: { step: 1s }
network: { hop: { latency: 0s } }
services:
  shop: { concurrency: unlimited, ${shop} }
  billing: { concurrency: unlimited, endpoints: { take: { wait: 2s } } }
load: { steady: { rate: 1/s, arrivals: deterministic, keys: { count: 1, zipf: 0 }, to: shop/get } }
${more}`,
    { name: "test.yaml" },
  ).scenario;
const played = (shop: string, more = "") => runOnce(scenarioOf(shop, more), "as-written", 0);

describe("of a cache", () => {
  test("the share found, and fetched by another", () => {
    // In after 3.5 s and good for 4: of eight looks in 7.5 s one fetches, three follow and four find.
    const { measures } = played(
      "caches: { hot: { capacity: 1, timeToLive: 4s, singleFlight: true } }, endpoints: { get: { cache: { in: hot, miss: { wait: 3500ms } } } }",
    );
    expect(measures["cache.shop/hot.hits"]).toBeCloseTo(4 / 7.5, 1);
    expect(measures["cache.shop/hot.followed"]).toBeCloseTo(3 / 7.5, 1);
  });
});

describe("of a pool", () => {
  test("the wait for a connection, and how many are in use", () => {
    // Two connections for half a second each: one half is in use, and nobody waits.
    const { measures } = played(
      "pools: { db: { connections: 2 } }, endpoints: { get: { hold: { pool: db, steps: { wait: 500ms } } } }",
    );
    expect(measures["pool.shop/db.wait"]).toBe(0);
    expect(measures["pool.shop/db.inUse"]).toBeCloseTo(0.5, 1);
    // Three connections' worth of work for two: the line grows by one third of a call a second.
    const late = played(
      "pools: { db: { connections: 2 } }, endpoints: { get: { hold: { pool: db, steps: { wait: 3s } } } }",
    );
    expect(late.measures["pool.shop/db.inUse"]).toBeCloseTo(2, 9);
    expect(late.growing).toBe("shop");
  });
});

describe("of a queue", () => {
  const queue = (fields: string): string => `queues: { mail: { consumer: billing/take, ${fields} } }`;

  test("from publication to acknowledgement, and what waits", () => {
    const { measures, growing } = played("endpoints: { get: { publish: mail } }", queue("prefetch: 5"));
    expect(measures["queue.mail.time"]).toBeCloseTo(2, 9);
    expect(measures["queue.mail.waiting"]).toBe(0);
    expect(measures["queue.mail.dead"]).toBe(0);
    expect(growing).toBeUndefined();
  });

  test("that nobody can keep up with: it is named, and the first in line is ever older", () => {
    const { measures, growing } = played("endpoints: { get: { publish: mail } }", queue("prefetch: 1"));
    expect(growing).toBe("mail");
    // One in two is taken: after 110 s the 55th has just been, and the first in line is half as old as the run.
    expect(measures["queue.mail.oldest"]).toBeGreaterThan(53);
    expect(measures["queue.mail.oldest"]).toBeLessThan(57);
    // It grew from 5 to 55.
    expect(measures["queue.mail.waiting"]).toBeGreaterThan(28);
    expect(measures["queue.mail.waiting"]).toBeLessThan(32);
  });

  test("given out again, and dead", () => {
    // Each message is taken back after a second and after another, and then it is dead.
    const { measures } = played("endpoints: { get: { publish: mail } }", queue("visibility: 1s, deliveries: 2"));
    expect(measures["queue.mail.redelivered"]).toBeCloseTo(100, -1);
    expect(measures["queue.mail.dead"]).toBeCloseTo(100, -1);
    expect(measures["queue.mail.time"]).toBeNaN();
  });
});

test("every value has its measure, and every measure its value", () => {
  const scenario = scenarioOf(
    "caches: { hot: { hitRate: 50% } }, pools: { db: { connections: 1 } }, endpoints: { get: [{ publish: mail }, { cache: { in: hot, miss: { wait: 1ms } } }] }",
    "queues: { mail: { consumer: billing/take } }",
  );
  const shared = measuresOf(scenario).filter(({ group }) => group === "shared");
  const values = Object.keys(runOnce(scenario, "as-written", 0).measures).filter((name) =>
    /^(cache|pool|queue)\./.test(name),
  );
  expect(values.sort()).toEqual(shared.map(({ name }) => name).sort());
  expect(shared).toHaveLength(9);
});
