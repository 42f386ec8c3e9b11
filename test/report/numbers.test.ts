import { expect, test } from "vitest";
import type { Unit } from "../../src/experiment/measures.js";
import {
  formatAgainst,
  formatChange,
  formatDifference,
  formatDistance,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPlain,
  formatTick,
  formatTime,
} from "../../src/report/numbers.js";

for (const [value, unit, text] of [
  [0.0123, "s", "12.3 ms"],
  [1.2449, "s", "1.24 s"],
  [0.9996, "s", "1.00 s"],
  [0.00045, "s", "0.450 ms"],
  [0.0000042, "s", "4.20 µs"],
  [0, "s", "0 s"],
  [-0.412, "s", "−412 ms"],
  [200, "s", "3 m 20 s"],
  [0.5, "share", "50.0 %"],
  [0.0012, "share", "0.120 %"],
  [0.99978, "share", "99.98 %"],
  [0.999997, "share", "99.9997 %"],
  [1, "share", "100 %"],
  [0, "share", "0 %"],
  [0.832, "USD/h", "0.832 USD/h"],
  [1234567.8, "USD", "1,234,568 USD"],
  [395487, "1", "395,487"],
  [30.6111, "1", "30.6"],
  [549.29, "1/s", "549/s"],
  [3.4667, "core-h", "3.47 core-h"],
  [Number.NaN, "s", "–"],
  [Infinity, "USD", "∞ USD"],
] as const satisfies readonly (readonly [number, Unit, string])[]) {
  test(`${value} ${unit} reads ${text}`, () => expect(formatNumber(value, unit)).toBe(text));
}

for (const [mean, halfWidth, unit, text] of [
  [0.21234, 0.0091, "s", "212 ± 9 ms"],
  [1.2412, 0.031, "s", "1.24 ± 0.03 s"],
  [1.2412, 0.31, "s", "1.2 ± 0.3 s"],
  [0.002, 0.9, "s", "2 ± 900 ms"],
  [0.0009, 0.0032, "s", "0.9 ± 3.2 ms"],
  [0.014434, 1e-12, "s", "14.434 ± 0.001 ms"],
  [0.99978, 0.00011, "share", "99.98 ± 0.01 %"],
  [0.5, 0, "share", "50.0 ± 0 %"],
  [0.0123, Infinity, "s", "12.3 ms"],
  [Number.NaN, Number.NaN, "s", "–"],
  [Number.NaN, Infinity, "s", "–"],
  [2164.2, 412, "1", "2,164 ± 412"],
] as const satisfies readonly (readonly [number, number, Unit, string])[]) {
  test(`${mean} ± ${halfWidth} ${unit} reads ${text}`, () => {
    expect(formatInterval({ mean, halfWidth }, unit)).toBe(text);
  });
}

test("differences have signs, distances have none, and shares differ by points", () => {
  expect(formatDifference({ mean: -0.412, halfWidth: 0.038 }, "s")).toBe("−412 ± 38 ms");
  expect(formatDifference({ mean: 0.412, halfWidth: Infinity }, "s")).toBe("+412 ms");
  expect(formatDistance({ mean: -0.021, halfWidth: 0.002 }, "share")).toBe("2.1 ± 0.2 points");
});

test("a change is a part of what it departs from", () => {
  expect(formatChange(-0.71, 1)).toBe("−71 %");
  expect(formatChange(0.0123, 1)).toBe("+1.2 %");
  expect(formatChange(24, 1)).toBe("×25");
  expect(formatChange(1, 0)).toBe("");
  expect(formatChange(Number.NaN, 1)).toBe("");
});

test("durations and moments read as people say them", () => {
  expect(formatDuration(45)).toBe("45 s");
  expect(formatDuration(780)).toBe("13 m");
  expect(formatDuration(7500)).toBe("2 h 5 m");
  expect(formatDuration(Number.NaN)).toBe("–");
  expect(formatTime(405.4540592)).toBe("405.5 s");
  expect(formatTime(10)).toBe("10 s");
  expect(formatPlain(0.71)).toBe("0.71");
  expect(formatPlain(-3)).toBe("−3");
  expect(formatPlain(Number.NaN)).toBe("–");
});

test("what is held against a target shows on which side it lies", () => {
  expect(formatAgainst({ mean: 0.9892, halfWidth: 0.04 }, "share", 0.99)).toBe("98.9 ± 4.0 %");
  expect(formatAgainst({ mean: 0.98996, halfWidth: Infinity }, "share", 0.99)).toBe("98.996 %");
  expect(formatAgainst({ mean: 0.9951, halfWidth: 0.002 }, "share", 0.99)).toBe("99.5 ± 0.2 %");
  expect(formatAgainst({ mean: 0.001004, halfWidth: 0.0004 }, "share", 0.001)).toBe("0.1004 ± 0.0400 %");
  expect(formatAgainst({ mean: Number.NaN, halfWidth: Number.NaN }, "share", 0.99)).toBe("–");
});

test("ticks have no digits to spare", () => {
  expect([0, 0.1, 0.00001, 1, 2.5].map((seconds) => formatTick(seconds, "s"))).toEqual([
    "0",
    "100 ms",
    "0.01 ms",
    "1 s",
    "2.5 s",
  ]);
  expect(formatTick(0.05, "share")).toBe("5 %");
});
