/** The sections of figures: latency, load and capacity, money, and where the time goes. */

import { type Bars, type Part, stackedBars } from "../figures/bars.js";
import { IDLE_COLOUR, partColour } from "../figures/colours.js";
import { latencyDistribution } from "../figures/distribution.js";
import { type Line, type OverTime, overTime } from "../figures/over-time.js";
import { trackOf } from "../figures/tracks.js";
import { formatPlain, formatTick } from "../numbers.js";
import { intervalOf } from "../summary.js";
import { hasPrices } from "../verdicts.js";
import { type Markup, markup } from "./markup.js";
import { figure, key, multiples, partLegend, policyLegend, section, type View } from "./view.js";

const HOW_TO_READ = markup`<p class="quiet">In all figures over time, lines are means over the replications and bands reach from the lowest to the highest of them; the warm-up is shaded.</p>
`;

export function latency(view: View): Markup {
  const corner = view.summary.objectives.some(({ endpoint, latency: limit }) => endpoint === null && limit !== null)
    ? " The dashed corner is the objective: the curve of a policy that keeps it passes below and left of it."
    : "";
  return section("latency", "Latency", [
    HOW_TO_READ,
    markup`<div class="pair">${quantileOverTime(view, "P50", "median")}${quantileOverTime(view, "P99", "99th percentile")}</div>`,
    markup`<div class="pair">${figure(
      "Latency distribution",
      latencyDistribution(view.summary),
      `How many requests took longer than a time. All replications together, failed requests left out; both axes are logarithmic.${corner}`,
      policyLegend(view.summary),
    )}${causes(view)}</div>`,
  ]);
}

function quantileOverTime(view: View, quantile: "P50" | "P99", named: string): Markup {
  const title = `Latency over time, ${named}`;
  // Only an objective about this very quantile is a line in this figure.
  const share = quantile === "P99" ? 0.99 : 0.5;
  const limit = view.summary.objectives.find((one) => one.endpoint === null && one.share === share)?.latency;
  const column = `latency${quantile}`;
  const picture = columnOverTime(view, column, {
    title,
    y: { label: `latency, ${named}`, format: brief, logarithmic: isWide(view, column) },
    ...(limit == null ? {} : { limit: { value: limit, label: `objective ${brief(limit)}` } }),
  });
  return figure(title, picture, "Of the requests answered in each step of the series.", policyLegend(view.summary));
}

function causes(view: View): Markup {
  const parts = partsOf(view, "cause").map((part) => ({ ...part, label: part.label.replace(", per request", "") }));
  return barFigure(
    view,
    { id: "causes", title: "Where the time goes", parts, axis: "time per request", format: brief },
    "Seconds per request, summed over its calls. Calls side by side count each, so the sum may exceed the latency.",
  );
}

export function load(view: View): Markup {
  const { summary, services } = view;
  const policies = policyLegend(summary);
  const perService = (name: string, i: number): Markup | undefined => {
    const capacity = policyLines(view, `${name}.capacity`);
    const used = policyLines(view, `${name}.used`).map((line): Line => ({ ...line, manner: "thin" }));
    const demand: Line = { policy: undefined, manner: "area", points: trackOf(view.runs.flat(), `${name}.demand`) };
    return drawLines(view, [demand, ...capacity, ...used], {
      id: `load-${i}`,
      size: "small",
      title: `Load against capacity of ${name}`,
      y: { label: "cores", format: formatPlain },
      steps: true,
    });
  };
  const replicas = services.map((name, i) => ({
    name,
    picture: columnOverTime(view, `${name}.ready`, {
      id: `ready-${i}`,
      size: "small",
      title: `Ready pods of ${name}`,
      y: { label: "pods", format: formatPlain, whole: true },
      steps: true,
    }),
  }));
  return section("load", "Load and capacity", [
    markup`<div class="pair">${requests(view)}${figure(
      "Nodes over time",
      columnOverTime(view, "nodes", {
        title: "Nodes over time",
        y: { label: "nodes, bought and paid", format: formatPlain, whole: true },
        steps: true,
      }),
      "",
      policies,
    )}</div>`,
    multiples({
      title: "Load against capacity, by service",
      pictures: services.map((name, i) => ({ name, picture: perService(name, i) })),
      caption:
        "Cores that the requests will ask for, cores of the ready pods, and cores in use. Where the load rises above a line, that policy's pods cannot keep up. Each service has its own scale.",
      legend: policyLegend(summary, [key("area", "offered load"), key("line", "capacity"), key("thin", "in use")]),
    }),
    multiples({ title: "Ready pods, by service", pictures: replicas, caption: "", legend: policies }),
  ]);
}

function requests(view: View): Markup {
  const sent: Line = { policy: undefined, manner: "area", points: trackOf(view.runs.flat(), "sentPerSecond") };
  const picture = drawLines(view, [sent, ...policyLines(view, "answeredPerSecond")], {
    id: "requests",
    title: "Requests sent and answered over time",
    y: { label: "requests per second", format: formatPlain },
  });
  const legend = policyLegend(view.summary, [key("area", "sent"), key("line", "answered")]);
  return figure(
    "Requests sent and answered",
    picture,
    "What was sent and not answered waits in a queue or has failed.",
    legend,
  );
}

export function money(view: View): Markup | undefined {
  const { summary, services } = view;
  const means = (name: string): readonly number[] =>
    summary.policies.map(({ measures }) => intervalOf(measures[name]).mean);
  const total = means("cost.perHour");
  if (!hasPrices(summary)) return undefined;
  const perHour = (name: string): readonly number[] => means(name).map((usd) => (usd / summary.duration) * 3600);
  const ofServices = services.map(
    (name, i): Part => ({ label: name, colour: partColour(i), values: perHour(`service.${name}.usd`) }),
  );
  const used = (i: number): number => ofServices.reduce((sum, { values }) => sum + (values[i] > 0 ? values[i] : 0), 0);
  const idle: Part = { label: "idle", colour: IDLE_COLOUR, values: total.map((usd, i) => Math.max(0, usd - used(i))) };
  return section("money", "Cost", [
    markup`<div class="pair">${figure(
      "Cost over time",
      columnOverTime(view, "usdPerHour", {
        title: "Cost over time",
        y: { label: "USD per hour", format: formatPlain },
        steps: true,
      }),
      "",
      policyLegend(summary),
    )}${barFigure(
      view,
      {
        id: "split",
        title: "What is paid for",
        parts: [...fewest(ofServices), idle],
        axis: "USD per hour",
        format: formatPlain,
      },
      "A pod pays the part of its node that it has requested; what nobody has requested is idle.",
    )}</div>`,
  ]);
}

export function errors(view: View): Markup {
  const { summary } = view;
  const share = (i: number): number => intervalOf(summary.policies[i].measures["errors.share"]).mean;
  if (!summary.policies.some((_, i) => share(i) > 0)) {
    return section("errors", "Errors", [
      markup`<p>No request failed.</p>
`,
    ]);
  }
  const parts = partsOf(view, "errors").map((part) => ({ ...part, label: part.label.replace("failed: ", "") }));
  const bars = {
    id: "errors-bars",
    title: "Errors by cause",
    parts,
    axis: "share of requests",
    format: percent,
  };
  const failures = drawLines(view, policyLines(view, "failedPerSecond"), {
    id: "failures",
    title: "Failed requests over time",
    y: { label: "failed requests per second", format: formatPlain },
  });
  return section("errors", "Errors", [
    markup`<div class="pair">${figure("Failed requests over time", failures, "", policyLegend(summary))}${barFigure(view, bars, "Of all requests that ended.")}</div>`,
  ]);
}

function barFigure(view: View, bars: Omit<Bars, "policies" | "description">, caption: string): Markup {
  const policies = view.summary.policies.map(({ name }) => name);
  const shown = bars.parts.filter(({ values }) => values.some((value) => value > 0));
  const description = policies
    .map(
      (policy, i) => `${policy}: ${shown.map(({ label, values }) => `${label} ${bars.format(values[i])}`).join(", ")}`,
    )
    .join("; ");
  return figure(bars.title, stackedBars({ ...bars, parts: shown, policies, description }), caption, partLegend(shown));
}

/** The parts of a whole that a group of measures names; the whole itself is left out. */
function partsOf({ summary }: View, group: "cause" | "errors"): readonly Part[] {
  const measures = summary.measures.filter((one) => one.group === group && one.name !== "errors.share");
  return measures.map(({ name, label }, i) => ({
    label,
    colour: partColour(i),
    values: summary.policies.map((policy) => intervalOf(policy.measures[name]).mean),
  }));
}

/** As many services as there are colours; the rest together. */
function fewest(parts: readonly Part[]): readonly Part[] {
  if (parts.length <= 7) return parts;
  const sum = ({ values }: Part): number => values.reduce((total, value) => total + value, 0);
  const rest = [...parts].sort((one, two) => sum(two) - sum(one)).slice(6);
  const values = parts[0].values.map((_, i) => rest.reduce((total, part) => total + part.values[i], 0));
  const kept = parts.filter((part) => !rest.includes(part)).map((part, i) => ({ ...part, colour: partColour(i) }));
  return [...kept, { label: `${rest.length} other services`, colour: partColour(7), values }];
}

type Drawn = Partial<OverTime> & Pick<OverTime, "title" | "y">;

const policyLines = ({ runs }: View, column: string): readonly Line[] =>
  runs.map((of, policy) => ({ policy, points: trackOf(of, column) }));

const columnOverTime = (view: View, column: string, about: Drawn): Markup | undefined =>
  drawLines(view, policyLines(view, column), { id: column, ...about });

function drawLines(view: View, lines: readonly Line[], about: Drawn): Markup | undefined {
  const { summary, clock, end } = view;
  const described = summary.policies.flatMap(({ name }, i) => {
    const means = (lines.find(({ policy }) => policy === i)?.points ?? [])
      .map(({ mean }) => mean)
      .filter(Number.isFinite);
    if (means.length === 0) return [];
    const format = about.y.format ?? formatPlain;
    return [`${name}: from ${format(Math.min(...means))} to ${format(Math.max(...means))}`];
  });
  const description = `${about.y.label}; ${described.join("; ")}`;
  return overTime({ id: "", description, size: "large", clock, warmup: summary.warmup, end, lines, ...about });
}

/** Whether a column spans more than a linear axis can show. */
function isWide({ runs }: View, column: string): boolean {
  const means = runs.flatMap((of) => trackOf(of, column).map(({ mean }) => mean)).filter((mean) => mean > 0);
  return means.length > 0 && Math.max(...means) > 8 * Math.min(...means);
}

const brief = (seconds: number): string => formatTick(seconds, "s");
const percent = (share: number): string => formatTick(share, "share");
