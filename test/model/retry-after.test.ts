/** Callers that wait for as long as a service asks for: Envoy's rate-limited back-off. */
import { expect, test } from "vitest";
import { Failure } from "../../src/model/calls/failure.js";
import { askedAfter, jitterAbove, plainRoute, type RetriesSpec } from "../../src/model/calls/route.js";
import { cpu, play, shop } from "./lab.js";

const retries = (retryAfter: number | undefined): RetriesSpec => ({
  most: 1,
  on: ["refused", "timeout"],
  backOff: { base: 0, longest: 0 },
  budget: undefined,
  retryAfter,
});

test.each<[string, number | undefined, number, number]>([
  ["a full queue", 5, Failure.Refused, 5],
  ["a load that is shed", 5, Failure.Shed, 5],
  ["a timeout says nothing", 5, Failure.Timeout, NaN],
  ["five minutes are heeded", 300, Failure.Refused, 300],
  ["longer is not", 300.001, Failure.Refused, NaN],
  ["where nothing is asked for", undefined, Failure.Refused, NaN],
])("%s", (_, retryAfter, failure, expected) => {
  expect(askedAfter(retries(retryAfter), failure)).toEqual(expected);
});

test("the wait is what is asked for, and up to half as much again, in whole milliseconds", () => {
  expect([0, 0.5, 1 - 2 ** -32].map((uniform) => jitterAbove(10, uniform))).toEqual([10, 12.5, 14.999]);
  expect(jitterAbove(0.001, 0.9)).toBe(0.001);
});

test("who is turned away comes back no sooner", () => {
  const one = { limit: 1, queue: 0, holds: "call", waitsAt: "pod" } as const;
  const failed = (retryAfter: number | undefined): number => {
    const route = { ...plainRoute, retries: retries(retryAfter) };
    const { answers } = play(shop({ steps: [cpu(50)], concurrency: one, route }, 0, 0.1));
    return answers.find(({ failure }) => failure === Failure.Refused)!.at;
  };
  expect(failed(undefined)).toBe(0.1);
  expect(failed(2)).toBeGreaterThanOrEqual(2.1);
  expect(failed(2)).toBeLessThan(3.1);
});
