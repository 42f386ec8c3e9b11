/** Scenarios that name manifests with a mesh's objects among them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadScenario } from "../../../src/experiment/files.js";
import { readScenario } from "../../../src/scenario/read.js";
import { one, shop } from "./meshed.js";

test("have their routes and their mesh, its own before theirs, and are played so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dryscale-mesh-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const split = "{ destination: { host: web-v1 }, weight: 1 }, { destination: { host: web-v2 }, weight: 3 }";
  const objects =
    one("networking.istio.io/v1", "VirtualService", `hosts: [web]\nhttp: [{ route: [${split}] }]`) +
    one(
      "networking.istio.io/v1",
      "VirtualService",
      "hosts: [cart]\nhttp: [{ directResponse: { status: 404 } }]",
      "two",
    );
  writeFileSync(join(folder, "k8s.yaml"), shop + objects);
  const endpoints = "endpoints: { get: { cpu: 1ms } }";
  const text = `manifests: [k8s.yaml]
routes: { cart: [{ to: cart }] }
services: { web-v1: { ${endpoints} }, web-v2: { ${endpoints} }, cart: { ${endpoints} } }
load: { web: { rate: 1/s, to: web/get }, cart: { rate: 1/s, to: cart/get } }
`;
  writeFileSync(join(folder, "s.yaml"), text);
  const { scenario, played } = await loadScenario(join(folder, "s.yaml"));
  const hosts = scenario.world("as-written").routes;
  const led = (hosts ?? []).map(({ name, rules }) => [
    name,
    rules[0].to.map(({ service, weight }) => [service, weight]),
  ]);
  expect(Object.fromEntries(led)).toEqual({
    web: [
      ["web-v1", 1],
      ["web-v2", 3],
    ],
    cart: [["cart", 1]],
  });
  expect(scenario.setup("as-written").mesh?.use).toBe("istio-sidecar");
  const again = readScenario(played, { name: "elsewhere.yaml" }).scenario;
  expect(again.world("as-written").routes).toEqual(hosts);
  expect(again.setup("as-written").mesh?.use).toBe("istio-sidecar");
});
