/** Health checks as nginx and HAProxy have them, worked by hand from their sources and documentation. */
import { describe, expect, test } from "vitest";
import { constant } from "../../../src/kernel/distributions.js";
import { Failure, failures } from "../../../src/model/calls/failure.js";
import { plainRoute } from "../../../src/model/calls/route.js";
import { ActiveChecks } from "../../../src/model/mesh/active-checks.js";
import { type HealthSpec, plainMesh } from "../../../src/model/mesh/mesh-spec.js";
import { PassiveChecks } from "../../../src/model/mesh/passive-checks.js";
import { plainLifecycle } from "../../../src/model/pods/lifecycle.js";
import { leastConnections } from "../../../src/policy/balancer/least-connections.js";
import { smoothRoundRobin } from "../../../src/policy/balancer/smooth-round-robin.js";
import { made } from "../../policy/builders.js";
import { play, shop, wait } from "../lab.js";

const everyFailure = failures.map((name) => name !== "none");
const { None, Killed } = Failure;

describe("passive checks", () => {
  /** One pod; "time ok", "time fails", "time chosen" or "time look", and whether it is left alone after each. */
  const standing = (spec: { failures: number; timeout: number }, ...script: readonly string[]): readonly boolean[] => {
    const checks = new PassiveChecks(spec, everyFailure);
    return script.map((line) => {
      const [time, what] = line.split(" ");
      if (what === "chosen") checks.chosen(0, Number(time));
      else if (what === "look") checks.look(Number(time));
      else checks.answered(0, what === "ok" ? None : Killed, Number(time));
      return checks.isOut(0);
    });
  };

  test("one failure with max_fails=1 leaves a pod alone for more than fail_timeout whole seconds", () => {
    // It fails in second 1; 2 − 1 is no more than 1, 3 − 1 is.
    const script = ["1.5 chosen", "1.6 fails", "2.99 look", "3 look"];
    expect(standing({ failures: 1, timeout: 1 }, ...script)).toEqual([false, true, true, false]);
  });

  test("then one call may try it: the others leave it alone until that is answered well", () => {
    const well = ["1.5 chosen", "1.6 fails", "3 look", "3.1 chosen", "3.2 ok"];
    expect(standing({ failures: 1, timeout: 1 }, ...well)).toEqual([false, true, false, true, false]);
    // Or for as long again, where it fails in second 3.
    const badly = [...well.slice(0, 4), "3.9 fails", "4.9 look", "5 look"];
    expect(standing({ failures: 1, timeout: 1 }, ...badly)).toEqual([false, true, false, true, true, true, false]);
  });

  test("failures count together while none of them is longer ago than fail_timeout", () => {
    const soon = ["0 chosen", "0 fails", "1 chosen", "1 fails"];
    expect(standing({ failures: 2, timeout: 10 }, ...soon)).toEqual([false, false, false, true]);
    // A good answer in the same period forgets nothing.
    const between = ["0 chosen", "0 fails", "1 chosen", "1 ok", "2 chosen", "2 fails"];
    expect(standing({ failures: 2, timeout: 10 }, ...between).at(-1)).toBe(true);
    // One in a period that begins later does.
    const later = ["0 chosen", "0 fails", "11 chosen", "11.1 ok", "12 chosen", "12 fails"];
    expect(standing({ failures: 2, timeout: 10 }, ...later).at(-1)).toBe(false);
  });

  test("says when somebody may be tried again", () => {
    const checks = new PassiveChecks({ failures: 1, timeout: 2.5 }, everyFailure);
    expect(checks.due()).toBe(Infinity);
    checks.answered(0, Killed, 7.9);
    checks.answered(1, Killed, 4.2);
    // 4 + 3 is the first whole second more than 2.5 after 4.
    expect(checks.due()).toBe(7);
  });

  test("when nobody is left all are well again", () => {
    const checks = new PassiveChecks({ failures: 1, timeout: 10 }, everyFailure);
    expect(checks.forgive()).toBe(false);
    checks.answered(0, Killed, 0);
    expect(checks.forgive()).toBe(true);
    expect([checks.isOut(0), checks.outCount]).toEqual([false, 0]);
  });
});

test("active checks: down after fall bad answers in a row, up after rise good ones", () => {
  const checks = new ActiveChecks({ interval: 1, fall: 3, rise: 2 });
  const answers = "+ - - + - - - - + - + + -";
  const out = answers.split(" ").map((answer) => {
    checks.check([5], () => answer === "+");
    return checks.isOut(5) ? "-" : "+";
  });
  expect(out.join(" ")).toBe("+ + + + + + - - - - - + +");
  expect(checks.outCount).toBe(0);
});

describe("a pod that dies under callers who are told nothing", () => {
  const never = { watch: 1e9, quiet: 0, longest: 0, push: 0 };
  // Both containers end 1.5 s after their start, and are up 1 s after their next: down from 1.5 to 2.5, and from 3 on again.
  const dying = (
    health: HealthSpec | undefined,
    on: readonly ("unreachable" | "killed")[],
    ...times: readonly number[]
  ) =>
    play(
      shop(
        {
          replicas: 2,
          steps: [wait(0.1)],
          startup: constant(1),
          lifecycle: { ...plainLifecycle, crashAfter: constant(1.5) },
          concurrency: { limit: Infinity, queue: Infinity, holds: "call", waitsAt: "pod" },
          balancer: made(smoothRoundRobin),
          route: { ...plainRoute, retries: { ...plainRoute.retries, most: 1, on: [...on], backOff: constant(0.2) } },
          mesh: { ...plainMesh, discovery: never, health },
        },
        ...times,
      ),
      20,
    ).answers.map(({ at, failure }) => [Number(at.toFixed(6)), failure]);
  const { Unreachable } = Failure;

  test("without checks every call goes to one that is down", () => {
    expect(dying(undefined, [], 1, 1.6, 1.7, 2.6)).toEqual([
      [1.1, None],
      [1.6, Unreachable],
      [1.7, Unreachable],
      [2.7, None],
    ]);
  });

  test("passively: once both have failed there is nobody, and then both may be tried again", () => {
    const health = { passive: { failures: 1, timeout: 5 }, active: undefined };
    // Each pod fails a call, the third finds nobody, which forgives both, and the next two find them still down; at 2.6 again nobody is left.
    expect(dying(health, [], 1.6, 1.7, 1.8, 1.9, 2, 2.6, 2.7)).toEqual([
      [1.6, Unreachable],
      [1.7, Unreachable],
      [1.8, Unreachable],
      [1.9, Unreachable],
      [2, Unreachable],
      [2.6, Unreachable],
      [2.8, None],
    ]);
  });

  test("actively: nobody is tried while both are known to be down", () => {
    const health = { passive: undefined, active: { interval: 0.2, fall: 2, rise: 2 } };
    // The proxy begins with the call at 1, so it looks at 1.2, 1.4 … Down: 1.6 and 1.8; up: 2.6 and 2.8.
    // The second call is tried again at 2.05, the third at 2.85.
    expect(dying(health, ["unreachable"], 1, 1.85, 2.65)).toEqual([
      [1.1, None],
      [2.05, Unreachable],
      [2.95, None],
    ]);
  });
});

test("who is left out, and called again, is on record", () => {
  const health = { passive: { failures: 1, timeout: 1 }, active: { interval: 0.25, fall: 2, rise: 1 } };
  const { world } = play(
    shop(
      {
        replicas: 1,
        steps: [wait(0.1)],
        startup: constant(1),
        lifecycle: { ...plainLifecycle, crashAfter: constant(1.5) },
        mesh: { ...plainMesh, discovery: { watch: 1e9, quiet: 0, longest: 0, push: 0 }, health },
      },
      ...[1, 1.55],
    ),
    2.6,
  );
  const told = world.decisions.filter(({ policy }) => policy === "health-check");
  expect(told.map(({ time, subject, rule }) => [time, subject, rule])).toEqual([
    [1.55, "pod shop-0", "left alone by the proxy of outside: a call has failed"],
    [1.75, "pod shop-0", "left out by the proxy of outside: checked"],
    [2.5, "pod shop-0", "called again by the proxy of outside: checked"],
  ]);
});

test("HAProxy's least connections by each caller: answers are told by slot", () => {
  const spec = shop(
    {
      replicas: 2,
      steps: [wait(1)],
      concurrency: { limit: 1, queue: Infinity, holds: "call", waitsAt: "pod" },
      balancer: made(leastConnections, { ties: "longest" }),
      mesh: plainMesh,
    },
    ...[0, 0.1, 0.2, 1.05],
  );
  // a, b; of equals a has had its call the longest: the third waits there until 1. At 1.05 a has 1 call, and b 1 since before.
  expect(play(spec).answers.map(({ at }) => Number(at.toFixed(6)))).toEqual([1, 1.1, 2, 2.1]);
});
