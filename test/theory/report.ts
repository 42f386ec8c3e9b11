/** The table and the closing lines. */
import type { Verdict } from "./judge.js";
import { truthOf } from "./vectors.js";

/** A wider interval than this cannot show that a bias stays under a per cent. */
const NARROW = 0.01;

export function table(verdicts: readonly Verdict[]): string {
  const head = ["vector", "system", "measure", "exact", "simulated", "± 99 %", "bias %", ""];
  const rows = verdicts.map((verdict): string[] => {
    const { check, system, exact, interval, bias } = verdict;
    return [
      check.vector.id,
      system.name,
      check.vector.measure,
      digits(exact),
      digits(interval.mean),
      interval.halfWidth === 0 ? "" : digits(interval.halfWidth, 2),
      (100 * bias).toFixed(2),
      remark(verdict),
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const numbers = new Set([3, 4, 5, 6]);
  const line = (row: string[]): string =>
    row
      .map((cell, i) => (numbers.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join("  ")
      .trimEnd();
  return [line(head), ...rows.map(line)].join("\n");
}

function remark({ check, inside, width }: Verdict): string {
  if (check.kind === "shown") return `shown, not judged: ${check.note}`;
  const verdict = inside ? "inside" : "OUTSIDE";
  const notes = [
    ...(check.kind === "bound" ? ["of the bound"] : []),
    ...(check.kind === "equal" ? ["no chance in it"] : []),
    ...(truthOf(check.vector).halfWidth > 0 ? ["against another simulation"] : []),
    ...(check.band > 1e-6 ? [`theory itself to ${(100 * check.band).toPrecision(2)} %`] : []),
    ...(check.kind === "interval" && width > NARROW ? ["wide"] : []),
  ];
  return [verdict, ...notes].join(", ");
}

/** A narrow interval shows a bias by its middle; a wide one only by lying beyond a per cent with all of itself. */
function showsBias({ check, bias, width, inside }: Verdict): boolean {
  if (check.kind === "bound") return !inside;
  return Math.abs(bias) - (width <= NARROW ? 0 : width) - check.band > 0.01;
}

/** Whether the aims are met, and the numbers that say so. */
export function closing(verdicts: readonly Verdict[]): { readonly text: string; readonly good: boolean } {
  const judged = verdicts.filter(({ check }) => check.kind !== "shown");
  const outside = judged.filter(({ inside }) => !inside);
  const unbiased = judged.filter(({ check }) => check.kind === "interval");
  const narrow = unbiased.filter(({ width }) => width <= NARROW);
  const worst = narrow.reduce((most, { bias }) => Math.max(most, Math.abs(bias)), 0);
  const widest = unbiased.reduce((most, { width }) => Math.max(most, width), 0);
  const biased = judged.filter(showsBias);
  const covered = 1 - outside.length / judged.length;
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const lines = [
    `${judged.length - outside.length} inside, ${outside.length} outside of ${judged.length} (${percent(covered)}); worst bias ${percent(worst)} among the ${narrow.length} intervals of a half-width of 1 % or less`,
    `${unbiased.length - narrow.length} intervals are wider, up to ${percent(widest)}; ${verdicts.length - judged.length} shown, not judged`,
    ...outside.map(
      ({ check, system, bias, width }) =>
        `outside: ${check.vector.id} ${system.name}, ${check.vector.measure}: ${percent(bias)} with an interval of ± ${percent(width)}`,
    ),
    ...biased.map(({ check, system, bias }) => `biased: ${check.vector.id} ${system.name}: ${percent(bias)}`),
  ];
  return { text: lines.join("\n"), good: covered >= 0.95 && biased.length === 0 };
}

function digits(value: number, places = 5): string {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6))
    return String(Number(value.toPrecision(places)));
  return value.toExponential(places - 1);
}
