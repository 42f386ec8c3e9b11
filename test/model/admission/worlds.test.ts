/** Services that refuse calls: who is refused, when, at what cost, and what comes of it. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { type AdmissionSpec, plainAdmission } from "../../../src/model/admission/admission-spec.js";
import { noHop, service, world } from "../../../src/model/builders.js";
import { Failure } from "../../../src/model/calls/failure.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import { plainLifecycle } from "../../../src/model/pods/lifecycle.js";
import type { LoadSpec, ServiceSpec, Step } from "../../../src/model/spec.js";
import type { Balancer } from "../../../src/policy/contract.js";
import { at, cpu, latencies, play, shop, wait } from "../lab.js";

const { None, Shed, Refused, Timeout } = Failure;
const admission = (about: Partial<AdmissionSpec>): AdmissionSpec => ({ ...plainAdmission, ...about });
const everybody = { endpoint: undefined, headers: {} };
const bucket = (tokens: number, perSecond: number) => ({ tokens, perFill: perSecond, interval: 1, ...everybody });
const unlimited = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const failures = (answers: readonly { readonly failure: number }[]): readonly number[] =>
  answers.map(({ failure }) => failure);
const turns: Balancer["pick"] = (() => {
  let next = 0;
  return ({ rows, count }: { rows: ArrayLike<number>; count: number }) => rows[next++ % count] as never;
})();

describe("rate limits", () => {
  test("refuse at once, after the way there and back, and cost no worker", () => {
    const hop = { ...noHop, latency: constant(0.1), reply: constant(0.2) };
    const limited = { steps: [cpu(1)], hop, admission: admission({ rateLimit: [bucket(2, 1)] }) };
    const { answers, world } = play(shop(limited, 0, 0, 0, 0, 1));
    // Two refused calls come back first; the two with a token work one after the other; the last one has the token of the second after.
    expect(failures(answers)).toEqual([Shed, Shed, None, None, None]);
    expect(latencies(answers)).toEqual([0.3, 0.3, 1.3, 2.3, 2.3]);
    expect(world.cpuUsed(world.services[0])).toBeCloseTo(3, 9);
    expect(world.services[0].admission!.shed).toBe(2);
  });

  test("each pod has its own bucket; the rate-limit service counts all pods' calls together", () => {
    const two = { replicas: 2, steps: [wait(0.1)], concurrency: unlimited, balancer: () => ({ pick: turns }) };
    const times = [0, 0, 0, 0, 0.5, 1, 1, 1, 1];
    const own = play(shop({ ...two, admission: admission({ rateLimit: [bucket(1, 1)] }) }, ...times)).answers;
    expect(own.filter(({ failure }) => failure === None)).toHaveLength(4);
    const globalRateLimit = {
      limits: [{ requests: 3, unit: 1, ...everybody }],
      latency: constant(0),
      timeout: 0.02,
      onTimeout: "admit" as const,
    };
    const all = play(shop({ ...two, admission: admission({ globalRateLimit }) }, ...times)).answers;
    expect(all.filter(({ failure }) => failure === None)).toHaveLength(6);
    expect(all.filter(({ failure }) => failure === Shed)).toHaveLength(3);
  });

  test("the rate-limit service takes its time, and without an answer in time the call goes on, or does not", () => {
    const asking = (latency: number, onTimeout: "admit" | "refuse", requests = 1) =>
      admission({
        globalRateLimit: {
          limits: [{ requests, unit: 60, ...everybody }],
          latency: constant(latency),
          timeout: 0.02,
          onTimeout,
        },
      });
    const played = (spec: AdmissionSpec) => {
      const { answers } = play(shop({ steps: [wait(1)], concurrency: unlimited, admission: spec }, 0, 10));
      return [failures(answers), latencies(answers)];
    };
    expect(played(asking(0.005, "admit"))).toEqual([
      [None, Shed],
      [1.005, 0.005],
    ]);
    expect(played(asking(0.05, "admit"))).toEqual([
      [None, None],
      [1.02, 1.02],
    ]);
    expect(played(asking(0.05, "refuse", 5))).toEqual([
      [Shed, Shed],
      [0.02, 0.02],
    ]);
  });

  test("a call that is cancelled while the rate-limit service is asked leaves nothing behind", () => {
    const globalRateLimit = {
      limits: [{ requests: 9, unit: 60, ...everybody }],
      latency: constant(2),
      timeout: 5,
      onTimeout: "admit" as const,
    };
    const route = { ...plainRoute, timeout: 1, cancels: true };
    const spec = admission({ globalRateLimit, concurrency: { kind: "fixed", limit: 1 } });
    const { answers, world } = play(shop({ steps: [wait(1)], concurrency: unlimited, route, admission: spec }, 0, 1));
    expect(failures(answers)).toEqual([Timeout, Timeout]);
    expect(world.state.pods.inFlight[0]).toBe(0);
    expect(world.services[0].arrived).toBe(2);
  });

  test("for an endpoint, for headers, and a call takes from every bucket that is for it, the narrowest first", () => {
    const to = (endpoint: string, headers: Record<string, string>, ...times: number[]): LoadSpec => ({
      ...at("shop", ...times),
      name: `${endpoint} ${JSON.stringify(headers)}`,
      mix: [{ service: "shop", endpoint, share: 1 }],
      headers: [{ given: headers, share: 1 }],
    });
    const spec = world({
      services: [
        service({
          concurrency: unlimited,
          endpoints: ["buy", "look"].map((name) => ({ name, steps: [wait(1)] })),
          admission: admission({
            rateLimit: [
              bucket(6, 1e-9),
              { ...bucket(2, 1e-9), endpoint: "buy" },
              { ...bucket(1, 1e-10), headers: { tier: "free" } },
            ],
          }),
        }),
      ],
      loads: [
        to("buy", { tier: "free" }, 0, 1, 2), // one token for the free
        to("buy", { tier: "paid" }, 3, 4), // of two for buying one is left
        to("look", {}, 5, 6, 7, 8, 9), // of six for all four are left
      ],
    });
    const { answers } = play(spec);
    const at0 = (failure: number): number[] => answers.filter((one) => one.failure === failure).map((one) => one.at);
    // The answers of those who were let in come a second later.
    expect(at0(None)).toEqual([1, 4, 6, 7, 8, 9]);
    expect(at0(Shed)).toEqual([1, 2, 4, 9]);
  });

  test("are no reason to try again unless a caller names them", () => {
    const on = (...causes: ("shed" | "refused")[]) => ({
      ...plainRoute,
      retries: { most: 2, on: causes, backOff: constant(1), budget: undefined },
    });
    const limited = { steps: [wait(0.1)], concurrency: unlimited, admission: admission({ rateLimit: [bucket(1, 1)] }) };
    expect(failures(play(shop({ ...limited, route: on("refused") }, 0, 0)).answers)).toEqual([Shed, None]);
    const { answers } = play(shop({ ...limited, route: on("shed") }, 0, 0));
    expect(failures(answers)).toEqual([None, None]);
    expect(latencies(answers)).toEqual([0.1, 1.1]);
  });
});

describe("limits of calls under way", () => {
  const three = admission({ concurrency: { kind: "fixed", limit: 3 } });

  test("count what waits in the pod as well as what works", () => {
    const { answers } = play(shop({ steps: [cpu(1)], admission: three }, 0, 0, 0, 0, 0, 1.5));
    expect(failures(answers)).toEqual([Shed, Shed, None, None, None, None]);
    expect(latencies(answers)).toEqual([0, 0, 1, 2, 3, 2.5]);
  });

  test("are free again when a container dies, a caller no longer waits, or a queue is full", () => {
    const lifecycle = { ...plainLifecycle, crashAfter: constant(1) };
    const about = { steps: [wait(5)], concurrency: unlimited, admission: three };
    const died = play(shop({ ...about, lifecycle, startup: constant(0.5) }, 0, 0, 0, 0, 1.6, 1.6, 1.6)).answers;
    expect(failures(died).filter((one) => one === Shed)).toHaveLength(1);
    const route = { ...plainRoute, timeout: 1, cancels: true };
    const gaveUp = play(shop({ ...about, route }, 0, 0, 0, 0, 1.1, 1.1, 1.1)).answers;
    expect(failures(gaveUp).filter((one) => one === Shed)).toHaveLength(1);
    const concurrency = { ...unlimited, limit: 1, queue: 0 };
    const full = play(shop({ ...about, concurrency }, 0, 0, 0, 0, 0)).answers;
    expect(failures(full)).toEqual([Refused, Refused, Refused, Refused, None]);
  });

  test("a pod's answers to calls that its own limits refused are no sample: what was never let in leaves nothing", () => {
    const { answers } = play(
      shop({ steps: [wait(1)], concurrency: unlimited, admission: three }, 0, 0, 0, 0, 0, 1, 1, 1, 1),
    );
    expect(failures(answers).filter((one) => one === Shed)).toHaveLength(3);
  });

  test("the adaptive one finds the room that there is: many at once where they do not disturb each other, few where they do", () => {
    const minRtt = { interval: 60, jitter: 0, requests: 50, concurrency: 3, buffer: 0.25 };
    const gradient = { kind: "gradient", percentile: 0.5, updateInterval: 0.1, most: 200, minRtt } as const;
    const limitOf = (steps: readonly Step[], about: Partial<ServiceSpec>) => {
      const times = Array.from({ length: 20_000 }, (_, i) => i / 400); // 400 a second
      const spec = shop(
        { steps, concurrency: unlimited, admission: admission({ concurrency: gradient }), ...about },
        ...times,
      );
      const { world } = play(spec, 50);
      const [measured] = world.decisions.filter(({ policy }) => policy === "adaptive-concurrency");
      const { admission: own } = world.services[0];
      const [gate] = (own as unknown as { gates: { limiter: { limitAt(now: number): number } }[] }).gates;
      return { limit: gate.limiter.limitAt(50), shed: own!.shed, measured };
    };
    // 50 ms of waiting, whatever the load: 20 are under way, and the limit goes as far up as it may.
    const free = limitOf([wait(0.05)], {});
    expect(free.limit).toBe(200);
    expect(free.measured).toMatchObject({ subject: "pod shop-0", rule: "minRTT measured" });
    expect(free.measured.seen.minRtt).toBeCloseTo(0.0505, 9);
    // Two cores and 10 ms of work are 200 a second; twice as many come. Three at once take 15 ms, which is what it thinks normal.
    const busy = limitOf([cpu(0.01)], { cpuLimitMillicores: 2000, size: { cpuMillicores: 2000, memoryMiB: 256 } });
    expect(busy.limit).toBeLessThan(12);
    expect(busy.limit).toBeGreaterThanOrEqual(3);
    expect(busy.shed).toBeGreaterThan(8000);
    expect(busy.shed).toBeLessThan(12_000);
  });
});
