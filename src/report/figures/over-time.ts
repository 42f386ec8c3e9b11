/** Figures over time: one line for each policy, a band for how far its replications lie apart, the warm-up shaded. */
import * as Plot from "@observablehq/plot";
import type { Markup } from "../page/markup.js";
import { policyColour, policyDash } from "./colours.js";
import { draw } from "./draw.js";
import { type Clock, logTicks, type Point, wholeTicks, withoutRepeats } from "./tracks.js";

/** A large figure takes half of the page's width, a small one a third. */
export const SIZES = {
  large: { width: 480, height: 290, marginLeft: 64, marginRight: 14, marginTop: 28, marginBottom: 40 },
  small: { width: 300, height: 172, marginLeft: 38, marginRight: 10, marginTop: 26, marginBottom: 38 },
} as const;

export interface Line {
  /** The policy's place in the scenario, which is its colour; undefined: not a policy's. */
  readonly policy: number | undefined;
  readonly points: readonly Point[];
  /** How it is drawn; a thin line is dotted and has no band. */
  readonly manner?: "line" | "thin" | "area";
}

export interface OverTime {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly size: keyof typeof SIZES;
  readonly clock: Clock;
  readonly warmup: number;
  readonly end: number;
  readonly lines: readonly Line[];
  readonly y: {
    readonly label: string;
    readonly format?: (value: number) => string;
    readonly logarithmic?: boolean /** Pods and nodes are counted: no ticks between them. */;
    readonly whole?: boolean;
  };
  /** Values hold until the next one, as numbers of pods do. */
  readonly steps?: boolean;
  /** A horizontal line that is not to be crossed. */
  readonly limit?: { readonly value: number; readonly label: string } | undefined;
  readonly dots?: readonly {
    readonly policy: number;
    readonly time: number;
    readonly value: number;
    readonly title: string;
  }[];
}

/** Undefined when there is nothing to draw. */
export function overTime(about: OverTime): Markup | undefined {
  const { id, title, description, size, lines, clock } = about;
  const values = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high])).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  const y = verticalScale(about, values);
  const x = (time: number): number => time / clock.seconds;
  const marks = [
    ...warmupMarks(about, y.domain[1]),
    ...lines.flatMap((line, i) =>
      lineMarks({ ...line, points: withoutRepeats(line.points) }, about, { floor: y.floor, width: widthOf(about, i) }),
    ),
    ...limitMarks(about, y.domain),
    ...(about.dots ?? []).map((dot) =>
      Plot.dot([dot], { x: x(dot.time), y: dot.value, fill: policyColour(dot.policy), r: 2.6, title: "title" }),
    ),
    // A line below, so that the figure has a ground even where nothing touches it.
    Plot.ruleY([y.domain[0]], { strokeOpacity: 0.4 }),
  ];
  return draw({
    id,
    title,
    description,
    ...SIZES[size],
    plot: {
      ...SIZES[size],
      x: {
        domain: [0, x(about.end)],
        label: clock.label,
        labelArrow: "none",
        labelAnchor: "center",
        ticks: size === "large" ? 8 : 5,
        tickSize: 4,
      },
      y: y.options,
      marks,
    },
  });
}

/** So that the word "warm-up" stands above the lines. */
const HEADROOM = 1.12;

function verticalScale({ y, size, limit, lines }: OverTime, values: readonly number[]) {
  const { label, format } = y;
  const shared = {
    label,
    labelArrow: "none",
    grid: true,
    tickSize: 0,
    ...(format ? { tickFormat: format } : {}),
  } as const;
  // Bands may be wild; lines decide what is worth the ink. A limit that is far off would flatten them.
  const means = lines.flatMap(({ points }) => points.map(({ mean }) => mean)).filter(Number.isFinite);
  const positive = means.filter((value) => value > 0);
  if (y.logarithmic && positive.length > 0) {
    const high = Math.max(...positive, limit?.value ?? 0) * 1.4;
    const low = Math.min(...positive, limit?.value ?? Infinity) / 1.15;
    const ticks = [...logTicks(low, high)];
    return {
      domain: [low, high],
      floor: low,
      options: { ...shared, type: "log", domain: [low, high], ticks },
    } as const;
  }
  const top = Math.max(...values, (limit?.value ?? 0) * 1.05) * HEADROOM || 1;
  const count = size === "large" ? 6 : 4;
  const options = { ...shared, domain: [0, top], ticks: y.whole ? [...wholeTicks(top, count)] : count };
  return { domain: [0, top], floor: 0, options } as const;
}

/** Steps often coincide: the lines below are wider, so that one sees that they are there. */
function widthOf({ lines, steps }: OverTime, index: number): number {
  const above = lines.slice(index + 1).filter(({ policy, manner }) => policy !== undefined && manner !== "thin").length;
  return steps ? 1.6 + 0.7 * Math.min(above, 3) : 1.8;
}

function lineMarks(
  { policy, points, manner = "line" }: Line,
  about: OverTime,
  { floor, width }: { readonly floor: number; readonly width: number },
): readonly Plot.Markish[] {
  const colour = policy === undefined ? "currentColor" : policyColour(policy);
  const curve = about.steps ? "step-after" : "linear";
  const x = (point: Point): number => point.time / about.clock.seconds;
  if (manner === "area") {
    return [
      Plot.areaY(points, { x, y1: floor, y2: "mean", fill: colour, fillOpacity: 0.13, curve }),
      Plot.lineY(points, { x, y: "mean", stroke: colour, strokeOpacity: 0.45, strokeWidth: 1, curve }),
    ];
  }
  const thin = manner === "thin";
  const dash = thin ? "1.5 2.5" : policy === undefined ? undefined : policyDash(policy);
  const line = Plot.lineY(points, {
    x,
    y: (point: Point) => (point.mean < floor ? Number.NaN : point.mean),
    stroke: colour,
    strokeWidth: thin ? 1.3 : width,
    curve,
    ...(dash ? { strokeDasharray: dash } : {}),
  });
  const spread = points.some(({ low, high }) => high > low);
  if (thin || !spread) return [line];
  const band = Plot.areaY(points, {
    x,
    y1: (point: Point) => Math.max(point.low, floor),
    y2: "high",
    fill: colour,
    fillOpacity: 0.16,
    curve,
    clip: true,
  });
  return [band, line];
}

function warmupMarks({ warmup, clock, end, size }: OverTime, top: number): readonly Plot.Markish[] {
  if (!(warmup > 0 && warmup < end)) return [];
  const region = Plot.rect([0], { x1: 0, x2: warmup / clock.seconds, fill: "currentColor", fillOpacity: 0.06 });
  const label = Plot.text(["warm-up"], {
    x: warmup / clock.seconds / 2,
    y: top,
    dy: 9,
    fillOpacity: 0.7,
    fontSize: size === "large" ? 11 : 10,
  });
  // Its word is wider than a narrow region; the caption explains the shading as well.
  return warmup / end > (size === "large" ? 0.12 : 0.2) ? [region, label] : [region];
}

function limitMarks({ limit, end, clock }: OverTime, domain: readonly [number, number]): readonly Plot.Markish[] {
  if (limit === undefined || !(limit.value >= domain[0] && limit.value <= domain[1])) return [];
  return [
    Plot.ruleY([limit.value], { stroke: "var(--limit)", strokeDasharray: "5 3", strokeWidth: 1.2 }),
    Plot.text([limit.label], {
      x: end / clock.seconds,
      y: limit.value,
      dy: -7,
      textAnchor: "end",
      fill: "var(--limit)",
      stroke: "var(--ground)",
      strokeWidth: 4,
    }),
  ];
}
