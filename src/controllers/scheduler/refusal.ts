/** Why no node will do, in the words of upstream's events: how many nodes gave which reason, in the order of the text. */
import type { Rejection } from "./filters.js";

export function refusal(nodes: number, reasons: Iterable<string>): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const all = [...counts].map(([reason, count]) => `${count} ${reason}`).sort(byBytes);
  return `0/${nodes} nodes are available:${all.length === 0 ? "" : ` ${all.join(", ")}.`}`;
}

export const refusalOf = (nodes: number, rejections: ReadonlyMap<string, Rejection>): string =>
  refusal(
    nodes,
    [...rejections.values()].flatMap(({ reasons }) => reasons),
  );

const byBytes = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
