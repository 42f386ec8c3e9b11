/** What a cloud's scaler answers: a size and how it was reached. */

/** One thing that a decision went through, in the vendor's words. */
interface Trace {
  readonly what: string;
  readonly seen?: Readonly<Record<string, number | string>>;
  readonly wished?: number;
}

export interface Decision {
  /** Instances wished for; NaN where the vendor's scaler has no opinion. */
  readonly size: number;
  readonly rule: string;
  readonly trail: readonly Trace[];
}

/** Rounded up, but for what floating point adds: 3 × 1.1 ÷ 1.1 is 3. */
export const roundUp = (value: number): number => Math.ceil(value - 1e-9);
