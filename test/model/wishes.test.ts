/** Pods' wishes and those who buy machines for them, in one world: seconds worked out by hand, and random worlds. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOSTNAME, type Pod, ZONE } from "../../src/controllers/scheduler/objects.js";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import type { NodeGroupSpec } from "../../src/model/spec.js";
import { createWorld, type World } from "../../src/model/world.js";
import { clusterAutoscaler } from "../../src/policy/provisioner/cluster-autoscaler.js";
import { karpenter } from "../../src/policy/provisioner/karpenter.js";
import { kubeScheduler } from "../../src/policy/scheduler/kube-scheduler.js";
import { made } from "../policy/builders.js";
import { placingWorlds } from "./random-placing.js";

const labelSelector = { matchLabels: { app: "shop" } };
const overZones: Partial<Pod> = {
  spread: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule", labelSelector, minDomains: 3 }],
};
const apart: Partial<Pod> = {
  affinity: {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector, topologyKey: HOSTNAME }] },
  },
};

const size = { cpuMillicores: 2000, memoryMiB: 4096 };
const group = (name: string, zones: readonly string[], count: number): NodeGroupSpec => ({
  ...unlimitedGroup,
  ...{ name, zones, count, min: count, max: 9, boot: constant(60), capacity: size, allocatable: size, maxPods: 99 },
});
const provisioners = {
  "cluster-autoscaler": made(clusterAutoscaler),
  karpenter: made(karpenter),
};

function played(
  by: keyof typeof provisioners,
  template: Partial<Pod>,
  replicas: number,
  groups: NodeGroupSpec[],
): World {
  const shop = service({ name: "shop", replicas, size: { cpuMillicores: 100, memoryMiB: 100 }, template });
  const lived = createWorld(
    world({
      services: [shop],
      cluster: cluster({
        groups,
        scheduler: { name: "kube-scheduler", create: made(kubeScheduler) },
        provisioner: { name: by, create: provisioners[by] },
      }),
    }),
    1,
  );
  lived.sim.run(300);
  lived.checkBooks();
  return lived;
}

const ready = ({ services }: World): number => services[0]!.ready.count;
const bought = ({ decisions }: World) =>
  decisions
    .filter(({ subject, asked, from }) => subject === "cluster" && asked > from)
    .map((one) => [one.time, one.asked]);

const launched = ({ decisions }: World): readonly unknown[] =>
  decisions.flatMap(({ why }) => why?.trail ?? []).flatMap(({ seen }) => seen?.launched ?? []);

describe("machines for pods that have room, but not where they may be", () => {
  test.each([
    // A look every 10 s; at 10 s both are older than 2 s. One more machine for each.
    ["cluster-autoscaler", [[10, 3]]],
    // The batch opens at the first look, 1 s, and closes a second later.
    ["karpenter", [[2, 3]]],
  ] as const)("three that keep apart by host get two machines more from %s", (by, when) => {
    const lived = played(by, apart, 3, [group("a", ["a"], 1)]);
    expect(bought(lived)).toEqual(when);
    expect(ready(lived)).toBe(3);
  });

  test("spread over zones: Karpenter buys in the zones that are empty", () => {
    const lived = played("karpenter", overZones, 6, [group("a", ["a", "b", "c"], 1)]);
    expect(ready(lived)).toBe(6);
    expect([...launched(lived)].sort()).toEqual(["a on-demand in b", "a on-demand in c"]);
  });
});

test("whatever happens with wishes in it, the books are right and the same seed lives the same life", () => {
  const seen = { preempted: 0, bought: 0, removed: 0, refused: 0 };
  fc.assert(
    fc.property(placingWorlds, fc.integer({ min: 1, max: 1000 }), (spec, seed) => {
      const life = (): string => {
        const lived = createWorld(spec, seed);
        for (const time of [3, 10, 25]) {
          lived.sim.run(time);
          lived.checkBooks();
        }
        for (const { policy, rule, subject, asked, from } of lived.decisions) {
          if (rule.startsWith("Preempted")) seen.preempted++;
          if (subject === "cluster" && asked > from) seen.bought++;
          if (subject === "cluster" && asked < from) seen.removed++;
          if (policy === "kube-scheduler" && rule.includes("topology spread")) seen.refused++;
        }
        return JSON.stringify([lived.sim.fired, lived.recorder.sojourn, lived.decisions.length]);
      };
      expect(life()).toBe(life());
    }),
    { numRuns: 150, seed: 1 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(30);
}, 120_000);
