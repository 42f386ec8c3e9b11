/** One load that no two scalers answer alike: a policy that is named but not asked would show. */
import { expect, test } from "vitest";
import type { Scaler } from "../../../src/policy/contract.js";
import { hpa } from "../../../src/policy/scaler/hpa.js";
import { none } from "../../../src/policy/scaler/none.js";
import { perRequest } from "../../../src/policy/scaler/per-request.js";
import { targetTracking } from "../../../src/policy/scaler/target-tracking.js";
import { timetable } from "../../../src/policy/scaler/timetable.js";
import { ask, make, podView, serviceView, times } from "../builders.js";

/** Millicores in all, and calls at once, at half a core a call: 4 calls until 600 s, 12 from then on. */
const load = (time: number): number => (time <= 600 ? 2000 : 6000);

/** Replicas at each of the times, when every answer is carried out at once and samples come every 15 s. */
function replicasAt(scaler: Scaler, ...wanted: number[]): number[] {
  let replicas = 4;
  const uses: number[] = [];
  const seen = new Map<number, number>();
  for (let now = 0; now <= Math.max(...wanted); now += 5) {
    if (now % 15 === 0) uses.push(load(now) / replicas);
    const mean = (_: unknown, window: number) => {
      const last = uses.slice(-window / 15);
      return last.reduce((sum, use) => sum + use, 0) / last.length / 1000;
    };
    const cpuMillicores = uses[uses.length - 1];
    const pods = times(replicas, podView({ cpuMillicores, sampledAt: now }));
    const view = { ...serviceView({ now, pods, inFlight: load(now) / 500 }), mean };
    if (scaler.wakes || (now > 0 && now % scaler.period === 0)) replicas = ask(scaler, view).replicas;
    seen.set(now, replicas);
  }
  return wanted.map((time) => seen.get(time) ?? NaN);
}

const target = "50%";
const entries = [
  { at: "0s", replicas: 4 },
  { at: "700s", replicas: 9 },
];

const rows: [string, Scaler, number[]][] = [
  ["none keeps its four", make(none), [4, 4, 4, 4, 4]],
  ["per-request has one a call at once", make(perRequest), [4, 12, 12, 12, 12]],
  ["hpa doubles at the next sync (150 % of 4 asks for 12), then gets there", make(hpa, { target }), [4, 4, 8, 12, 12]],
  ["the timetable knows nothing but the time", make(timetable, { entries }), [4, 4, 4, 4, 9]],
  ["target tracking waits for three minutes, then takes it whole", make(targetTracking, { target }), [4, 4, 4, 4, 4]],
];
test.each(rows)("%s", (_, scaler, replicas) => {
  expect(replicasAt(scaler, 600, 605, 615, 630, 720)).toEqual(replicas);
});

test("none and target tracking part when the third minute is over: ⌈4 × 150/50⌉ = 12", () => {
  expect(replicasAt(make(none), 720, 780)).toEqual([4, 4]);
  expect(replicasAt(make(targetTracking, { target }), 775, 780)).toEqual([4, 12]);
});
