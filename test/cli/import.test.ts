import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dryscale, temporaryFolder } from "./harness.js";

const folder = temporaryFolder();
const manifests = "scenarios/cart-order/k8s";

test("manifests become a scenario that is valid as it stands", async () => {
  const out = join(folder, "shop.yaml");
  const { code, stderr } = await dryscale(`import k8s ${manifests} --out ${out}`);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/\d+ fields read, \d+ fields not simulated/)]);
  expect((await dryscale(`validate ${out}`)).stdout).toContain("valid: 2 services");
  expect(readFileSync(out, "utf8")).toContain("ASSUMED");
  expect((await dryscale(`import k8s ${manifests} --out ${out}`)).code).toBe(2);
});

test("as JSON, for programs", async () => {
  const { stdout } = await dryscale(`import k8s ${manifests}/cart.yaml --json`);
  const { read, left, unknown } = JSON.parse(stdout) as { read: number; left: string[]; unknown: string[] };
  expect(read).toBeGreaterThan(20);
  expect(left).toContain("Deployment/cart spec.template.spec.containers[0].image");
  expect(unknown).toEqual([]);
});

test("bad manifests end with code 3, with line and column", async () => {
  const bad = join(folder, "bad.yaml");
  writeFileSync(bad, readFileSync(`${manifests}/cart.yaml`, "utf8").replace("minReplicas: 2", "minReplicas: 20"));
  const { code, stderr } = await dryscale(`import k8s ${bad}`);
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(/bad\.yaml:45:16 spec\.minReplicas: expected at most maxReplicas \(8\)/),
  ]);
});

test("what is not there, and what is no kind of manifests, is named", async () => {
  expect(await dryscale(`import k8s ${folder}/none`)).toMatchObject({ code: 3 });
  expect(await dryscale("import k9s x")).toMatchObject({ code: 2, stderr: expect.stringContaining("k8s") as string });
});
