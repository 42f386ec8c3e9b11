/** The numbers of test/vectors/analytic.json: closed forms, numerical chains and simulations by other programs than this one. */
import file from "../vectors/analytic.json" with { type: "json" };

export interface Vector {
  readonly id: string;
  readonly system: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly measure: string;
  readonly value: number;
  /** What keeps the value from being exact: approximation, bound or simulation, perhaps with words. */
  readonly tag?: string;
  /** Of a value that comes from a simulation. */
  readonly ci99_halfwidth?: number;
  /** What an independent simulator said of the same number. */
  readonly simulation_check?: { readonly mean: number; readonly ci99_halfwidth: number };
}

export const vectors = file.vectors as unknown as readonly Vector[];

/** What a simulated value is held against, and how well that itself is known (99 %). */
export interface Truth {
  readonly value: number;
  readonly halfWidth: number;
}

/** An approximation gives way to the independent simulation, where there is one; of the rest the value stands. */
export function truthOf({ value, tag, ci99_halfwidth, simulation_check }: Vector): Truth {
  if (tag?.startsWith("approximation") && simulation_check !== undefined) {
    return { value: simulation_check.mean, halfWidth: simulation_check.ci99_halfwidth };
  }
  return { value, halfWidth: ci99_halfwidth ?? 0 };
}
