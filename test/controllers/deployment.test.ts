import { describe, expect, test } from "vitest";
import { Deployment } from "../../src/controllers/deployment/deployment.js";
import { fenceposts } from "../../src/controllers/deployment/fenceposts.js";

describe("how many pods too many, how many missing", () => {
  test.each([
    ["25%", "25%", 10, 3, 2],
    ["25%", "25%", 1, 1, 0],
    ["0%", "1%", 2, 0, 1],
    [0, 7, 3, 0, 3],
    ["100%", 0, 4, 4, 0],
    ["25%", "25%", 0, 0, 0],
  ])("%s and %s of %i", (maxSurge, maxUnavailable, replicas, surge, unavailable) => {
    expect(fenceposts({ type: "RollingUpdate", maxSurge, maxUnavailable }, replicas)).toEqual({ surge, unavailable });
  });
});

const allUp = (sets: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(sets).map(([version, size]) => [version, { replicas: size, ready: size, available: size }]),
  );

test("three replicas with a surge of one and none missing are replaced one by one", () => {
  const deployment = new Deployment({ type: "RollingUpdate", maxSurge: 1, maxUnavailable: 0, progressDeadline: 600 });
  let last = deployment.sync({ replicas: 3, version: "v1", sets: {} }, 0);
  const seen: string[] = [];
  for (let at = 10; at < 100; at += 10) {
    last = deployment.sync({ replicas: 3, version: at < 20 ? "v1" : "v2", sets: allUp(last.sets) }, at);
    seen.push(`${last.sets.v1}+${last.sets.v2 ?? 0}`);
  }
  expect(seen).toEqual(["3+0", "3+1", "2+1", "2+2", "1+2", "1+3", "0+3", "0+3", "0+3"]);
  expect(last.progressing?.reason).toBe("NewReplicaSetAvailable");
});

test("a rollout whose pods never come up runs out of time", () => {
  const deployment = new Deployment({ type: "RollingUpdate", maxSurge: 1, maxUnavailable: 0, progressDeadline: 60 });
  const looks = [0, 30, 60, 61].map((at) => deployment.sync({ replicas: 1, version: "v1", sets: {} }, at));
  expect(looks.map(({ progressing }) => progressing?.reason)).toEqual([
    "NewReplicaSetCreated",
    "NewReplicaSetCreated",
    "NewReplicaSetCreated",
    "ProgressDeadlineExceeded",
  ]);
});
