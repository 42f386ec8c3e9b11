/** Quantities by Kubernetes' rules, in one place: "250m", "1.5", "128Mi", "1e3", "64k". */

/** Of ten, and of two. */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** A number in the quantity's own unit (cores, bytes, pieces). NaN when it is no quantity. */
export function parseQuantity(given: unknown): number {
  if (typeof given !== "string" && typeof given !== "number") return NaN;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|[KMGTPE]i|[MGTPE])?)$/.exec(String(given));
  if (match === null) return NaN;
  const [, digits, exponent, suffix = ""] = match;
  if (Object.hasOwn(BINARY, suffix)) return Number(digits) * 2 ** BINARY[suffix];
  // As text, for 2690249 × 0.001 is not the number nearest to 2690.249.
  return Number(`${digits}e${exponent ?? DECIMAL[suffix]}`);
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
