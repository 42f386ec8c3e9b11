import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { dryscale, temporaryFolder, tiny, twoPolicies } from "./harness.js";

const folder = temporaryFolder();
const results = join(folder, "kept");
beforeAll(async () => {
  writeFileSync(join(folder, "tiny.yaml"), tiny(twoPolicies));
  await dryscale(`compare ${join(folder, "tiny.yaml")} --out ${results}`);
});

test("kept results tell what was decided at a moment, under one policy and about one service", async () => {
  const { code, stdout } = await dryscale(`why ${results} --at 35s --service web --policy scaled`);
  expect(code).toBe(0);
  expect(stdout).toContain("under scaled, replication 1 at 35 s");
  expect(stdout).toContain("30 s  service web");
  expect(stdout).toContain("hpa: ");
});

test("as JSON, for every policy", async () => {
  const { stdout } = await dryscale(`why ${results} --at 35s --json`);
  const stories = JSON.parse(stdout) as { policy: string; decisions: { time: number }[] }[];
  expect(stories.map(({ policy }) => policy)).toEqual(["fixed", "scaled"]);
  expect(stories[1].decisions.map(({ time }) => time)).toEqual([30]);
});

test.each([
  ["--service wbe", 'no decisions about "wbe"; there are web; did you mean "web"?'],
  ["--policy scale", 'no decisions about "scale"; there are fixed, scaled; did you mean "scaled"?'],
  ["--at noon", '--at: expected a moment like "12m30s", got "noon"'],
  ["--format csv", "expected one of table, json"],
])("%s is refused", async (flags, complaint) => {
  const { code, stderr } = await dryscale(`why ${results} ${flags}`);
  expect([code, stderr]).toEqual([2, expect.stringContaining(complaint)]);
});

test("a folder without results is named", async () => {
  const { code, stderr } = await dryscale(`why ${join(folder, "nowhere")}`);
  expect([code, stderr]).toEqual([3, expect.stringContaining("nowhere")]);
});
