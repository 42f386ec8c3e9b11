/** Random laws and step trees. */
import fc from "fast-check";
import type { Distribution } from "../../src/kernel/distributions.js";
import type { Step } from "../../src/model/spec.js";

export const law = fc.oneof(
  fc.double({ min: 0, max: 2, noNaN: true }).map((value): Distribution => ({ shape: "constant", value })),
  fc.double({ min: 0.01, max: 2, noNaN: true }).map((mean): Distribution => ({ shape: "exponential", mean })),
);

/**
 * Steps that may call the services after this one, by their names (s1) or by a virtual host's (h1), or leave messages for the last:
 * no circles. A job has no pools and caches.
 */
export const steps = (self: number, count: number, mailed: boolean, depth = 0): fc.Arbitrary<readonly Step[]> => {
  const simple: fc.Arbitrary<Step>[] = [
    law.map((work): Step => ({ kind: "cpu", work })),
    law.map((time): Step => ({ kind: "wait", time })),
  ];
  if (self + 1 < count) {
    simple.push(
      fc
        .tuple(fc.constantFrom("s", "h"), fc.integer({ min: self + 1, max: count - 1 }))
        .map(([kind, to]): Step => ({ kind: "call", service: `${kind}${to}`, endpoint: "call" })),
    );
  }
  if (mailed && self + 1 < count) {
    const left = law.map((time): Step => ({ kind: "publish", queue: "mail", time }));
    simple.push(left, left);
  }
  if (depth < 2) {
    const inner = steps(self, count, mailed, depth + 1);
    if (self >= 0) {
      const held = inner.map((list): Step => ({ kind: "hold", pool: "db", steps: list }));
      const looked = fc
        .tuple(fc.constantFrom("chance", "own", "common"), inner)
        .map(([cache, miss]): Step => ({ kind: "cache", cache, miss }));
      simple.push(held, held, held, looked, looked, looked);
    }
    simple.push(
      fc.array(inner, { minLength: 0, maxLength: 3 }).map((branches): Step => ({ kind: "parallel", branches })),
      fc
        .tuple(fc.array(inner, { minLength: 2, maxLength: 3 }), fc.integer({ min: 1, max: 2 }))
        .map(([branches, need]): Step => ({ kind: "parallel", branches, need })),
      fc.tuple(inner, inner).map(
        ([one, two]): Step => ({
          kind: "choose",
          options: [
            { probability: 0.4, steps: one },
            { probability: 0.3, steps: two },
          ],
        }),
      ),
      fc
        .tuple(fc.integer({ min: 0, max: 3 }), inner)
        .map(([times, list]): Step => ({ kind: "repeat", times: { shape: "constant", value: times }, steps: list })),
    );
  }
  return fc.array(fc.oneof(...simple), { maxLength: 3 });
};
