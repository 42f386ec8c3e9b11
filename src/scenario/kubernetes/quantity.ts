/** Quantities by Kubernetes' rules, in one place: "250m", "1.5", "128Mi", "1e3", "64k". */

const SCALES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A number in the quantity's own unit (cores, bytes, pieces). NaN when it is no quantity. */
export function parseQuantity(given: unknown): number {
  if (typeof given !== "string" && typeof given !== "number") return NaN;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|[KMGTPE]i|[MGTPE])?)$/.exec(String(given));
  if (match === null) return NaN;
  const [, digits, exponent, suffix = ""] = match;
  return exponent === undefined ? Number(digits) * SCALES[suffix] : Number(`${digits}e${exponent}`);
}

/** Upward, as upstream rounds what is finer than its unit; what is finer still is the float's own error. */
const up = (value: number): number => Math.ceil(Number(value.toPrecision(15)));

/** Whole millicores. */
export const asMillicores = (cores: number): number => up(cores * 1000);

/** MiB of whole bytes. */
export const asMebibytes = (bytes: number): number => up(bytes) / 2 ** 20;

/** Bytes as Docker writes them, in powers of 1024 whatever their case: "512m", "1gb", "64MiB". NaN when they are none. */
export function parseBytes(given: unknown): number {
  const match = /^(\d+\.?\d*|\.\d+)\s*([kmgtp]?)i?b?$/i.exec(String(given));
  return match === null ? NaN : Number(match[1]) * 1024 ** " kmgtp".indexOf(match[2].toLowerCase() || " ");
}
