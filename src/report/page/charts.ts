/** The sections of figures: latency, load and capacity, money, and where the time goes. */

import { type Bars, type Part, stackedBars } from "../figures/bars.js";
import { IDLE_COLOUR, partColour } from "../figures/colours.js";
import { latencyDistribution } from "../figures/distribution.js";
import { type Line, type OverTime, overTime } from "../figures/over-time.js";
import { trackOf } from "../figures/tracks.js";
import { formatNumber, formatPlain } from "../numbers.js";
import { intervalOf } from "../summary.js";
import { type Markup, markup } from "./markup.js";
import { figure, key, multiples, partLegend, policyLegend, section, type View } from "./view.js";

const BAND =
  "Lines are means over the replications, bands reach from the lowest to the highest of them; the warm-up is shaded.";

export function latency(view: View): Markup {
  const legend = policyLegend(view.summary);
  const limit = view.summary.objectives.find(({ endpoint, latency }) => endpoint === null && latency !== null);
  const overSteps = (quantile: "P50" | "P99", named: string): Markup =>
    figure(
      `Latency over time, ${named}`,
      columnOverTime(view, `latency${quantile}`, {
        title: `Latency over time, ${named}`,
        y: { label: "latency", format: brief, logarithmic: isWide(view, `latency${quantile}`) },
        ...(limit?.latency != null && quantile === "P99"
          ? { limit: { value: limit.latency, label: `objective ${brief(limit.latency)}` } }
          : {}),
      }),
      BAND,
      legend,
    );
  const objective =
    limit === undefined
      ? ""
      : " The dashed corner is the objective: the curve of a policy that keeps it passes below and left of it.";
  return section("latency", "Latency", [
    markup`<div class="pair">${overSteps("P50", "median")}${overSteps("P99", "99th percentile")}</div>`,
    markup`<div class="pair">${figure(
      "Latency distribution",
      latencyDistribution(view.summary),
      `Read: how many requests took longer. All replications together, failed requests left out; both axes are logarithmic.${objective}`,
      legend,
    )}${causes(view)}</div>`,
  ]);
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
    });
  };
  const replicas = services.map((name, i) => ({
    name,
    picture: columnOverTime(view, `${name}.ready`, {
      id: `ready-${i}`,
      size: "small",
      title: `Ready pods of ${name}`,
      y: { label: "pods", format: formatPlain },
      steps: true,
    }),
  }));
  return section("load", "Load and capacity", [
    markup`<div class="pair">${requests(view)}${figure(
      "Nodes over time",
      columnOverTime(view, "nodes", {
        title: "Nodes over time",
        y: { label: "nodes, bought and paid", format: formatPlain },
        steps: true,
      }),
      BAND,
      policies,
    )}</div>`,
    multiples({
      title: "Load against capacity, by service",
      pictures: services.map((name, i) => ({ name, picture: perService(name, i) })),
      caption:
        "Cores that the requests will ask for, cores of the ready pods, and cores in use. Where the load rises above a line, that policy's pods cannot keep up. Each service has its own scale.",
      legend: policyLegend(summary, [key("area", "offered load"), key("line", "capacity"), key("thin", "in use")]),
    }),
    multiples({ title: "Ready pods, by service", pictures: replicas, caption: BAND, legend: policies }),
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
  if (!total.some((usd) => usd > 0)) return undefined;
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
      BAND,
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
    format: (value: number) => formatNumber(value, "share").replace(".0 ", " "),
  };
  const failures = drawLines(view, policyLines(view, "failedPerSecond"), {
    id: "failures",
    title: "Failed requests over time",
    y: { label: "failed requests per second", format: formatPlain },
  });
  return section("errors", "Errors", [
    markup`<div class="pair">${figure("Failed requests over time", failures, BAND, policyLegend(summary))}${barFigure(view, bars, "Of all requests that ended.")}</div>`,
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

/** For axes: "100 ms", not "100.0 ms". */
const brief = (seconds: number): string =>
  formatNumber(seconds, "s").replace(/\.?0+ (?=[mµ]?s$)/, (zeros) => (zeros.startsWith(".") ? " " : zeros));
