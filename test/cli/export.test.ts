import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { dryscale, temporaryFolder, tiny, twoPolicies } from "./harness.js";

const folder = temporaryFolder();
const scenario = join(folder, "tiny.yaml");
writeFileSync(scenario, tiny(twoPolicies));
const kindsIn = (text: string) =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as { kind: string } | null)
    .flatMap((object) => object?.kind ?? []);

test("a policy's autoscaler, with a comment that says where it is from", async () => {
  const { code, stdout } = await dryscale(`export k8s ${scenario} --policy scaled`);
  expect([code, kindsIn(stdout)]).toEqual([0, ["HorizontalPodAutoscaler"]]);
  expect(stdout).toMatch(/^# Written by dryscale \d+\.\d+\.\d+ from .*tiny\.yaml: policy scaled, seed 1\.\n/);
});

test("with its workloads, into a folder, from which the importer takes them", async () => {
  const out = join(folder, "k8s");
  const words = `export k8s ${scenario} --policy scaled --workloads -o ${out}`;
  expect((await dryscale(words)).code).toBe(0);
  expect(readdirSync(out)).toEqual(["web.yaml"]);
  expect(kindsIn(readFileSync(join(out, "web.yaml"), "utf8"))).toEqual(["Deployment", "HorizontalPodAutoscaler"]);
  expect(await dryscale(words)).toMatchObject({ code: 2, stderr: expect.stringContaining("--force") as string });
  expect((await dryscale(`import k8s ${out}`)).stdout).toContain("use: hpa");
});

test("from results, as they were played", async () => {
  const results = join(folder, "results");
  await dryscale(`run ${scenario} --policy scaled --seed 7 --out ${results}`);
  const { code, stdout } = await dryscale(`export k8s ${results} --policy scaled --json`);
  const { kind, items } = JSON.parse(stdout) as { kind: string; items: { kind: string }[] };
  expect([code, kind, items.map((one) => one.kind)]).toEqual([0, "List", ["HorizontalPodAutoscaler"]]);
  expect((await dryscale(`export k8s ${results} --policy scaled`)).stdout).toContain("policy scaled, seed 7.");
});

test("what no object holds is refused as a whole, unless it is left out", async () => {
  const text = tiny().replace(/scaler: \{.*\}/, "scaler: { use: target-tracking, target: 60% }");
  writeFileSync(join(folder, "cloud.yaml"), text);
  const { code, stdout, stderr } = await dryscale(`export k8s ${folder}/cloud.yaml`);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("web: target-tracking is AWS's, which keeps it as a scaling policy of the cloud");
});

test("words that name nothing are told", async () => {
  for (const [words, says] of [
    [`${scenario} --policy scald`, 'no policy named "scald"'],
    [`${scenario} --service wob`, 'no service named "wob"; there is web; did you mean web?'],
    [`${folder}/none.yaml`, "there is no such file"],
  ])
    expect((await dryscale(`export k8s ${words}`)).stderr).toContain(says);
});
