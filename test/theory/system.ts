/** A system with known answers: how one replication of it is run in dryscale's model, and what that says of the vectors. */
import type { Vector } from "./vectors.js";
import { vectors } from "./vectors.js";

/** What one replication yields: numbers by name. `events` counts the events that it took. */
export type Sample = Readonly<Record<string, number>>;

/**
 * How a vector is judged. `interval`: the 99 % interval must cover it. `equal`: nothing is left to chance, so the
 * two agree but for `band`. `bound`: the interval may not lie above it. `shown`: printed beside, not judged.
 */
export type Kind = "interval" | "equal" | "bound" | "shown";

export interface Check {
  readonly vector: Vector;
  readonly kind: Kind;
  /** The estimate as a function of the statistics' means over the replications: so a variance, say, is no mean of variances. */
  readonly estimate: (means: Sample) => number;
  /** How far from the truth theory itself may be for this system, as a fraction. */
  readonly band: number;
  /** Why it is shown and not judged. */
  readonly note: string;
}

export interface System {
  readonly family: string;
  /** Unlike any other's: the seeds follow from it. */
  readonly name: string;
  readonly checks: readonly Check[];
  /** How much work a replication of the pilot is, in the system's own unit: requests mostly. */
  readonly pilot: number;
  /** Runs one replication of a given size after a warm-up of its own. */
  readonly run: (seed: number, size: number) => Sample;
}

/** The name of a statistic, or a function of several; with how it is judged where that is not by its interval. */
export type Estimate =
  | string
  | ((means: Sample) => number)
  | {
      readonly of: string | ((means: Sample) => number);
      readonly kind?: Kind;
      readonly band?: number;
      readonly note?: string;
    };

interface Family<P> {
  readonly family: string;
  /** Which vectors belong here, by the name of their system. */
  readonly systems: readonly string[];
  /** Vectors with the same key are of one system; without it those of the same name and parameters. */
  readonly key?: (parameters: P, vector: Vector) => string;
  /** Ways of building the system that must all agree with the vectors, such as laws of service. */
  readonly variants?: readonly string[];
  readonly build: (parameters: P, variant: string, system: string) => Pick<System, "pilot" | "run">;
  /** How each vector is estimated; undefined leaves it out. */
  readonly estimate: (vector: Vector, parameters: P, variant: string) => Estimate | undefined;
}

/** Makes the systems of a family from the vectors. */
export function systemsOf<P>(about: Family<P>): System[] {
  const { family, systems, variants = [""] } = about;
  const key = about.key ?? ((parameters: P, { system }: Vector) => `${system} ${label(parameters)}`);
  const groups = new Map<string, Vector[]>();
  for (const vector of vectors) {
    if (!systems.includes(vector.system)) continue;
    const name = key(vector.parameters as P, vector);
    groups.set(name, [...(groups.get(name) ?? []), vector]);
  }
  if (groups.size === 0) throw new Error(`no vectors of ${systems.join(", ")}`);
  return [...groups].flatMap(([name, members]) =>
    variants.flatMap((variant): System[] => {
      const checks = members.flatMap((vector) => {
        const estimate = about.estimate(vector, vector.parameters as P, variant);
        return estimate === undefined ? [] : [checkOf(vector, estimate)];
      });
      if (checks.length === 0) return [];
      const [{ parameters, system }] = members;
      const built = about.build(parameters as P, variant, system);
      return [{ family, name: variant === "" ? name : `${name} ${variant}`, checks, ...built }];
    }),
  );
}

function checkOf(vector: Vector, estimate: Estimate): Check {
  const about = typeof estimate === "object" ? estimate : { of: estimate };
  const { of, kind = "interval", band = 0, note = "an approximation" } = about;
  return { vector, kind, band, note, estimate: typeof of === "string" ? (means) => means[of] : of };
}

/** Parameters in few words: numbers and short words with their names, whole sentences left out. */
function label(parameters: unknown): string {
  const parts = Object.entries(parameters as Record<string, unknown>).flatMap(([name, value]) => {
    if (typeof value === "string" && value.length > 20) return [];
    const text = typeof value === "number" ? String(Number(value.toPrecision(4))) : JSON.stringify(value);
    return [`${name.replace(/^lambda_$/, "lambda")}=${text.replaceAll('"', "")}`];
  });
  return parts.join(" ");
}
