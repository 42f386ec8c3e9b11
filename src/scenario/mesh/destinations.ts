/** Where a rule leads: weights of services, and the share that comes to nobody. */
import type { Field } from "../kubernetes/field.js";
import type { Workload } from "../kubernetes/workloads.js";

/** Some pods with a weight against the others of the rule. */
export interface Part {
  readonly weight: number;
  /** None: there is nobody to take its calls, which a proxy answers itself. */
  readonly workloads: readonly Workload[];
}

export interface Split {
  /** Undefined where nobody takes anything. */
  readonly to: string | Readonly<Record<string, number>> | undefined;
  /** Of the calls, how many come to nobody. */
  readonly lost: number;
}

/** Pods of several workloads behind one name take their calls by their numbers. */
export function splitOf(parts: readonly Part[]): Split {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map<string, number>();
  let lost = 0;
  for (const { weight, workloads } of parts) {
    if (workloads.length === 0) lost += weight;
    const pods = workloads.map(({ replicas }) => replicas);
    const count = pods.reduce((sum, one) => sum + one, 0);
    for (const [i, { service }] of workloads.entries()) {
      const share = weight * (count === 0 ? 1 / workloads.length : pods[i] / count);
      shares.set(service, (shares.get(service) ?? 0) + share);
    }
  }
  const taken = new Map([...shares].filter(([, share]) => share > 0));
  return { to: toOf(taken), lost: all === 0 ? 0 : lost / all };
}

function toOf(shares: ReadonlyMap<string, number>): Split["to"] {
  if (shares.size === 0) return undefined;
  if (shares.size === 1) return [...shares.keys()][0];
  const whole = inWholes([...shares.values()]);
  return Object.fromEntries([...shares.keys()].map((name, i) => [name, whole[i]]));
}

/** Weights as quantities, such as 90 or "900m"; what is not said is 0. Their sum must be something. */
export function asShares(list: Field, weights: readonly Field[]): readonly number[] {
  const found = weights.map((one) => one.quantity("a weight from 0 up") ?? 0);
  if (found.length > 0 && found.every((weight) => weight === 0)) list.say("expected weights with a sum above 0, got 0");
  return found;
}

const FINEST = 10_000;

/** The smallest whole numbers in these proportions, or nearly so. */
export function inWholes(shares: readonly number[]): readonly number[] {
  const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-9 * Math.max(1, value);
  const times = upTo(FINEST).find((n) => shares.every((share) => isWhole(n * share))) ?? FINEST;
  const all = shares.map((share) => Math.round(times * share));
  const common = all.reduce(divisor);
  return all.map((one) => one / common);
}

const upTo = (most: number): readonly number[] => Array.from({ length: most }, (_, i) => i + 1);
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
