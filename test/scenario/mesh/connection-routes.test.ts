/** Istio's rules for connections: by weights, and by who opens them. */
import { expect, test } from "vitest";
import { doubtsIn, faultsIn, leftIn, one, rulesOf } from "./meshed.js";

const virtual = (rules: string) => one("networking.istio.io/v1", "VirtualService", `hosts: [web]\n${rules}`);
const split =
  "route: [{ destination: { host: web-v1, port: { number: 9000 } }, weight: 80 }, { destination: { host: web-v2 }, weight: 20 }]";
const never = { timeout: "none", retries: "none" };

test.each(["tcp", "tls"])("%s routes lead to pods by weight, and nothing is tried again", (kind) => {
  expect(rulesOf(virtual(`${kind}: [{ ${split} }]`))).toEqual([{ to: { "web-v1": 4, "web-v2": 1 }, ...never }]);
});

test("by callers; what else they may ask for is taken as met, and said", () => {
  const text = virtual(
    "tcp: [{ match: [{ port: 9000, sourceLabels: { app: cart } }], route: [{ destination: { host: web-v2 } }] }, { route: [{ destination: { host: web-v1 } }] }]",
  );
  expect(rulesOf(text)).toEqual([
    { match: { from: ["cart"] }, to: "web-v2", ...never },
    { to: "web-v1", ...never },
  ]);
  expect(doubtsIn(text)).toEqual([expect.stringContaining("calls are not told apart by port in the simulation")]);
});

test("beside rules for HTTP they are listed as not simulated", () => {
  const text = virtual(`http: [{ route: [{ destination: { host: web-v1 } }] }]\ntcp: [{ ${split} }]`);
  expect(rulesOf(text)).toEqual([{ to: "web-v1" }]);
  expect(leftIn(text, "VirtualService")).toContain("spec.tcp");
});

test("weights must have a sum", () => {
  expect(faultsIn(virtual(`tcp: [{ ${split.replace("80", "0").replace("20", "0")} }]`))).toEqual([
    expect.stringContaining("expected weights with a sum above 0, got 0"),
  ]);
});
