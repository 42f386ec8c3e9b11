/** What is asked before a call comes to the application, worked by hand. */
import { describe, expect, test } from "vitest";
import { constant } from "../../src/kernel/distributions.js";
import { noHop, service, world } from "../../src/model/builders.js";
import type { CheckSpec } from "../../src/model/calls/check-spec.js";
import { Failure } from "../../src/model/calls/failure.js";
import { plainMesh } from "../../src/model/mesh/mesh-spec.js";
import type { QueueSpec } from "../../src/model/shares/asynchronous.js";
import type { ServiceSpec, Step } from "../../src/model/spec.js";
import { at, cpu, play, wait } from "./lab.js";

const many = { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const one = { limit: 1, queue: Infinity, holds: "call", waitsAt: "pod" } as const;
const mail: QueueSpec = {
  name: "mail",
  consumer: { service: "shop", endpoint: "call" },
  prefetch: 1,
  visibility: Infinity,
  deliveries: 20,
  backOff: constant(0),
};
const asks = (about: Partial<CheckSpec> = {}): CheckSpec => ({
  service: "authz",
  endpoint: "call",
  timeout: Infinity,
  open: false,
  ...about,
});

/** A shop that works a second for each call, and who is asked before. */
const checked = (
  shop: Partial<ServiceSpec>,
  authz: Partial<ServiceSpec> & { readonly steps?: readonly Step[] },
  ...times: readonly number[]
) =>
  world({
    services: [
      service({ steps: [cpu(1)], concurrency: one, checks: [asks()], ...shop }),
      service({ name: "authz", concurrency: many, ...authz }),
    ],
    loads: [at("shop", ...times)],
  });
const answers = (spec: ReturnType<typeof checked>) =>
  play(spec).answers.map(({ at: when, failure }) => [+when.toFixed(9), failure]);

describe("a check of 0.2 s", () => {
  test("comes before the work, and holds no worker", () => {
    // Asked from 0 to 0.2 and from 0.1 to 0.3, they then work one after another.
    expect(answers(checked({}, { steps: [wait(0.2)] }, 0, 0.1))).toEqual([
      [1.2, Failure.None],
      [2.2, Failure.None],
    ]);
    // The worker is busy from 0.2 to 1.2: who asks until 0.3 is refused, who does until 1.35 is not.
    const noLine = { concurrency: { ...one, queue: 0 } };
    expect(answers(checked(noLine, { steps: [wait(0.2)] }, 0, 0.1, 1.15))).toEqual([
      [0.3, Failure.Refused],
      [1.2, Failure.None],
      [2.35, Failure.None],
    ]);
  });

  test("is asked before workers that are held for pieces of work alone, too", () => {
    const eventLoop = { concurrency: { ...one, holds: "work" as const } };
    expect(answers(checked(eventLoop, { steps: [wait(0.2)] }, 0, 0.1))).toEqual([
      [1.2, Failure.None],
      [2.2, Failure.None],
    ]);
  });

  test("stands in line where it is asked", () => {
    // One at a time: let in at 0.2, 0.4 and 0.6, and each then works on a core of its own.
    expect(answers(checked({ concurrency: many }, { steps: [wait(0.2)], concurrency: one }, 0, 0, 0))).toEqual([
      [1.2, Failure.None],
      [1.4, Failure.None],
      [1.6, Failure.None],
    ]);
  });

  test("and another of 0.3 s come one after the other", () => {
    const spec = checked({ checks: [asks(), asks({ service: "limits" })] }, { steps: [wait(0.2)] }, 0);
    const limits = service({ name: "limits", steps: [wait(0.3)], concurrency: many });
    expect(answers({ ...spec, services: [...spec.services, limits] })).toEqual([[1.5, Failure.None]]);
  });

  test("goes by proxies, whose work comes before it", () => {
    const passes = [{ at: "pod" as const, latency: constant(0), cpu: 0.1, charged: "pod" as const }];
    const hop = { ...noHop, passes };
    const authz = { steps: [wait(0.2)], mesh: plainMesh };
    expect(answers(checked({ hop }, authz, 0))).toEqual([[1.3, Failure.None]]); // a core of its own
    expect(answers(checked({ hop, concurrency: many }, authz, 0))).toEqual([[1.3, Failure.None]]); // on the pod's
  });
});

describe("a check that says no", () => {
  const no: readonly Step[] = [wait(0.2), { kind: "abort" }];

  test.each([false, true])("turns the call away, whether or not its own failure would let it in: %s", (open) => {
    const { answers: heard, world: played } = play(checked({ checks: [asks({ open })] }, { steps: no }, 0));
    expect(heard).toEqual([{ at: 0.2, latency: 0.2, failure: Failure.Aborted }]);
    expect(played.cpuUsed(played.services[0])).toBe(0);
  });
});

describe("a check that fails", () => {
  const slow = { steps: [wait(5)] };
  test("after its timeout: denied, or let in", () => {
    expect(answers(checked({ checks: [asks({ timeout: 0.5 })] }, slow, 0))).toEqual([[0.5, Failure.Aborted]]);
    expect(answers(checked({ checks: [asks({ timeout: 0.5, open: true })] }, slow, 0))).toEqual([[1.5, Failure.None]]);
  });

  test("as nobody is there, or all are busy: denied, or let in", () => {
    const gone = { replicas: 0, mesh: plainMesh };
    expect(answers(checked({}, gone, 0))).toEqual([[0, Failure.Aborted]]);
    expect(answers(checked({ checks: [asks({ open: true })] }, gone, 0))).toEqual([[1, Failure.None]]);
    const busy = { steps: [wait(1)], concurrency: { ...one, queue: 0 } };
    expect(answers(checked({ checks: [asks({ open: true })] }, busy, 0, 0.5))).toEqual([
      [1.5, Failure.None],
      [2.5, Failure.None],
    ]);
  });
});

test("another try of the call asks again", () => {
  const retries = { most: 2, on: ["aborted"], backOff: constant(1), budget: undefined } as const;
  const route = { ...service({}).route, retries };
  // Only the first is asked for longer than the check may take: 0.5, and 1 s later once more.
  const busy = { steps: [wait(1.2)], concurrency: { ...one, queue: 0 } };
  const spec = checked({ checks: [asks({ timeout: 1.3 })], route }, busy, 0, 0.1);
  // The second is refused at 0.1, waits until 1.1, is refused again, waits until 2.1, and is asked until 3.3.
  expect(answers(spec)).toEqual([
    [2.2, Failure.None],
    [4.3, Failure.None],
  ]);
});

test("messages pass no check", () => {
  const spec = checked({}, { steps: [{ kind: "abort" }] });
  const publisher = service({ name: "publisher", steps: [{ kind: "publish", queue: "mail", time: constant(0) }] });
  const { world: played } = play({
    ...spec,
    services: [...spec.services, publisher],
    queues: [mail],
    loads: [at("publisher", 0, 1, 2)],
  });
  expect(played.cpuUsed(played.services[0])).toBe(3);
  expect(played.services[1].arrived).toBe(0);
});
