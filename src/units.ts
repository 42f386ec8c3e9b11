/**
 * The units of the simulator. Inside, every quantity is a plain number in one unit:
 * seconds, millicores, MiB, USD, and fractions for what people write in per cent.
 * Other spellings ("250m", "4Gi", "1h30m") exist in scenario files alone, and this
 * file is the only place that reads them.
 */
export type Seconds = number;
export type Millicores = number;
export type MiB = number;
export type Usd = number;
/** A share between 0 and 1 (or above, for a target such as 150 %). */
export type Fraction = number;

const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
};
const MEBIBYTES: Readonly<Record<string, number>> = {
  Ki: 1 / 1024,
  Mi: 1,
  Gi: 1024,
  Ti: 1024 ** 2,
  k: 1e3 / 2 ** 20,
  M: 1e6 / 2 ** 20,
  G: 1e9 / 2 ** 20,
  T: 1e12 / 2 ** 20,
};
const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 1 / 60, min: 1 / 60, h: 1 / 3600, d: 1 / 86400 };

/** Reads `"250ms"`, `"1h30m"` or `"0s"`. A number alone has no unit and is refused. NaN when it is no duration. */
export function parseDuration(text: string): Seconds {
  const whole = /^\s*(?:\d+(?:\.\d+)?\s*(?:ns|us|µs|ms|s|m|h|d)\s*)+$/;
  if (!whole.test(text)) return NaN;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h|d)/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * SECONDS[unit], 0);
}

/** Reads cores: `"500m"`, `"2"`, `1.5`. NaN when it is no CPU quantity. */
export function parseCpu(text: string): Millicores {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(m?)\s*$/.exec(text);
  return match ? Number(match[1]) * (match[2] === "m" ? 1 : 1000) : NaN;
}

/** Reads `"256Mi"`, `"4Gi"`, `"500M"`. NaN when it is no memory quantity. */
export function parseMemory(text: string): MiB {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(text);
  return match ? Number(match[1]) * (MEBIBYTES[match[2]] ?? NaN) : NaN;
}

/** Reads `"70%"` and `0.7` alike. NaN when it is no fraction. */
export function parseFraction(text: string): Fraction {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text);
  return match ? Number(match[1]) / (match[2] === "%" ? 100 : 1) : NaN;
}

/** Reads a rate: `"200/s"`, `"12000/min"`, `"3/h"`; a bare number is a second's. NaN when it is no rate. */
export function parseRate(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:\/\s*(s|min|m|h|d))?\s*$/.exec(text);
  return match ? Number(match[1]) * (PER_SECOND[match[2] ?? "s"] ?? NaN) : NaN;
}
