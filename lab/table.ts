/** What is printed: a row for each case and proxy. */
import Table from "cli-table3";
import type { Case, ProxyName } from "./cases.js";
import { type Answers, type Compared, compare, quantile } from "./statistics.js";

/** Measured and simulated are to lie so near. */
export const AIM = 0.1;

export interface Row {
  readonly name: string;
  readonly proxy: ProxyName;
  readonly p50: Compared;
  readonly p95: Compared;
  readonly failed: Compared;
  readonly tries: Compared;
}

export const rowOf = ({ name }: Case, proxy: ProxyName, measured: Answers, plays: readonly Answers[]): Row => {
  const of = (number: (answers: Answers) => number): Compared => compare(measured, plays, number);
  return {
    name,
    proxy,
    p50: of(({ latencies }) => quantile(latencies, 0.5)),
    p95: of(({ latencies }) => quantile(latencies, 0.95)),
    failed: of(({ failed }) => failed),
    tries: of(({ tries }) => tries),
  };
};

export const misses = ({ p50, p95 }: Row): boolean => [p50, p95].some(({ error }) => !(Math.abs(error) <= AIM));

const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(1);
const percent = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %`;

function timeCells({ measured, simulated, error, chance }: Compared): string[] {
  const mark = Math.abs(error) <= AIM ? "" : " (!)";
  return [milliseconds(measured), milliseconds(simulated), `${percent(error)} ± ${(100 * chance).toFixed(1)}${mark}`];
}

const countCell = ({ measured, simulated }: Compared): string => `${measured} / ${simulated.toFixed(1)}`;

export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ["case", "proxy", "p50, ms", "simulated", "error", "p95, ms", "simulated", "error", "failed", "tries"],
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    colAligns: ["left", "left", ...Array<"right">(8).fill("right")],
  });
  for (const { name, proxy, p50, p95, failed, tries } of rows)
    table.push([name, proxy, ...timeCells(p50), ...timeCells(p95), countCell(failed), countCell(tries)]);
  return table.toString();
}
