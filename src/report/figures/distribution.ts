/** How many requests are slower than any time: the complementary distribution of latency, both axes logarithmic. */
import * as Plot from "@observablehq/plot";
import { LatencyHistogram } from "../../measure/histogram.js";
import { formatTick } from "../numbers.js";
import type { Markup } from "../page/markup.js";
import type { Summary } from "../summary.js";
import { policyColour, policyDash } from "./colours.js";
import { draw } from "./draw.js";
import { SIZES } from "./over-time.js";
import { logTicks } from "./tracks.js";

/** Rarer than one in a million is chance. */
const RAREST = 1e-6;
const POINTS = 160;
/** The fastest of all are left out: they would stretch the axis by decades for nothing. */
const MOST_SHOWN = 0.99;
/** Room for "0.0001 %" and for the last tick's words. */
const SIZE = { ...SIZES.large, marginLeft: 80, marginRight: 30 };

export function latencyDistribution({ policies, objectives }: Summary): Markup | undefined {
  const curves = policies.map(({ name, latency }) => ({
    name,
    points: slowerThan(LatencyHistogram.fromJSON(latency)),
  }));
  const times = curves.flatMap(({ points }) => points.map(({ latency }) => latency));
  if (times.length === 0) return undefined;
  const limits = objectives.flatMap(({ endpoint, latency, share }) =>
    endpoint === null && latency !== null && share !== null ? [{ latency, slower: 1 - share }] : [],
  );
  const low = Math.min(...times, ...limits.map(({ latency }) => latency)) / 1.1;
  const high = Math.max(...times, ...limits.map(({ latency }) => latency)) * 1.15;
  const rarest = Math.min(...curves.flatMap(({ points }) => points.map(({ slower }) => slower)));
  const described = policies.map(({ name, latency }) => {
    const histogram = LatencyHistogram.fromJSON(latency);
    return `${name}: half within ${read(histogram.quantile(0.5))}, 99 % within ${read(histogram.quantile(0.99))}`;
  });
  return draw({
    id: "distribution",
    title: "Share of requests slower than a given latency",
    description: described.join("; "),
    ...SIZE,
    plot: {
      ...SIZE,
      x: {
        type: "log",
        domain: [low, high],
        ticks: [...logTicks(low, high)],
        tickFormat: read,
        tickSize: 4,
        grid: true,
        label: "latency",
        labelAnchor: "center",
        labelArrow: "none",
      },
      y: {
        type: "log",
        domain: [rarest, 1],
        ticks: powers(rarest),
        tickFormat: percent,
        tickSize: 0,
        grid: true,
        label: "share of requests that are slower",
        labelArrow: "none",
      },
      marks: [
        ...curves.map(({ points }, i) => {
          const dash = policyDash(i);
          return Plot.line(points, {
            x: "latency",
            y: "slower",
            stroke: policyColour(i),
            strokeWidth: 1.8,
            ...(dash ? { strokeDasharray: dash } : {}),
          });
        }),
        ...limits.flatMap(({ latency, slower }) => objectiveMarks(latency, Math.max(slower, rarest), high)),
      ],
    },
  });
}

/** The objective is a corner that the curve must pass below. */
const objectiveMarks = (latency: number, slower: number, high: number): readonly Plot.Markish[] => [
  Plot.ruleX([latency], { y1: slower, y2: 1, stroke: "var(--limit)", strokeDasharray: "5 3", strokeWidth: 1.2 }),
  Plot.ruleY([slower], { x1: latency, x2: high, stroke: "var(--limit)", strokeDasharray: "5 3", strokeWidth: 1.2 }),
  Plot.dot([0], { x: [latency], y: [slower], fill: "var(--limit)", r: 3.5 }),
];

/** Points at equal steps of the logarithm, for the tail is what one wants to see. */
function slowerThan(histogram: LatencyHistogram): readonly { readonly latency: number; readonly slower: number }[] {
  if (histogram.count === 0) return [];
  const last = Math.log10(Math.max(RAREST, 1 / histogram.count));
  const points = Array.from({ length: POINTS }, (_, i) => {
    const slower = MOST_SHOWN * (10 ** last / MOST_SHOWN) ** (i / (POINTS - 1));
    return { latency: histogram.quantile(1 - slower), slower };
  });
  return points.filter(({ latency }) => latency > 0);
}

const powers = (rarest: number): number[] =>
  Array.from({ length: Math.floor(-Math.log10(rarest) + 1e-9) + 1 }, (_, i) => Number(`1e-${i}`));

/** Ticks are powers of ten; 0.0001 % reads so. */
const percent = (share: number): string => `${+(share * 100).toPrecision(3)} %`;

const read = (seconds: number): string => formatTick(seconds, "s");
