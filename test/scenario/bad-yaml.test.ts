/** What a user is told about a file that is no YAML, or has the wrong keys. */
import { describe, expect, test } from "vitest";
import { readScenario } from "../../src/scenario/read.js";
import { complaintsOf, load, type Row, rest, services, web } from "./complaints.js";

describe("YAML", () => {
  const rows: readonly Row[] = [
    ["nothing at all", "", "1:1 expected a scenario, got an empty file"],
    ["only a comment", "# later\n", "1:1 expected a scenario, got an empty file"],
    ["only null", "~\n", "1:1 expected a scenario, got an empty file"],
    ["a list", "- a\n- b\n", "1:1 expected a map with services and load, got no map"],
    ["a bare word", "hello\n", "1:1 expected a map with services and load, got no map"],
    ["a tab", "services:\n\tweb: 1\n", "2:1 expected spaces, got a tab: YAML is not indented with tabs"],
    ["a key twice", "seed: 1\nname: x\nseed: 2\n", '3:1 expected every key once, got "seed" again'],
    [
      "two documents",
      `${web}${load}---\nseed: 1\n`,
      "3:1 expected one document, got several: put each scenario into a file of its own",
    ],
    ["an alias of nothing", "name: *missing\n", "1:7 expected an alias of something before it, got *missing"],
    ["an alias of itself", "name: &a [*a]\n", "1:11 expected an alias of something before it, got *a"],
    ["an unknown tag", "name: !secret x\n", "1:7 no YAML: unresolved tag: !secret"],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));

  test("a file above 1 MiB is refused before it is parsed", () => {
    const text = "x".repeat(100 * 2 ** 20);
    const started = performance.now();
    expect(complaintsOf(text)).toEqual([
      "1:1 expected at most 1 MiB of text, got 100.0 MiB: long recordings belong into a trace file",
    ]);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("aliases of aliases are counted and not written out", () => {
    // Nine of nine of nine …: 9^9 nodes in 20 lines; the third line of lists is the first to stand for 10,000.
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    const [complaint] = complaintsOf(lines.join("\n"));
    expect(complaint).toMatch(/^\d+:\d+ expected aliases to stand for at most 10000 nodes, got more$/);
  });

  test.each([
    ["lists", `x: ${"[".repeat(200_000)}`, "1:104"],
    ["maps", `x: ${"{a: ".repeat(100_000)}`, "1:404"],
    ["dashes", `x:\n${"- ".repeat(200_000)}x`, "2:1"],
    ["indented maps", Array.from({ length: 400 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"), "201:1"],
  ])("%s nested too deep are refused before the parser recurses", (_, text, place) => {
    expect(complaintsOf(text)).toEqual([`${place} expected at most 100 levels, got more`]);
  });

  test("many keys do not take quadratic time", () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join("\n");
    expect(() => readScenario(text, { name: "bad.yaml" })).toThrow(`… and ${60_000 + 2 - 200} more`); // without services and load; 200 are told
  }, 20_000);
});

describe("keys", () => {
  const rows: readonly Row[] = [
    [
      "an unknown section",
      rest(`${load}polices: {}\n`),
      "3:1 polices: no such field; there are name, manifests, question, duration, warmup, replications, seed, slo, cluster, mesh, quota, network and 13 more (policies?)",
    ],
    [
      "no services",
      load,
      "1:1 services: expected a map of services by name, got nothing",
      '1:36 load.visitors.to: no service named "web"; there is none',
    ],
    ["no load", web, "1:1 load: expected a map of loads by name, got nothing"],
    ["an empty section", rest("load:\n"), "2:1 load: expected a map of loads by name, got nothing"],
    [
      "an unknown key of a service",
      services("services:\n  web:\n    replica: 3\n    endpoints: { get: { cpu: 5ms } }\n"),
      "3:5 services.web.replica: no such field; there are replicas, cpu, memory, cpuModel, scaler, sizer, balancer, strategy, weights, image, startup, readiness and 46 more (replicas?)",
    ],
    [
      "a missing key",
      services("services:\n  web:\n    replicas: 3\n"),
      "2:3 services.web.endpoints: expected a map, got nothing",
    ],
    [
      "a key that is misspelt is not missing as well",
      services("services:\n  web:\n    endpoints: { get: { cpu: { lognormal: { mean: 4ms, sv: 1 } } } }\n"),
      "3:56 services.web.endpoints.get.cpu.lognormal.sv: no such field; there are mean, cv (cv?)",
    ],
    [
      "an unknown distribution",
      services("services:\n  web:\n    endpoints: { get: { cpu: { gama: { mean: 4ms, cv: 1 } } } }\n"),
      "3:32 services.web.endpoints.get.cpu.gama: no such field; there are exponential, lognormal, uniform, gamma, erlang, hyperexponential, weibull, pareto, empirical (gamma?)",
    ],
    [
      "a name with a slash",
      services(
        "services:\n  web: { endpoints: { get: { cpu: 5ms } } }\n  a/b: { endpoints: { get: { call: web/get } } }\n",
      ),
      '3:3 services.a/b: expected a name of letters, digits and dashes, got "a/b"',
    ],
  ];
  test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
});

test("a complaint shows its line with a caret under the fault", () => {
  const text =
    "services:\n  cart:\n    cpu: { request: 500 millis }\n    endpoints: { get: { cpu: 1ms } }\nload: { a: { rate: 1/s, to: cart/get } }\n";
  expect(() => readScenario(text, { name: "shop.yaml" })).toThrow(
    [
      'shop.yaml:3:21 services.cart.cpu.request: expected a cpu like "500m" or "2", got "500 millis"',
      "    3 |     cpu: { request: 500 millis }",
      "      |                     ^^^^^^^^^^",
    ].join("\n"),
  );
});

test("a service that nobody calls is a warning", () => {
  const text = `services:\n  web: { endpoints: { get: { cpu: 5ms } } }\n  idle: { endpoints: { get: { cpu: 5ms } } }\n${load}`;
  const { warnings, scenario } = readScenario(text, { name: "x.yaml" });
  expect(warnings.map(({ line, column, path, message }) => ({ line, column, path, message }))).toEqual([
    { line: 3, column: 3, path: "services.idle", message: "nobody calls this service" },
  ]);
  expect(scenario.policies).toEqual(["as-written"]);
});
