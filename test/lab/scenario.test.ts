import { describe, expect, test } from "vitest";
import { type Case, cases, durationOf, WORKERS, work } from "../../lab/cases.js";
import { requestsOf } from "../../lab/requests.js";
import { scenarioOf, scenarioText } from "../../lab/scenario.js";
import { simulate } from "../../lab/simulate.js";
import { readScenario } from "../../src/scenario/read.js";

const nothing = { late: 0, there: 0 };
const named = (name: string): Case => cases.find((one) => one.name === name)!;
const specOf = (about: Case, seed = 1, way = nothing) => {
  const scenario = scenarioOf(about, about.proxies[0], seed, way);
  return scenario.world(scenario.policies[0]);
};

describe("each case is a scenario without complaints", () => {
  for (const about of cases)
    for (const proxy of about.proxies)
      test(`${about.name}, ${proxy}`, () => {
        const text = scenarioText(about, proxy, 7, { late: 0.0001, there: 0.001 });
        const { scenario, warnings } = readScenario(text, { name: "lab" });
        expect(warnings).toEqual([]);
        expect(scenario.seed).toBe(7);
        // It has to end: what is offered is less than what the backends can do.
        const { slow, rate } = about;
        const capacity = [0, 1, 2, 3].map((i) => (slow?.backend === i ? 1 / slow.times : 1) * (WORKERS / work.mean));
        const offered = about.balance === "turns" ? capacity.map(() => rate / 4) : [rate];
        const able = about.balance === "turns" ? capacity : [capacity.reduce((sum, one) => sum + one, 0)];
        offered.forEach((each, i) => {
          expect(each).toBeLessThan(able[i]);
        });
      });
});

test("the way is a hop where workers are free once work is done, and part of the step where connections are counted", () => {
  const way = { late: 0.001, there: 0.004 };
  expect(scenarioText(named("round robin"), "nginx", 1, way)).toContain("hop: { latency: 0.003s, reply: 0.002s }");
  const limited = scenarioText(named("connection limit and queue"), "HAProxy", 1, way);
  expect(limited).toContain("hop: { latency: 0.001s }");
  expect(limited).toContain("{ wait: 0.004s }");
});

describe("requests", () => {
  const about = named("hash of the address");
  const requests = requestsOf(specOf(about), 1, durationOf(about));
  test("come when the scenario's load comes", () => {
    const [load] = specOf(about).loads;
    if (load.kind !== "open") throw new Error("open load expected");
    const arrivals = load.arrivals(1);
    for (const { at } of requests) expect(at).toBeCloseTo(arrivals.next(), 9);
    expect(arrivals.next()).toBeGreaterThan(durationOf(about));
  });
  test("are the same for the same seed, and others for another", () => {
    expect(requestsOf(specOf(about), 1, durationOf(about))).toEqual(requests);
    expect(requestsOf(specOf(about, 2), 2, durationOf(about))[0]).not.toEqual(requests[0]);
  });
  test("have the work that the case says, within four standard errors", () => {
    const many = requestsOf(specOf(about), 1, 40);
    const mean = many.reduce((sum, one) => sum + one.work, 0) / many.length;
    expect(Math.abs(mean - work.mean)).toBeLessThan((4 * work.cv * work.mean) / Math.sqrt(many.length));
  });
  test("come from as many clients as the case has, all of this machine's addresses", () => {
    const clients = new Set(requestsOf(specOf(about), 1, 40).map(({ from }) => from));
    expect(clients.size).toBe(about.clients);
    for (const address of clients) expect(address).toMatch(/^127(\.\d{1,3}){3}$/);
  });
  test("come from one address where it does not matter", () => {
    expect(new Set(requestsOf(specOf(cases[0]), 1, 1).map(({ from }) => from))).toEqual(new Set(["127.0.0.1"]));
  });
});

describe("a run in virtual time", () => {
  const slowly: Case = { ...named("round robin"), rate: 0.5 };
  test("of requests that meet nobody takes their work and the way", () => {
    const way = { late: 0.001, there: 0.004 };
    const requests = requestsOf(specOf(slowly, 3, way), 3, 60);
    const { latencies } = simulate(specOf(slowly, 3, way), 3, 60, 0);
    expect(latencies.length).toBeGreaterThan(15);
    latencies.forEach((latency, i) => {
      expect(latency).toBeCloseTo(requests[i].work + way.late + way.there, 9);
    });
  });
  test("is the same for the same seed and chance, and a little different for other chance", () => {
    const spec = specOf(named("random of two"));
    expect(simulate(spec, 1, 4, 5)).toEqual(simulate(spec, 1, 4, 5));
    expect(simulate(spec, 1, 4, 6)).not.toEqual(simulate(spec, 1, 4, 5));
  });
  test("counts failures, and tries where there are some", () => {
    const plain = simulate(specOf(named("round robin")), 1, 4, 0);
    expect(plain.tries).toBe(plain.latencies.length);
    const { latencies, failed, tries } = simulate(specOf(named("next backend when refused")), 1, 4, 0);
    const sent = latencies.length + failed;
    expect(sent).toBe(requestsOf(specOf(named("next backend when refused")), 1, durationOf(cases[0])).length);
    expect(failed).toBeGreaterThan(0);
    // Whoever has failed was refused twice.
    expect(tries).toBeGreaterThan(sent + failed);
    expect(tries).toBeLessThanOrEqual(2 * sent);
  });
  test("with a backend that dies tries again what it loses, and leaves it alone", () => {
    const dies = named("backend that dies");
    const requests = requestsOf(specOf(dies), 1, durationOf(dies));
    const { latencies, failed, tries } = simulate(specOf(dies), 1, durationOf(dies), 0);
    expect([latencies.length, failed]).toEqual([requests.length, 0]);
    // nginx tries it again but once before it is back: beside that only what was in it is lost.
    expect(tries - requests.length).toBeGreaterThanOrEqual(1);
    expect(tries - requests.length).toBeLessThanOrEqual(1 + 6);
    const scenario = scenarioOf(dies, "HAProxy", 1, nothing);
    const checked = simulate(scenario.world(scenario.policies[0]), 1, durationOf(dies), 0);
    // HAProxy knows after 0.2 to 0.4 s; until then a quarter of 110 requests a second goes there first, give or take a few.
    const expected = (dies.rate / 4) * 0.3;
    expect(checked.failed).toBe(0);
    expect(checked.tries - requests.length).toBeGreaterThan(expected - 6);
    expect(checked.tries - requests.length).toBeLessThan(expected + 12);
  });
});
