/** Circles in a graph of names. */
import type { Path } from "./source.js";

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly path: Path;
}

export interface Circle {
  /** The edge that closes it. */
  readonly path: Path;
  /** Once around, the first name again at the end. */
  readonly names: readonly string[];
}

const REPORTED = 10; // more circles than this come from one mistake

/** Circles without an edge in common, until none is left. */
export function circles(edges: readonly Edge[]): Circle[] {
  const found: Circle[] = [];
  let left = [...edges];
  while (found.length < REPORTED) {
    left = withoutDeadEnds(left);
    if (left.length === 0) break;
    const around = walk(left);
    found.push({ path: around.at(-1)!.path, names: [around[0].from, ...around.map(({ to }) => to)] });
    left = left.filter((edge) => !around.includes(edge));
  }
  return found;
}

/** Drops edges to names that lead nowhere, again and again: what stays leads into a circle. */
function withoutDeadEnds(edges: readonly Edge[]): Edge[] {
  const into = new Map<string, Edge[]>();
  const outs = new Map<string, number>();
  for (const edge of edges) {
    const others = into.get(edge.to);
    if (others === undefined) into.set(edge.to, [edge]);
    else others.push(edge);
    outs.set(edge.from, (outs.get(edge.from) ?? 0) + 1);
  }
  const dropped = new Set<Edge>();
  const dead = [...into.keys()].filter((name) => !outs.has(name));
  for (let name = dead.pop(); name !== undefined; name = dead.pop())
    for (const edge of into.get(name) ?? []) {
      dropped.add(edge);
      const rest = outs.get(edge.from)! - 1;
      outs.set(edge.from, rest);
      if (rest === 0) dead.push(edge.from);
    }
  return edges.filter((edge) => !dropped.has(edge));
}

/** Every name left has a way on, so walking along must come to a name for the second time. */
function walk(edges: readonly Edge[]): Edge[] {
  const way = new Map<string, Edge>();
  for (const edge of edges) if (!way.has(edge.from)) way.set(edge.from, edge);
  const walked: Edge[] = [];
  const visited = new Map<string, number>();
  let name = edges[0].from;
  while (!visited.has(name)) {
    visited.set(name, walked.length);
    const edge = way.get(name)!;
    walked.push(edge);
    name = edge.to;
  }
  return walked.slice(visited.get(name));
}
