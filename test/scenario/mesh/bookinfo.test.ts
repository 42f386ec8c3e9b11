/** Istio's sample application as its authors publish it: every file of its networking means what Istio does with it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readManifests } from "../../../src/experiment/manifest-files.js";
import { runOnce } from "../../../src/experiment/run.js";
import { type Imported, importManifests } from "../../../src/scenario/kubernetes/import.js";
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { plainRule } from "../../../src/scenario/mesh/written-route.js";
import { readScenario } from "../../../src/scenario/read.js";

/** Not part of this repository. */
const folder = "../shared/data/apps/bookinfo/bookinfo";
const there = existsSync(folder);
if (!there) test(`left out, for there is no ${folder}`, () => {});

const networking = (file: string) => join(folder, "networking", `${file}.yaml`);
/** The application, its subsets, and one file more, as its README applies them. */
const withApplication = (file: string): Imported =>
  importManifests(
    readManifests([
      join(folder, "platform/kube/bookinfo.yaml"),
      ...new Set([networking("destination-rule-all"), networking(file)]),
    ]),
  );

/** What a Service of three versions is without a VirtualService: each pod gets as much. */
const thirds = [{ to: { "reviews-v1": 1, "reviews-v2": 1, "reviews-v3": 1 } }];
const jason = { match: { headers: { "end-user": "jason" } } };
const noOne = [{ abort: 503 }];

const MEANT: Readonly<Record<string, object>> = {
  "bookinfo-gateway": {
    bookinfo: [
      {
        match: [
          { endpoint: "productpage" },
          { endpoint: { prefix: "static" } },
          { endpoint: "login" },
          { endpoint: "logout" },
          { endpoint: { prefix: "api.v1.products" } },
        ],
        to: "productpage-v1",
      },
    ],
    reviews: thirds,
  },
  "destination-rule-all": { reviews: thirds },
  "destination-rule-all-mtls": { reviews: thirds },
  "destination-rule-reviews": { reviews: thirds },
  "egress-rule-google-apis": { reviews: thirds },
  "fault-injection-details-v1": { details: [{ to: "details-v1", abort: 555 }, { to: "details-v1" }], reviews: thirds },
  "virtual-service-all-v1": {
    productpage: [{ to: "productpage-v1" }],
    reviews: [{ to: "reviews-v1" }],
    ratings: [{ to: "ratings-v1" }],
    details: [{ to: "details-v1" }],
  },
  // The second version of details, and those of ratings with a database, are in other files.
  "virtual-service-details-v2": { details: noOne, reviews: thirds },
  "virtual-service-ratings-db": { reviews: [{ to: "reviews-v3" }], ratings: noOne },
  "virtual-service-ratings-mysql": { reviews: [{ to: "reviews-v3" }], ratings: noOne },
  "virtual-service-ratings-mysql-vm": { reviews: [{ to: "reviews-v3" }], ratings: noOne },
  "virtual-service-ratings-test-abort": {
    ratings: [{ ...jason, to: "ratings-v1", abort: 500 }, { to: "ratings-v1" }],
    reviews: thirds,
  },
  "virtual-service-ratings-test-delay": {
    ratings: [{ ...jason, to: "ratings-v1", delay: "7s" }, { to: "ratings-v1" }],
    reviews: thirds,
  },
  "virtual-service-reviews-50-v3": { reviews: [{ to: { "reviews-v1": 1, "reviews-v3": 1 } }] },
  "virtual-service-reviews-80-20": { reviews: [{ to: { "reviews-v1": 4, "reviews-v2": 1 } }] },
  "virtual-service-reviews-90-10": { reviews: [{ to: { "reviews-v1": 9, "reviews-v2": 1 } }] },
  "virtual-service-reviews-jason-v2-v3": { reviews: [{ ...jason, to: "reviews-v2" }, { to: "reviews-v3" }] },
  "virtual-service-reviews-test-v2": { reviews: [{ ...jason, to: "reviews-v2" }, { to: "reviews-v1" }] },
  "virtual-service-reviews-v2-v3": { reviews: [{ to: { "reviews-v2": 1, "reviews-v3": 1 } }] },
  "virtual-service-reviews-v3": { reviews: [{ to: "reviews-v3" }] },
};

describe.runIf(there)("with the application", () => {
  test.each(Object.entries(MEANT))("%s", (file, meant) => {
    const imported = withApplication(file);
    expect(Object.fromEntries(imported.routes.map(({ name, rules }) => [name, rules.map(plainRule)]))).toEqual(meant);
    const text = scenarioText(imported, [file]);
    expect(() => readScenario(text, { name: file })).not.toThrow();
  });

  test("these are all of its files but one, which is of another application", () => {
    const files = readdirSync(join(folder, "networking")).map((name) => name.replace(".yaml", ""));
    expect(files.filter((name) => !Object.hasOwn(MEANT, name))).toEqual(["certmanager-gateway"]);
  });

  test("pods of reviews are balanced as its own DestinationRule says, and all have Istio's proxies", () => {
    const { mesh, services } = withApplication("destination-rule-reviews");
    expect(mesh).toBe("istio-sidecar");
    const chosen = services.filter(({ called }) => called.balancer?.value === "random");
    expect(chosen.map(({ name }) => name)).toEqual(["reviews-v1", "reviews-v2", "reviews-v3"]);
    expect(services.filter(({ called }) => Object.keys(called).length > 0)).toEqual(chosen);
  });

  test("a version that is not among the DestinationRule's subsets is refused", () => {
    const files = [join(folder, "platform/kube/bookinfo.yaml"), networking("virtual-service-reviews-v3")];
    expect(() => importManifests(readManifests(files))).toThrow(
      'expected a subset of a DestinationRule for reviews, which has none, got "v3"',
    );
  });

  test("calls come to the versions by their weights, and a tenth of them wait for seven seconds", () => {
    const play = (file: string) => {
      const { scenario } = readScenario(scenarioText(withApplication(file), [file]), { name: file });
      return runOnce({ ...scenario, duration: 120 }, "as-written", 0);
    };
    const { series } = play("virtual-service-reviews-90-10");
    const used = (name: string) => {
      const column = series.columns.indexOf(`${name}.used`);
      return series.rows.reduce((sum, row) => sum + row[column], 0);
    };
    expect(used("reviews-v3")).toBe(0);
    // About 5,000 calls of 5 ms: a share of 10% ± 4 · √(0.1 · 0.9 / 5000).
    expect(Math.abs(used("reviews-v2") / (used("reviews-v1") + used("reviews-v2")) - 0.1)).toBeLessThan(0.017);
    const { measures } = play("virtual-service-ratings-test-delay");
    expect(measures["endpoint.ratings/assumed.p50"]).toBeLessThan(1);
    expect(measures["endpoint.ratings/assumed.p99"]).toBeGreaterThan(7);
  });
});
