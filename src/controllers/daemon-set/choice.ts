/**
 * What a look does, where the controller is free to choose: it goes through nodes in the order of a Go map, which is random,
 * so that of those that are alike for it any may be the ones.
 */
export interface Choice<T> {
  readonly always: readonly T[];
  /** And so many of these. */
  readonly count: number;
  readonly of: readonly T[];
}

/** Creations in a look at most, and deletions as well. */
const BURST = 250;

export function choose<T>(fixed: readonly T[], wanted = 0, candidates: readonly T[] = []): Choice<T> {
  if (fixed.length > BURST) return { always: [], count: BURST, of: fixed };
  const count = Math.max(0, Math.min(wanted, candidates.length, BURST - fixed.length));
  if (count === candidates.length) return { always: [...fixed, ...candidates], count: 0, of: [] };
  return { always: fixed, count, of: count === 0 ? [] : candidates };
}

export const isNothing = ({ always, count }: Choice<unknown>): boolean => always.length + count === 0;

/** One of the answers that are allowed; `uniform` gives numbers from 0 up to 1. */
export function oneOf<T>({ always, count, of }: Choice<T>, uniform: () => number): readonly T[] {
  const left = [...of];
  const drawn = Array.from({ length: count }, () => left.splice(Math.floor(uniform() * left.length), 1)[0]);
  return [...always, ...drawn];
}
