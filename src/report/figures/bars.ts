/** Wholes and their parts: one stacked bar for each policy, its name and its total above it. */
import * as Plot from "@observablehq/plot";
import type { Markup } from "../page/markup.js";
import { draw } from "./draw.js";

export interface Part {
  readonly label: string;
  readonly colour: string;
  /** By policy, in their order. */
  readonly values: readonly number[];
}

export interface Bars {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly policies: readonly string[];
  readonly parts: readonly Part[];
  readonly axis: string;
  readonly format: (value: number) => string;
}

const WIDTH = 480;
const MARGIN = { marginLeft: 6, marginRight: 18, marginTop: 4, marginBottom: 40 };
const ROW = 46;
/** Of the row's height: where the bar begins and ends. */
const BAR = { from: 0.42, to: 0.9 };
/** A name that is longer would run into the total on the right. */
const LONGEST_NAME = 44;

/** Undefined when there is nothing to draw. */
export function stackedBars({ id, title, description, policies, parts, axis, format }: Bars): Markup | undefined {
  const totals = policies.map((_, i) => parts.reduce((sum, { values }) => sum + amount(values[i]), 0));
  const longest = Math.max(...totals);
  if (!(longest > 0)) return undefined;
  const pieces = policies.flatMap((policy, row) => {
    let x = 0;
    return parts.map(({ label, colour, values }) => {
      const size = amount(values[row]);
      x += size;
      const tip = `${policy}, ${label}: ${format(values[row])}`;
      return { x1: x - size, x2: x, y1: row + BAR.from, y2: row + BAR.to, colour, tip };
    });
  });
  const height = policies.length * ROW + MARGIN.marginTop + MARGIN.marginBottom;
  const words = { y: (row: number) => row + BAR.from, dy: -4, lineAnchor: "bottom" } as const;
  return draw({
    id,
    title,
    description,
    width: WIDTH,
    height,
    plot: {
      ...MARGIN,
      x: {
        domain: [0, longest],
        label: axis,
        labelAnchor: "center",
        labelArrow: "none",
        ticks: 6,
        tickFormat: format,
        tickSize: 4,
        grid: true,
      },
      y: { domain: [0, policies.length], reverse: true, axis: null },
      marks: [
        Plot.rect(
          pieces.filter(({ x1, x2 }) => x2 > x1),
          {
            x1: "x1",
            x2: "x2",
            y1: "y1",
            y2: "y2",
            fill: "colour",
            title: "tip",
            stroke: "var(--ground)",
            strokeWidth: 0.6,
          },
        ),
        Plot.text(
          policies.map((_, row) => row),
          { ...words, x: 0, text: (row: number) => short(policies[row]), textAnchor: "start", fontWeight: 600 },
        ),
        Plot.text(
          policies.map((_, row) => row),
          { ...words, x: longest, text: (row: number) => format(totals[row]), textAnchor: "end" },
        ),
      ],
      color: { type: "identity" },
    },
  });
}

/** What is unknown has no length. */
const amount = (value: number): number => (value > 0 ? value : 0);

const short = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);
