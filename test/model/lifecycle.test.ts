import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { ServiceSpec, WorldSpec } from "../../src/model/spec.js";
import { createWorld } from "../../src/model/world.js";
import { at, cpu, play, shop, timetable, wait } from "./lab.js";

const living = (about: Partial<typeof plainLifecycle>) => ({ ...plainLifecycle, ...about });
const probe = { initialDelay: 0, period: 1, timeout: 0.5, successThreshold: 1, failureThreshold: 3 };

/** Ready pods of the first service at these times. */
function readyAt(spec: WorldSpec, ...times: readonly number[]): readonly number[] {
  const played = createWorld(spec, 1);
  return times.map((time) => {
    played.sim.run(time);
    played.checkBooks();
    return played.services[0].ready.count;
  });
}
const one = (about: Partial<ServiceSpec>): WorldSpec => world({ services: [service(about)] });

describe("before the application starts", () => {
  const fromNothing = { replicas: 0, scaler: timetable([1, 1]), startup: constant(1) };

  test("volumes, image, init containers and sidecars follow one another", () => {
    // Asked for at 1 s: mounted at 3, pulled at 5, first init container until 6, second until 9, sidecar until 9.5, up at 10.5.
    const lifecycle = living({ attach: constant(2), before: [constant(1), constant(3), constant(0.5)] });
    const spec = one({ ...fromNothing, imageMiB: 100, lifecycle });
    expect(readyAt({ ...spec, cluster: cluster({ pullMiBPerSecond: 50 }) }, 10.4, 10.6)).toEqual([0, 1]);
  });

  test("a pod waits for its ConfigMap", () => {
    expect(readyAt(one({ ...fromNothing, lifecycle: living({ configuredAt: 20 }) }), 20.9, 21.1)).toEqual([0, 1]);
  });

  test("a start too slow for its startup probe crash-loops", () => {
    // Up after 5 s, but given up at the third probe, 2 s after each start; started at 1, 3, 5 + 10 and 17 + 20 s.
    const played = createWorld(
      one({ ...fromNothing, startup: constant(5), lifecycle: living({ startupProbe: probe }) }),
      1,
    );
    const starts = [2.9, 3.1, 16.9, 17.1, 38.9, 39.1].map((time) => {
      played.sim.run(time);
      return played.services[0].restarts;
    });
    expect(starts).toEqual([0, 1, 2, 3, 3, 4]);
  });
});

describe("a container that ends", () => {
  test("by a crash loses its calls and starts again, at once the first time and after 10 s the second", () => {
    // It runs 5 s and takes 1 s to come up: crash at 5, up at 6, crash at 10, started at 20, up at 21.
    const spec = shop(
      { steps: [wait(3)], startup: constant(1), lifecycle: living({ crashAfter: constant(5) }) },
      4,
      12,
    );
    expect(readyAt(spec, 4.9, 5.1, 6.1, 9.9, 10.1, 20.9, 21.1)).toEqual([1, 0, 1, 1, 0, 0, 1]);
    const { answers } = play(spec, 24.5);
    expect(answers).toEqual([
      { at: 5, latency: 1, failure: 2 },
      { at: 24, latency: 12, failure: 0 },
    ]);
  });

  test("by more calls than its memory bears loses them all", () => {
    const lifecycle = living({ memoryUse: { baseMiB: 100, perCallMiB: 50 } });
    const spec = shop({ steps: [wait(9)], memoryLimitMiB: 220, lifecycle }, 1, 2, 3);
    const { answers, world: played } = play(spec);
    // Two calls hold 200 MiB; the third, at 3 s, would hold 250 of 220 MiB.
    expect(answers.map(({ at: time, failure }) => [time, failure])).toEqual([[3, 2], [3, 2], [3, 2]]); // biome-ignore format: one line
    expect(played.services[0].restarts).toBe(1);
    expect(played.decisions[0].rule).toMatch(/^OOMKilled/);
  });

  test("by a liveness probe that stands behind a call still waiting, three times in a row", () => {
    // One worker is held from 0.1 s on and another call waits from 0.2 s: probes sent at 1, 2, 3 s fail; the third at 3.5 s.
    const spec = shop({ steps: [wait(60)], lifecycle: living({ liveness: probe }) }, 0.1, 0.2);
    expect(play(spec, 100).answers.map(({ at: time, failure }) => [time, failure])).toEqual([[3.5, 2], [3.5, 2]]); // biome-ignore format: one line
  });

  test("not by a probe that finds the worker busy and nobody waiting before it", () => {
    expect(play(shop({ steps: [wait(60)], lifecycle: living({ liveness: probe }) }, 0.1), 100).answers[0].failure).toBe(
      0,
    );
  });
});

describe("a terminating pod", () => {
  test("stays while its hook runs, and its grace covers hook and calls", () => {
    const spec = (preStop: number, seconds: number) =>
      world({
        services: [
          service({ scaler: timetable([2, 0]), steps: [wait(seconds)], grace: 5, lifecycle: living({ preStop }) }),
        ],
        loads: [at("shop", 1)],
      });
    const drained = (preStop: number, seconds: number, ...times: readonly number[]) => {
      const played = createWorld(spec(preStop, seconds), 1);
      return times.map((time) => {
        played.sim.run(time);
        return played.services[0].draining;
      });
    };
    expect(drained(3, 1.5, 4.9, 5.1)).toEqual([1, 0]); // the call is done at 2.5 s, the hook at 5 s
    expect(drained(3, 60, 6.9, 7.1)).toEqual([1, 0]); // killed when the grace is over
    expect(drained(9, 60, 8.9, 9.1)).toEqual([1, 0]); // the hook took it all: two seconds more
  });
});

describe("a drain of a machine", () => {
  test("leaves as many pods ready as the budget says, and goes on when others are", () => {
    const group = { ...unlimitedGroup, allocatable: { cpuMillicores: 4000, memoryMiB: 1e6 }, count: 2, max: 2 };
    const spec = world({
      services: [
        service({
          replicas: 4,
          startup: constant(5),
          steps: [cpu(1)],
          lifecycle: living({ budget: { maxUnavailable: { pods: 1 } } }),
        }),
      ],
      cluster: cluster({
        groups: [group],
        scheduler: {
          filters: [{ rejects: (pod, node) => (pod.cpuMillicores > node.free.cpuMillicores ? "full" : undefined) }],
          score: () => 0,
        },
        provisioner: {
          name: "drain",
          create: () => ({
            period: 1,
            plan: ({ now, nodes }) => ({
              add: [],
              remove: now === 1 ? nodes.filter(({ podCount }) => podCount === 4).map(({ id }) => id) : [],
              rule: "test",
            }),
          }),
        },
      }),
    });
    // One pod is moved every 5 s, from 1 s on.
    expect(readyAt(spec, 0.5, 1.5, 5.9, 6.5, 15.9, 16.5, 20.9, 21.1)).toEqual([4, 3, 3, 3, 3, 3, 3, 4]);
  });
});
