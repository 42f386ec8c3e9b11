/**
 * One page that answers the question: self-contained, offline, without a script. The same results give the same bytes,
 * whether they come from the runs or are read back from their files.
 */
import type { Run } from "./csv.js";
import type { Manifest } from "./manifest.js";
import { errors, latency, load, money } from "./page/charts.js";
import { decisions } from "./page/decisions.js";
import { faults } from "./page/faults.js";
import { made } from "./page/made.js";
import { Markup, markup } from "./page/markup.js";
import { style } from "./page/style.js";
import { comparison, elasticity } from "./page/tables.js";
import { header, verdict } from "./page/top.js";
import { viewOf } from "./page/view.js";
import type { Summary } from "./summary.js";

export interface PageContent {
  readonly summary: Summary;
  readonly manifest: Manifest;
  /** Every run's series and decisions: outcomes, or what `parseRuns` reads. */
  readonly runs: readonly Run[];
  readonly scenarioText?: string | undefined;
  /** Sentences to warn by, such as what the reading of the scenario found. */
  readonly notes?: readonly string[];
}

/** Nothing may be loaded from anywhere, whatever got into the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const CHAPTERS = [
  ["verdict", "Verdict"],
  ["comparison", "Comparison"],
  ["latency", "Latency"],
  ["errors", "Errors"],
  ["faults", "Faults"],
  ["load", "Load and capacity"],
  ["money", "Cost"],
  ["decisions", "Decisions"],
  ["elasticity", "Elasticity"],
  ["made", "How it was made"],
] as const;

/** The text of report.html. */
export function reportHtml({ summary, manifest, runs, scenarioText, notes = [] }: PageContent): string {
  const view = viewOf(summary, runs);
  const body = [
    verdict(view, notes),
    comparison(view),
    latency(view),
    errors(view),
    faults(view),
    load(view),
    money(view),
    decisions(view),
    elasticity(view),
    made(view, manifest, scenarioText),
  ];
  const present = CHAPTERS.filter((_, i) => body[i] !== undefined);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="dryscale ${manifest.createdBy.version}">
<link rel="icon" href="data:,">
<title>${summary.scenario} – dryscale report</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header class="top">${header(view)}<nav aria-label="Chapters"><ul>${present.map(
    ([id, title]) =>
      markup`<li><a href="#${id}">${id === "comparison" && summary.policies.length === 1 ? "Measures" : title}</a></li>`,
  )}</ul></nav></header>
<main id="main">
${body}</main>
<footer>Made by dryscale ${manifest.createdBy.version}. Nothing on this page is loaded from elsewhere.</footer>
</body>
</html>
`.text;
}
