import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { noHop, service, world } from "../../src/model/builders.js";
import type { ConcurrencySpec } from "../../src/model/calls/concurrency-spec.js";
import type { ServiceSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, call, cpu, latencies, play, shop, wait } from "./lab.js";

const many: ConcurrencySpec = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" };
const roomy: Partial<ServiceSpec> = { size: { cpuMillicores: 1e6, memoryMiB: 1 }, concurrency: many };

describe("steps", () => {
  test("one after another, they add up", () => {
    const { answers } = play(shop({ ...roomy, steps: [cpu(1), wait(2), cpu(0.5)] }, 0));
    expect(latencies(answers)).toEqual([3.5]);
  });

  test("in parallel, the longest branch counts", () => {
    const steps = [{ kind: "parallel", branches: [[wait(1), wait(1)], [wait(3)], []] }, wait(1)] as const;
    expect(latencies(play(shop({ ...roomy, steps }, 0)).answers)).toEqual([4]);
  });

  test("repeated, they take so many times as long; zero times, no time", () => {
    const steps = [
      {
        kind: "repeat",
        times: constant(3),
        steps: [wait(1), { kind: "repeat", times: constant(2), steps: [wait(0.25)] }],
      },
      { kind: "repeat", times: constant(0), steps: [wait(100)] },
    ] as const;
    expect(latencies(play(shop({ ...roomy, steps }, 0)).answers)).toEqual([3 * (1 + 2 * 0.25)]);
  });

  test("one option of a choice is taken, in the given proportions, or none", () => {
    const n = 20_000;
    const steps = [
      {
        kind: "choose",
        options: [
          { probability: 0.2, steps: [wait(1)] },
          { probability: 0.5, steps: [wait(2)] },
        ],
      },
    ] as const;
    const { answers } = play(shop({ ...roomy, steps }, ...Array.from({ length: n }, (_, i) => i / 100)));
    for (const [latency, probability] of [
      [0, 0.3],
      [1, 0.2],
      [2, 0.5],
    ] as const) {
      const share = answers.filter((one) => Math.abs(one.latency - latency) < 1e-9).length / n;
      expect(Math.abs(share - probability)).toBeLessThan(5 * Math.sqrt((probability * (1 - probability)) / n));
    }
  });

  test("a call goes there and back through the hop, and the caller's worker waits for it", () => {
    const hop = {
      ...noHop,
      latency: constant(0.1),
      reply: constant(0.2),
      passes: [{ at: "pod", latency: constant(0.05), cpu: 0, charged: "pod" }] as const,
    };
    const spec = world({
      services: [service({ steps: [cpu(1), call("cart"), cpu(1)] }), service({ name: "cart", steps: [cpu(2)], hop })],
      loads: [at("shop", 0, 0)],
    });
    const one = 1 + (0.1 + 0.05 + 2 + 0.2) + 1;
    expect(latencies(play(spec).answers)).toEqual([one, 2 * one].map((x) => +x.toFixed(9)));
  });

  test("where calls wait at the service, the next piece of work of one that is in a pod comes before those", () => {
    const alone: ConcurrencySpec = { limit: 1, queue: Infinity, holds: "work", waitsAt: "service" };
    const { answers } = play(shop({ concurrency: alone, steps: [cpu(1), wait(0.5), cpu(1)] }, 0, 0, 0));
    // First: 0–1 work, 1.5 asks, 2–3 work. Second: 1–2 work, 2.5 asks, 3–4 work. Third: 4–5 and 5.5–6.5 work.
    expect(latencies(answers)).toEqual([3, 4, 6.5]);
  });

  test("a worker held for its work alone serves others while the call is out", () => {
    const async: ConcurrencySpec = { limit: 1, queue: Infinity, holds: "work", waitsAt: "pod" };
    const spec = world({
      services: [
        service({ concurrency: async, steps: [cpu(1), call("cart"), cpu(1)] }),
        service({ ...roomy, name: "cart", steps: [wait(5)] }),
      ],
      loads: [at("shop", 0, 0)],
    });
    // First: 0–1 work, 1–6 cart, 6–7 work. Second: 1–2 work, 2–7 cart, 7–8 work.
    expect(latencies(play(spec).answers)).toEqual([7, 8]);
  });
});

describe("failure", () => {
  const refusing = service({
    name: "cart",
    steps: [cpu(10)],
    concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "pod" },
  });

  test("a refused call fails its caller, whose later steps are not done", () => {
    const spec = world({
      services: [service({ ...roomy, steps: [wait(1), call("cart"), wait(1)] }), refusing],
      loads: [at("cart", 0), at("shop", 0)],
    });
    const { answers } = play(spec);
    expect(answers[0]).toEqual({ at: 1, latency: 1, failure: 1 });
    expect(answers[1].failure).toBe(0);
  });

  test("when one branch fails the others go on, and the call fails when all are done", () => {
    const spec = world({
      services: [
        service({ ...roomy, steps: [{ kind: "parallel", branches: [[call("cart")], [wait(3)]] }, wait(1)] }),
        refusing,
      ],
      loads: [at("cart", 0), at("shop", 0)],
    });
    expect(play(spec).answers[0]).toEqual({ at: 3, latency: 3, failure: 1 });
  });

  test("a long queue of calls that fail at once does not overflow the stack", () => {
    const n = 200_000;
    const endpoints = [
      { name: "call", steps: [call("cart")] },
      { name: "slow", steps: [wait(1)] },
    ];
    const busy = service({
      name: "cart",
      steps: [cpu(1e9)],
      concurrency: { limit: 1, queue: 0, holds: "call", waitsAt: "pod" },
    });
    const slow = { ...at("shop", 0), name: "slow", mix: [{ service: "shop", endpoint: "slow", share: 1 }] };
    // All wait behind the slow one; once it is done, each finds the cart busy and fails.
    const spec = world({
      services: [service({ endpoints }), busy],
      loads: [slow, at("cart", 0), at("shop", ...Array<number>(n).fill(0.5))],
    });
    const { world: played } = play(spec, 2);
    expect(played.recorder.finished).toBe(n + 1);
  });
});

describe("a request's chance is its own", () => {
  const jobs = (about: Partial<ServiceSpec>) =>
    world({
      services: [
        service({
          ...roomy,
          steps: [{ kind: "cpu", work: { shape: "lognormal", mean: 1, cv: 1 } }, call("cart")],
          ...about,
        }),
        service({ ...roomy, name: "cart", steps: [{ kind: "wait", time: { shape: "gamma", mean: 1, cv: 0.5 } }] }),
      ],
      loads: [at("shop", ...Array.from({ length: 300 }, (_, i) => i * 0.3))],
    });

  test("whatever the order in which requests are served, each asks for the same work", () => {
    const alone = play(jobs({}));
    // One worker: other moments, other order of draws, the same work.
    const queued = play(jobs({ concurrency: { limit: 1, queue: Infinity, holds: "work", waitsAt: "pod" } }));
    const work = ({ world: played }: typeof alone): number =>
      played.services.reduce((sum, one) => sum + one.work + one.waited, 0);
    expect(work(queued)).toBeCloseTo(work(alone), 9);
    expect(queued.answers.length).toBe(300);
  });

  test("two calls of one endpoint by one request ask for different work, in turn, in parallel and in a loop", () => {
    const work: number[] = [];
    const cart = service({ ...roomy, name: "cart", steps: [{ kind: "cpu", work: { shape: "exponential", mean: 1 } }] });
    const steps = [
      call("cart"),
      call("cart"),
      { kind: "parallel", branches: [[call("cart")], [call("cart")]] },
      { kind: "repeat", times: constant(3), steps: [call("cart")] },
    ] as const;
    const spec = world({ services: [service({ ...roomy, steps }), cart], loads: [at("shop", 0)] });
    const played = createWorld(spec, 1, {
      observer: { answered: (_endpoint, request, latency) => void (request || work.push(latency)) },
    });
    played.sim.run(1000);
    expect(work.length).toBe(7);
    expect(new Set(work.map((seconds) => seconds.toFixed(9))).size).toBe(7);
  });

  test("the same seed lives the same life, event by event; another seed another", () => {
    const life = (): number[] => play(jobs({})).answers.flatMap(({ at: time, latency }) => [time, latency]);
    expect(life()).toEqual(life());
  });
});

describe("closed users", () => {
  test("think, ask, wait for the answer, and think again", () => {
    const spec = world({
      services: [service({ steps: [cpu(1)] })],
      loads: [
        {
          kind: "closed",
          name: "people",
          users: 2,
          think: constant(3),
          mix: [{ service: "shop", endpoint: "call", share: 1 }],
        },
      ],
    });
    const { answers } = play(spec, 11);
    // Both ask at 3; served 3–4 and 4–5; they ask again at 7 and 8, and are served at once.
    expect(answers.map(({ at: time, latency }) => [time, latency])).toEqual([
      [4, 1],
      [5, 2],
      [8, 1],
      [9, 1],
    ]);
  });
});
