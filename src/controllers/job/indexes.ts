/** The numbers of an indexed Job's pods. */
import type { JobPod } from "./pods.js";

export type Indexes = ReadonlySet<number>;

/** The lowest numbers that have not succeeded and have no pod. */
export function missing(count: number, completions: number, taken: Indexes): readonly number[] {
  const found: number[] = [];
  for (let index = 0; index < completions && found.length < count; index++) if (!taken.has(index)) found.push(index);
  return found;
}

/** Pods whose number is out of range or borne by another one that is less easily missed; the list is in that order. */
export function superfluous(leastWanted: readonly JobPod[], completions: number, done: Indexes): readonly JobPod[] {
  const kept = new Set<number>();
  return [...leastWanted].reverse().filter(({ index = -1 }) => {
    if (index < 0 || index >= completions || done.has(index) || kept.has(index)) return true;
    kept.add(index);
    return false;
  });
}

/** As the Job's status holds them: "0-3,7", a pair as "4,5". */
export function shortened(indexes: Indexes): string {
  const sorted = [...indexes].sort((one, other) => one - other);
  const runs: [number, number][] = [];
  for (const index of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? "," : "-"}${last}`))
    .join(",");
}
