/**
 * How numbers read, in the terminal and on the page: "12.3 ms", "1.24 s", "99.98 %", "0.832 USD/h", "212 ± 9 ms".
 * A mean is given as far as its interval allows, three significant digits otherwise. What is unknown reads "–".
 */
import type { Unit } from "../experiment/measures.js";
import type { Interval } from "../measure/interval.js";

export const UNKNOWN = "–";

/** What is shown of an interval. A half-width of Infinity (one run) is left out, for nothing is known of it. */
export type Shown = Pick<Interval, "mean" | "halfWidth">;

/** A unit as it is shown: values are multiplied by `factor` and followed by `suffix`. */
interface Scale {
  readonly factor: number;
  readonly suffix: string;
}

const MICRO: Scale = { factor: 1e6, suffix: " µs" };
const MILLI: Scale = { factor: 1e3, suffix: " ms" };
const SECONDS: Scale = { factor: 1, suffix: " s" };
const PERCENT: Scale = { factor: 100, suffix: " %" };
const POINTS: Scale = { factor: 100, suffix: " points" };

const SUFFIXES: Readonly<Record<Exclude<Unit, "s" | "share">, string>> = {
  "1": "",
  "1/s": "/s",
  USD: " USD",
  "USD/h": " USD/h",
  "core-h": " core-h",
};

/** More decimals than these are noise to a reader. */
const MOST_DECIMALS = 6;
const SIGNIFICANT = 3;
/** From here on a duration alone reads in minutes. */
const TWO_MINUTES = 120;

export function formatNumber(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return UNKNOWN;
  if (unit === "s" && Math.abs(value) >= TWO_MINUTES) return formatDuration(value);
  const scale = scaleOf(unit, Math.abs(value));
  return fixed(value * scale.factor, decimalsOf(value, unit, scale)) + scale.suffix;
}

/** "212 ± 9 ms"; the mean alone when there is no interval. */
export function formatInterval({ mean, halfWidth }: Shown, unit: Unit): string {
  if (!Number.isFinite(mean) || !Number.isFinite(halfWidth)) return formatNumber(mean, unit);
  const scale = scaleOf(unit, Math.max(Math.abs(mean), halfWidth));
  return withHalfWidth(mean, halfWidth, scale, decimalsOf(mean, unit, scale));
}

/** An interval to be held against a target: in as many digits as it takes to see on which side of it the mean lies. */
export function formatAgainst(shown: Shown, unit: Unit, target: number): string {
  const { mean, halfWidth } = shown;
  const { factor, suffix } = scaleOf(unit, Math.abs(mean));
  const usual = formatInterval(shown, unit);
  const side = (value: number): number => Math.sign(value - target * factor);
  if (!Number.isFinite(mean) || side(Number.parseFloat(usual)) === side(mean * factor)) return usual;
  for (let decimals = 1; decimals <= MOST_DECIMALS; decimals++) {
    if (side(+(mean * factor).toFixed(decimals)) !== side(mean * factor)) continue;
    const width = halfWidth < Infinity ? ` ± ${fixed(halfWidth * factor, decimals)}` : "";
    return fixed(mean * factor, decimals) + width + suffix;
  }
  return usual;
}

/** For axes: "100 ms" and "5 %", not "100.0 ms" and "5.00 %"; nothing needs no unit. */
export function formatTick(value: number, unit: Unit): string {
  return value === 0 ? "0" : withoutZeros(formatNumber(value, unit));
}

const withoutZeros = (text: string): string => text.replace(/(\.\d*?)0+(?= )/, "$1").replace(/\.(?= )/, "");

/** How far two means are apart, without its sign: "412 ± 38 ms"; shares differ by points. */
export function formatDistance({ mean, halfWidth }: Shown, unit: Unit): string {
  const size = Math.abs(mean);
  const scale =
    unit === "share" ? POINTS : scaleOf(unit, Number.isFinite(halfWidth) ? Math.max(size, halfWidth) : size);
  const decimals = significantDecimals(size * scale.factor, SIGNIFICANT);
  if (!Number.isFinite(mean)) return formatNumber(size, unit);
  if (!Number.isFinite(halfWidth)) return fixed(size * scale.factor, decimals) + scale.suffix;
  return withHalfWidth(size, halfWidth, scale, decimals);
}

/** A difference with its sign: "−412 ± 38 ms". */
export function formatDifference(difference: Shown, unit: Unit): string {
  return signOf(difference.mean) + formatDistance(difference, unit);
}

/** A difference as a part of what it departs from: "−71 %"; empty when that is nothing or unknown. */
export function formatChange(difference: number, base: number): string {
  const change = difference / Math.abs(base);
  if (!Number.isFinite(change)) return "";
  if (Math.abs(change) >= 10) return `×${fixed(1 + change, 0)}`;
  const decimals = Math.abs(change) < 0.1 ? 1 : 0;
  return `${signOf(+(change * 100).toFixed(decimals))}${fixed(Math.abs(change) * 100, decimals)} %`;
}

/** "45 s", "3 m 20 s", "2 h 5 m". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatNumber(Number.NaN, "s");
  if (Math.abs(seconds) < TWO_MINUTES) return withoutZeros(formatNumber(seconds, "s"));
  const sign = seconds < 0 ? "−" : "";
  const whole = Math.round(Math.abs(seconds));
  const parts = [
    [Math.floor(whole / 3600), "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ] as const;
  const shown = parts.filter(([amount]) => amount > 0).slice(0, 2);
  return sign + shown.map(([amount, name]) => `${amount} ${name}`).join(" ");
}

/** A moment of the simulation, to the tenth of a second at most. */
export const formatTime = (seconds: number): string =>
  Number.isFinite(seconds) ? `${fixed(seconds, 1).replace(/\.0$/, "")} s` : UNKNOWN;

/** A number without a unit, in three significant digits, whole numbers entire. */
export const formatPlain = (value: number): string =>
  Number.isFinite(value) && !Number.isInteger(value)
    ? String(+value.toPrecision(SIGNIFICANT)).replace("-", "−")
    : formatNumber(value, "1");

function withHalfWidth(mean: number, halfWidth: number, { factor, suffix }: Scale, usual: number): string {
  const decimals = intervalDecimals(mean * factor, halfWidth * factor, usual);
  const step = 10 ** -decimals;
  // A width that is too small to be seen is not shown as none.
  const width = halfWidth > 0 ? Math.max(halfWidth * factor, step) : 0;
  return `${fixed(mean * factor, decimals)} ± ${width === 0 ? "0" : fixed(width, decimals)}${suffix}`;
}

/** One digit of the half-width, but two of the larger number, and at most two more than usual. */
function intervalDecimals(mean: number, halfWidth: number, usual: number): number {
  if (halfWidth === 0) return usual;
  const ofWidth = significantDecimals(halfWidth, 1);
  const ofLarger = significantDecimals(Math.max(Math.abs(mean), halfWidth), 2);
  return Math.min(Math.max(ofWidth, ofLarger), usual + 2, MOST_DECIMALS);
}

function scaleOf(unit: Unit, size: number): Scale {
  if (unit === "share") return PERCENT;
  if (unit !== "s") return { factor: 1, suffix: SUFFIXES[unit] };
  if (size === 0 || size >= 0.9995) return SECONDS;
  return size < 1e-5 ? MICRO : MILLI;
}

function decimalsOf(value: number, unit: Unit, { factor }: Scale): number {
  if (unit === "1" && Number.isInteger(value)) return 0;
  if (unit === "share" && value > 0.5 && value < 1) {
    // Near 100 % it is the rest that matters: 99.98 %, not 100 %.
    return Math.min(Math.max(1, significantDecimals((1 - value) * factor, 1)), MOST_DECIMALS);
  }
  return significantDecimals(value * factor, SIGNIFICANT);
}

/** How many decimals show so many significant digits. */
function significantDecimals(value: number, digits: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  return Math.min(Math.max(0, digits - 1 - exponent), MOST_DECIMALS);
}

function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? UNKNOWN : value > 0 ? "∞" : "−∞";
  const text = Math.abs(value).toFixed(decimals);
  const [whole, fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && Number(text) !== 0 ? `−${grouped}` : grouped;
}

const signOf = (value: number): string => (value > 0 ? "+" : value < 0 ? "−" : "");
