import { expect, test } from "vitest";
import { type Chance, RandomStream } from "../../src/kernel/random.js";
import { RequestChance, siteWithin } from "../../src/kernel/request-chance.js";

const SERIALS = 65_536;
const chance = new RequestChance(1, "requests");

/** Chi-square of the four bytes of each word, 256 bins each, against all being alike. */
function chiSquares(words: Int32Array): number[] {
  return [0, 8, 16, 24].map((shift) => {
    const counts = new Float64Array(256);
    for (const word of words) counts[(word >>> shift) & 255]++;
    const expected = words.length / 256;
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  });
}

/** Of 256 bins the chi-square has mean 255 and standard deviation √510. */
const CHI_SQUARE_LIMIT = 255 + 5 * Math.sqrt(510);

/** Correlation of uniforms, whose mean is 1/2 and variance 1/12; its standard error is 1/√n when there is none. */
function correlation(one: readonly number[], two: readonly number[]): number {
  return one.reduce((sum, x, i) => sum + (x - 0.5) * (two[i] - 0.5), 0) / (one.length / 12);
}

const serials = Array.from({ length: SERIALS }, (_, serial) => serial);
const uniformsAt = (site: number): number[] => serials.map((n) => chance.open(chance.ticket(n), site).uniform());

function secondOf(opened: RequestChance): RequestChance {
  opened.bits();
  return opened;
}

test("a request's draws are the same whatever else was drawn before, in whatever order", () => {
  const sites = [1, 2, -77, 0x7fffffff];
  const draw = (serial: number, site: number): number[] => {
    const opened = chance.open(chance.ticket(serial), site);
    return [opened.uniform(), opened.normal(), opened.exponential(), opened.bits()];
  };
  const forwards = serials.slice(0, 500).flatMap((n) => sites.map((site) => draw(n, site)));
  const backwards = serials
    .slice(0, 500)
    .reverse()
    .flatMap((n) => [...sites].reverse().map((site) => draw(n, site)));
  expect(backwards.reverse()).toEqual(forwards);
});

test("another seed or another name gives other draws", () => {
  const words = [chance, new RequestChance(2, "requests"), new RequestChance(1, "pods")].map((one) => one.ticket(5));
  expect(new Set(words).size).toBe(3);
});

test("different requests have different tickets, and different first words at a site", () => {
  expect(new Set(serials.map((n) => chance.ticket(n))).size).toBe(SERIALS);
  expect(new Set(serials.map((n) => chance.open(chance.ticket(n), 42).bits())).size).toBe(SERIALS);
});

test("every byte of tickets, first words, second words and sites is uniform", () => {
  const lists = [
    serials.map((n) => chance.ticket(n)),
    serials.map((n) => chance.open(chance.ticket(n), 42).bits()),
    serials.map((n) => secondOf(chance.open(chance.ticket(n), 42)).bits()),
    serials.map((n) => siteWithin(12345, n)),
  ];
  for (const list of lists) {
    for (const chiSquare of chiSquares(Int32Array.from(list))) expect(chiSquare).toBeLessThan(CHI_SQUARE_LIMIT);
  }
});

test("draws of consecutive requests, of two sites, and of one site one after another are not correlated", () => {
  const here = uniformsAt(42);
  const next = serials.map((n) => secondOf(chance.open(chance.ticket(n), 42)).uniform());
  const others = [[...here.slice(1), here[0]], uniformsAt(43), uniformsAt(siteWithin(42, 0)), next];
  for (const other of others) expect(Math.abs(correlation(here, other))).toBeLessThan(5 / Math.sqrt(SERIALS));
});

test("the ziggurats' tails and caps are as likely as the laws say", () => {
  const n = 2_000_000;
  const stream = new RandomStream(3, "tails");
  const share = (draw: () => number, beyond: number): number => {
    let count = 0;
    for (let i = 0; i < n; i++) if (draw() > beyond) count++;
    return count / n;
  };
  const expectShare = (found: number, exact: number): void =>
    expect(Math.abs(found - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / n));
  let serial = 0;
  const request = (): RequestChance => chance.open(chance.ticket(serial++), 7);
  for (const beyond of [0.05, 1, 4, 7.7, 9]) {
    expectShare(
      share(() => stream.exponential(), beyond),
      Math.exp(-beyond),
    );
    expectShare(
      share(() => request().exponential(), beyond),
      Math.exp(-beyond),
    );
  }
  const upper: readonly (readonly [number, number])[] = [
    [0, 0.5],
    [1, 0.15865525393145707],
    [3, 0.0013498980316300957],
    [3.7, 0.00010779973347738824],
  ];
  for (const [beyond, exact] of upper) {
    expectShare(
      share(() => request().normal(), beyond),
      exact,
    );
    expectShare(
      share(() => -request().normal(), beyond),
      exact,
    );
  }
});

test("a stream's bytes are uniform and it depends on its seed and name alone", () => {
  const stream = new RandomStream(1, "one");
  const words = Int32Array.from({ length: SERIALS }, () => stream.bits());
  for (const chiSquare of chiSquares(words)) expect(chiSquare).toBeLessThan(CHI_SQUARE_LIMIT);
  const again: Chance = new RandomStream(1, "one");
  expect(words.every((word) => word === again.bits())).toBe(true);
  expect(new RandomStream(1, "two").bits()).not.toBe(words[0]);
});

test("seeds whose first keys lie near each other share no more words than chance has it", () => {
  const n = 2 ** 18;
  // Among these seeds are pairs whose keys differ in the low bits alone, so that their tickets are the same numbers.
  const chances = Array.from({ length: 400 }, (_, seed) => new RequestChance(seed, "requests"));
  const keyOf = (chance: RequestChance): number => (chance as unknown as { key: number }).key;
  const near = chances.flatMap((one, i) =>
    chances.slice(i + 1).flatMap((two) => ((keyOf(one) ^ keyOf(two)) >>> 0 < n ? [[one, two] as const] : [])),
  );
  expect(near.length).toBeGreaterThan(0);
  for (const [one, two] of near) {
    const words = new Set(Array.from({ length: n }, (_, serial) => one.open(one.ticket(serial), 7).bits()));
    const shared = Array.from({ length: n }, (_, serial) => two.open(two.ticket(serial), 7).bits()).filter((word) =>
      words.has(word),
    );
    // n² / 2³² = 16 on average.
    expect(shared.length).toBeLessThan(16 + 5 * 4);
  }
});
