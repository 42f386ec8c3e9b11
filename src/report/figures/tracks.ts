/** A column of many runs as one track: its mean over the replications and how far they lie apart, in at most 400 points. */
import type { Run } from "../csv.js";

/** NaN where no run had a value. */
export interface Point {
  readonly time: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export const MOST_POINTS = 400;

/** The replications of one policy, joined by their steps; in the order of time. */
export function trackOf(runs: readonly Run[], column: string): readonly Point[] {
  const tables = runs.map(({ series }) => ({ series, at: series.columns.indexOf(column) })).filter(({ at }) => at >= 0);
  if (tables.length === 0) return [];
  const steps = Math.max(...tables.map(({ series }) => series.rows.length));
  const width = Math.ceil(steps / MOST_POINTS);
  return Array.from({ length: Math.ceil(steps / width) }, (_, i) => {
    const from = i * width;
    const rows = tables.flatMap(({ series, at }) => series.rows.slice(from, from + width).map((row) => ({ row, at })));
    const values = rows.map(({ row, at }) => row[at]).filter(Number.isFinite);
    const longest = tables.find(({ series }) => series.rows.length === steps)!.series.rows;
    const time = longest[Math.min(from + width, steps) - 1][0];
    if (values.length === 0) return { time, mean: Number.NaN, low: Number.NaN, high: Number.NaN };
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { time, mean, low: Math.min(...values), high: Math.max(...values) };
  });
}

/** A point between two equal ones adds ink to the file and nothing to the figure. */
export function withoutRepeats(points: readonly Point[]): readonly Point[] {
  const same = (one: Point, two: Point | undefined): boolean =>
    two !== undefined && one.mean === two.mean && one.low === two.low && one.high === two.high;
  return points.filter((point, i) => !(same(point, points[i - 1]) && same(point, points[i + 1])));
}

export const lastTime = (runs: readonly Run[]): number =>
  Math.max(0, ...runs.map(({ series }) => series.rows.at(-1)?.[0] ?? 0));

/** How time is told on an axis: in seconds, minutes or hours. */
export interface Clock {
  readonly seconds: number;
  readonly label: string;
}

export function clockOf(end: number): Clock {
  if (end <= 180) return { seconds: 1, label: "seconds" };
  return end <= 4 * 3600 ? { seconds: 60, label: "minutes" } : { seconds: 3600, label: "hours" };
}

/** 1, 2 and 5 times the powers of ten between two values; powers alone when there are many. */
export function logTicks(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const steps = last - first > 3 ? [1] : last - first > 2 ? [1, 3] : [1, 2, 5];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => steps.map((step) => tenTo(step, first + i))).flat();
  return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

/** Whole numbers from 0, in steps of 1, 2 or 5 times a power of ten, about as many as asked for. */
export function wholeTicks(top: number, count: number): readonly number[] {
  let step = 1;
  for (let i = 0; top / step > count + 0.5; i++) step = tenTo([2, 5, 10][i % 3], Math.floor(i / 3));
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
}

/** step × 10^exponent, the number nearest to its decimal notation on every machine. */
const tenTo = (step: number, exponent: number): number => Number(`${step}e${exponent}`);
