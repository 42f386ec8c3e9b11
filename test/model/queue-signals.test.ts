/** What scalers are told of queues of messages. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { service, world } from "../../src/model/builders.js";
import { presentLoad } from "../../src/model/control/metrics.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { keda } from "../../src/policy/scaler/keda.js";
import { make } from "../policy/builders.js";
import { at, play, wait } from "./lab.js";

const shop = service({
  concurrency: { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" },
  steps: [{ kind: "publish", queue: "orders", time: constant(0) }],
});
const queue = (name: string, prefetch: number) => ({
  name,
  consumer: { service: "billing", endpoint: "call" },
  prefetch,
  visibility: Infinity,
  deliveries: 20,
  backOff: constant(0),
});
const mail = (billing: Partial<ServiceSpec>, ...times: readonly number[]) =>
  world({
    services: [shop, service({ name: "billing", steps: [wait(10)], ...billing })],
    queues: [queue("other", 1), queue("orders", 1)],
    loads: [at("shop", ...times)],
  });

describe("a consumer's load", () => {
  test("has what is in line and what is given out, and the age of the first in line", () => {
    // At 4 the first message is being worked on since 1; those of 2 and 3 wait.
    const { world: played } = play(mail({}, 1, 2, 3), 4);
    const [publisher, consumer] = played.services;
    expect(presentLoad(played.state, consumer)).toEqual({ queue: 0, concurrency: 1, backlog: 3, backlogAge: 4 - 2 });
    expect(presentLoad(played.state, publisher)).toMatchObject({ backlog: 0, backlogAge: 0 });
  });

  test("wakes KEDA from zero, which scales by it and sleeps again", () => {
    const fields = { triggers: [{ signal: "backlog", threshold: 10 }], cooldownPeriod: "60s" };
    const scaler = { name: "keda", create: () => make(keda, fields) };
    const about = { scaler, replicas: 0, startup: constant(2), steps: [wait(1)] };
    const { world: played } = play(mail(about, ...Array(40).fill(40)), 900);
    const changes = played.decisions
      .filter(({ from, asked }) => from !== asked)
      .map(({ time, asked }) => [time, asked] as const);
    // Messages come at 40 s, the sample shows them at 45 s, polls are at 30, 60 s; then 40 ÷ 10 replicas.
    expect(changes[0]).toEqual([60, 1]);
    expect(changes[1][1]).toBe(4);
    expect(changes.at(-1)![1]).toBe(0);
    expect(played.shares.queues.all[1].acknowledged).toBe(40);
  });
});
