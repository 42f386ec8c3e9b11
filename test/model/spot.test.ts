/** Spot machines and the drains that end: what happens when, by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { cluster, service, unlimitedGroup, world } from "../../src/model/builders.js";
import { plainLifecycle } from "../../src/model/pods/lifecycle.js";
import type { NodeGroupSpec, ServiceSpec, SpotSpec, WorldSpec } from "../../src/model/spec.js";
import type { ProvisionAnswer, Provisioner } from "../../src/policy/contract.js";
import { at, latencies, play, wait } from "./lab.js";

const size = { cpuMillicores: 1000, memoryMiB: 1000 };
const terms: SpotSpec = { usdPerHour: { a: 0.3, b: 0.2 }, interruption: constant(100), notice: 120, drained: true };
const spotGroup = (spot: Partial<SpotSpec> = {}, more: Partial<NodeGroupSpec> = {}): NodeGroupSpec => ({
  ...unlimitedGroup,
  name: "spot",
  capacity: size,
  allocatable: size,
  usdPerHour: 1,
  zones: ["a", "b"],
  capacityTypes: ["spot"],
  spot: { ...terms, ...spot },
  boot: constant(40),
  max: 10,
  ...more,
});
const pod = (about: Partial<ServiceSpec> & { readonly steps?: ReturnType<typeof wait>[] } = {}) =>
  service({ size, concurrency: { limit: 10, queue: Infinity, holds: "call", waitsAt: "pod" }, grace: 30, ...about });
/** Only nodes with room take a pod. */
const scheduler = {
  filters: [
    { rejects: (_: unknown, node: { free: typeof size }) => (node.free.cpuMillicores < 1000 ? "full" : undefined) },
  ],
  score: () => 0,
};
const asks = (
  answer: (now: number, nodes: readonly { id: number }[]) => Partial<ProvisionAnswer>,
  heedsNotices?: true,
) => ({
  name: "scripted",
  create: (): Provisioner => ({
    period: 1,
    ...(heedsNotices ? { heedsNotices } : {}),
    plan: ({ now, nodes }) => ({ add: [], remove: [], rule: "scripted", ...answer(now, nodes) }),
  }),
});
const spec = (group: NodeGroupSpec, about: Parameters<typeof pod>[0], times: readonly number[], more = {}): WorldSpec =>
  world({
    services: [pod(about)],
    loads: times.length > 0 ? [at("shop", ...times)] : [],
    cluster: cluster({ groups: [group], scheduler, minimumBilled: 0, ...more }),
  });

describe("at the notice", () => {
  test("a termination handler drains the machine; its group buys another, and the pod starts there", () => {
    // Notice at 100 s: the idle pod leaves at once, and with it the machine; another boots until 140 s, and takes the call.
    const { answers, world } = play(spec(spotGroup(), { steps: [wait(1)] }, [50, 110]), 150);
    expect(answers.map(({ at: when, failure }) => [when, failure])).toEqual([
      [51, 0],
      [141, 0],
    ]);
    expect(world.decisions.filter(({ policy }) => policy === "cloud")).toMatchObject([
      { time: 100, rule: "SpotInterrupted", from: 1, asked: 0 },
    ]);
  });

  test("calls under way are answered within the pod's grace", () => {
    const { answers } = play(spec(spotGroup(), { steps: [wait(20)] }, [90]), 150);
    expect(latencies(answers)).toEqual([20]);
  });

  test("without a handler all goes on until the machine is gone, and the calls in it are lost", () => {
    // 100 s + 120 s = 220 s: the call of 210 s is lost; another machine is bought then, and has booted at 260 s.
    const { answers } = play(spec(spotGroup({ drained: false }), { steps: [wait(20)] }, [190, 210, 230]), 300);
    expect(answers).toEqual([
      { at: 210, latency: 20, failure: 0 },
      { at: 220, latency: 10, failure: 2 },
      { at: 280, latency: 50, failure: 0 },
    ]);
  });

  test("a pod that no budget lets go, or whose grace is longer, is gone with the machine", () => {
    const held = { lifecycle: { ...plainLifecycle, budget: { maxUnavailable: { pods: 0 } } }, steps: [wait(500)] };
    expect(play(spec(spotGroup(), held, [50]), 300).answers).toEqual([{ at: 220, latency: 170, failure: 2 }]);
    const slow = { grace: 3600, steps: [wait(500)] };
    expect(play(spec(spotGroup(), slow, [50]), 300).answers).toEqual([{ at: 220, latency: 170, failure: 2 }]);
  });

  test("a provisioner that heeds notices sees them and acts by itself; what it bought is not replaced", () => {
    const seen: number[] = [];
    const provisioner = asks((now, nodes) => {
      if (now === 1) return { add: [{ group: "spot", count: 1, claim: "mine", zone: "b" }] };
      for (const node of nodes as { id: number; noticeAt: number }[]) if (node.noticeAt >= 0) seen.push(node.noticeAt);
      return { quiet: true };
    }, true);
    const group = spotGroup({}, { count: 0, min: 0 });
    const { world } = play(spec(group, { steps: [wait(1)] }, [10], { provisioner }), 400);
    expect([...new Set(seen)]).toEqual([101]);
    expect(world.decisions.filter(({ policy }) => policy === "cloud")).toEqual([]);
    // From 1 s to 221 s in zone b, and none after it.
    expect(world.bill().usd).toBeCloseTo((220 / 3600) * 0.2, 12);
    expect(world.bill().machineHours).toBeCloseTo(220 / 3600, 12);
  });
});

test("machines cost what their terms say: zones in turn, on demand where that is first", () => {
  const never = { interruption: undefined };
  const usd = (group: NodeGroupSpec) => play(spec(group, {}, [1]), 3600).world.bill().usd;
  expect(usd(spotGroup(never, { count: 3 }))).toBeCloseTo(0.3 + 0.2 + 0.3, 12);
  expect(usd(spotGroup(never, { count: 3, capacityTypes: ["on-demand", "spot"] }))).toBeCloseTo(3, 12);
});

describe("a drain", () => {
  const drained = (drainLimit: number | undefined, annotations = {}) => {
    const provisioner = asks((now, nodes) => {
      if (now === 1) return { add: [{ group: "spot", count: 1, claim: "mine", drainLimit }] };
      return now === 50 ? { remove: nodes.map(({ id }) => id) } : { quiet: true };
    });
    const about = { grace: 3600, steps: [wait(500)], lifecycle: { ...plainLifecycle, annotations } };
    const group = spotGroup({ interruption: undefined }, { count: 0, min: 0 });
    return play(spec(group, about, [10], { provisioner }), 600).answers;
  };

  test("lasts as long as the pods' grace, or as its machine's patience", () => {
    // The pod runs from 41 s on, when its machine has booted, and the call of 10 s begins then.
    expect(drained(undefined)).toEqual([{ at: 541, latency: 531, failure: 0 }]);
    expect(drained(60)).toEqual([{ at: 110, latency: 100, failure: 2 }]);
  });

  test("leaves a pod that says do-not-disrupt where it is until that patience is over", () => {
    expect(drained(undefined, { doNotDisrupt: true })).toEqual([{ at: 541, latency: 531, failure: 0 }]);
    expect(drained(60, { doNotDisrupt: true })).toEqual([{ at: 110, latency: 100, failure: 2 }]);
  });

  test("that waited for a budget leaves in peace the machine that has its number after it", () => {
    // Its budget keeps the only pod there; scaled in, the pod and the machine go. Of two pods, later, one could be spared.
    const provisioner = asks((now, nodes) => {
      if (now === 10) return { remove: nodes.map(({ id }) => id) };
      return now === 13 ? { add: [{ group: "spot", count: 2 }] } : { quiet: true };
    });
    const desired = (now: number) => (now < 12 ? 1 : now < 14 ? 0 : 2);
    const scaler = {
      name: "timetable",
      create: () => ({ period: 1, desiredReplicas: ({ now }: { now: number }) => desired(now) }),
    };
    const about = { scaler, lifecycle: { ...plainLifecycle, budget: { minAvailable: { pods: 1 } } } };
    const { world } = play(spec(spotGroup({ interruption: undefined }), about, [], { provisioner }), 300);
    expect(world.services[0].ready.count).toBe(2);
    expect(world.services[0].created).toBe(3);
  });
});

test("a cordoned machine takes no pods until it is open again", () => {
  const provisioner = asks((now) => (now === 5 ? { cordon: [0] } : now === 50 ? { uncordon: [0] } : { quiet: true }));
  const scaler = {
    name: "timetable",
    create: () => ({ period: 1, desiredReplicas: ({ now }: { now: number }) => (now < 10 ? 0 : 1) }),
  };
  const { answers } = play(
    spec(spotGroup({ interruption: undefined }), { replicas: 0, scaler, steps: [wait(1)] }, [20], { provisioner }),
    100,
  );
  expect(answers).toEqual([{ at: 51, latency: 31, failure: 0 }]);
});

describe("a provisioner", () => {
  /** When it was asked, a pod being wished for at 17 s that no node has room for. */
  const asked = (wakes: boolean, again: (now: number) => number | undefined) => {
    const times: number[] = [];
    const provisioner = {
      name: "scripted",
      create: (): Provisioner => ({
        period: 10,
        wakes,
        plan({ now }) {
          times.push(now);
          return { add: [], remove: [], rule: "", quiet: true, again: again(now) };
        },
      }),
    };
    const scaler = {
      name: "timetable",
      create: () => ({ period: 1, desiredReplicas: ({ now }: { now: number }) => (now < 17 ? 1 : 2) }),
    };
    play(spec(spotGroup({ interruption: undefined }), { scaler }, [], { provisioner }), 40);
    return times;
  };

  test("is asked by its period, at once for a pod that newly finds no node if it wishes so, and when it says", () => {
    expect(asked(false, () => undefined)).toEqual([10, 20, 30, 40]);
    expect(asked(true, () => undefined)).toEqual([10, 17, 27, 37]);
    expect(asked(false, (now) => (now === 10 ? 3 : undefined))).toEqual([10, 13, 23, 33]);
  });
});
