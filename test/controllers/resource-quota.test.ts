/** ResourceQuotas by hand, and how amounts are spelled. What upstream answers is played by `npm run conformance`. */
import { describe, expect, test } from "vitest";
import { quantityOf } from "../../src/controllers/resource-quota/quantity.js";
import { refusal, usedBy } from "../../src/controllers/resource-quota/quota.js";
import { OF_JOBS, USUAL, waitAfter } from "../../src/controllers/work-queue/back-off.js";

const GIB = 2 ** 30;
const forbidden = 'pods "app-1" is forbidden: ';
const pod = { "requests.cpu": 500, "requests.memory": GIB };

describe("a pod", () => {
  const hard = { "requests.cpu": 1500, "requests.memory": 2 * GIB };

  test("is admitted up to the very amount, and refused beyond it for what is exceeded alone", () => {
    const answers = [0, 1, 2].map((there) =>
      refusal({ name: "compute", hard }, usedBy(Array.from({ length: there }, () => pod)), {
        name: "app-1",
        container: "app",
        asks: pod,
      }),
    );
    expect(answers).toEqual([
      undefined,
      undefined,
      `${forbidden}exceeded quota: compute, requested: requests.memory=1Gi, used: requests.memory=2Gi, limited: requests.memory=2Gi`,
    ]);
  });

  test("is refused for several resources in the order of their names", () => {
    const both = { name: "compute", hard: { ...hard, pods: 2 } };
    const three = usedBy([pod, pod, pod]);
    expect(refusal(both, three, { name: "app-1", container: "app", asks: pod })).toBe(
      forbidden +
        "exceeded quota: compute, requested: pods=1,requests.cpu=500m,requests.memory=1Gi, " +
        "used: pods=3,requests.cpu=1500m,requests.memory=3Gi, limited: pods=2,requests.cpu=1500m,requests.memory=2Gi",
    );
  });

  test("that does not say what the quota limits is refused, whatever there is", () => {
    const limits = { name: "compute", hard: { "limits.cpu": 1000, "limits.memory": GIB } };
    expect(refusal(limits, {}, { name: "app-1", container: "app", asks: pod })).toBe(
      `${forbidden}failed quota: compute: must specify limits.cpu for: app; limits.memory for: app`,
    );
  });
});

test.each([
  [0, "decimal", "0"],
  [0.25, "decimal", "250m"],
  [1.5, "decimal", "1500m"],
  [2, "decimal", "2"],
  [3000, "decimal", "3k"],
  [1024, "binary", "1Ki"],
  [1536 * 2 ** 20, "binary", "1536Mi"],
  [1e9, "binary", "1000000000"],
] as const)("%d is spelled in %s as %s", (amount, kind, spelled) => {
  expect(quantityOf(amount, kind)).toBe(spelled);
});

test("a look that fails again and again is put off for twice as long, up to a bound", () => {
  expect([1, 2, 3, 18, 19, 40].map((n) => waitAfter(n, USUAL))).toEqual([
    0.005,
    0.01,
    0.02,
    0.005 * 2 ** 17,
    1000,
    1000,
  ]);
  expect([1, 2, 6, 7, 8].map((n) => waitAfter(n, OF_JOBS))).toEqual([1, 2, 32, 60, 60]);
});
