import { expect, test } from "vitest";
import { timetable } from "../../../src/policy/scaler/timetable.js";
import { ask, make, serviceView } from "../builders.js";

const office = {
  entries: [
    { at: "20h", replicas: 2 },
    { at: "8h", replicas: 10 },
  ],
};
const hour = 3600;

const rows: [string, number, number][] = [
  ["before the first entry yesterday's last one holds", 0, 2],
  ["a second before an entry the one before it holds", 8 * hour - 1, 2],
  ["at its time an entry holds, in whatever order they were given", 8 * hour, 10],
  ["and until the next", 20 * hour - 1, 10],
  ["the last holds for the rest of the day", 20 * hour, 2],
  ["over midnight", 31 * hour, 2],
  ["and the next day is the same", 32 * hour, 10],
];
test.each(rows)("%s", (_, now, replicas) => {
  expect(ask(make(timetable, office), serviceView({ now, replicas: 5 })).replicas).toBe(replicas);
});

const steps: [string, string[], string, number][] = [
  ["8 h, 20 h and 24 h are whole fours of hours", ["8h", "20h"], "24h", 4 * hour],
  ["an entry at the start of the day adds no step", ["0s", "12h"], "24h", 12 * hour],
  ["one entry at the start decides once a day", ["0s"], "24h", 24 * hour],
  ["a minute past needs a step of a minute", ["8h1m"], "24h", 60],
  ["fractions of a second are hit too", ["1.5s", "4s"], "10s", 0.5],
];
test.each(steps)("%s", (_, at, every, period) => {
  const entries = at.map((time) => ({ at: time, replicas: 1 }));
  expect(make(timetable, { entries, every }).period).toBe(period);
});

test("a time that floating point has put a hair before an entry is at the entry", () => {
  const scaler = make(timetable, {
    entries: [
      { at: "0s", replicas: 1 },
      { at: "300ms", replicas: 3 },
    ],
    every: "1s",
  });
  expect(ask(scaler, serviceView({ now: 0.3 - 1e-12 })).replicas).toBe(3);
});

test("an entry after the end of its day, or two at one time, are refused", () => {
  expect(() => make(timetable, { entries: [{ at: "24h", replicas: 1 }] })).toThrow("86400 s is not within its day");
  const twice = [
    { at: "60m", replicas: 1 },
    { at: "1h", replicas: 2 },
  ];
  expect(() => make(timetable, { entries: twice })).toThrow("two entries at 3600 s");
});
