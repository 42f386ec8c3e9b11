/** What was found, as text for stdout and as the files of a results folder; and kept results, read again. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { inspect } from "node:util";
import { FileError, reasonOf } from "../experiment/files.js";
import { decisionsCsv, outcomesCsv, parseRuns, type Run, seriesCsv } from "../report/csv.js";
import type { PageContent } from "../report/html.js";
import { type Manifest, manifestJson, manifestOf, parseManifest } from "../report/manifest.js";
import { ResultsError } from "../report/parsed.js";
import { parseSummary, type Summary, summaryJson, summaryOf } from "../report/summary.js";
import { compareText, type Paint, runText } from "../report/terminal.js";
import { about } from "./about.js";
import type { Voice } from "./io.js";
import type { ResultFiles } from "./keep.js";
import { markdown } from "./markdown.js";
import type { Format } from "./options.js";
import type { Plan, Play } from "./play.js";

/** Everything that a results folder holds, and the same for the eye. */
export interface Shown {
  readonly summary: Summary;
  readonly outcomes: string;
}

export const shownOf = (play: Play): Shown => ({ summary: summaryFor(play), outcomes: outcomesCsv(play.outcomes) });

const summaryFor = ({ loaded: { scenario }, outcomes, findings, failed, interrupted }: Play): Summary =>
  summaryOf({ scenario, replications: scenario.replications, outcomes, findings, failed, interrupted });

/** For stdout: one policy in full, several beside each other. */
export function rendered({ summary, outcomes }: Shown, format: Format, voice: Voice): string {
  switch (format) {
    case "json":
      return summaryJson(summary);
    case "csv":
      return outcomes;
    case "markdown":
      return markdown(summary);
    case "table": {
      const look = { quiet: voice.manner.quiet, paint: painted(voice) };
      return summary.policies.length === 1 ? runText(summary, look) : compareText(summary, look);
    }
  }
}

/** In colour where somebody is there to see it. */
export function painted(voice: Voice): Paint {
  if (!voice.colors) return (_style, text) => text;
  return (style, text) => {
    const [open, close] = inspect.colors[style]!;
    return `\u001B[${open}m${text}\u001B[${close}m`;
  };
}

/** The files of a results folder. The scenario is kept as it was played: with what the command line said otherwise. */
export async function resultFiles(play: Play, { summary, outcomes }: Shown): Promise<ResultFiles> {
  const manifest = manifestFor(play, !play.interrupted && play.failed.length === 0);
  return {
    "scenario.yaml": play.loaded.played,
    "summary.json": summaryJson(summary),
    "outcomes.csv": outcomes,
    "series.csv": seriesCsv(play.outcomes),
    "decisions.csv": decisionsCsv(play.outcomes),
    "report.html": await page({ summary, manifest, runs: play.outcomes, scenarioText: play.loaded.played }),
    "manifest.json": manifestJson(manifest),
  };
}

/** Whether results under this manifest are those that the plan will give, or a part of them. */
export function isSamePlay(plan: Plan, manifest: string): boolean {
  return [true, false].some((complete) => manifest === manifestJson(manifestFor(plan, complete)));
}

function manifestFor({ loaded: { path, played, scenario }, policies }: Plan, complete: boolean): Manifest {
  const folder = dirname(resolve(path));
  const files = [...scenario.traces, ...scenario.policyFiles].map((file) => [file, hashOf(resolve(folder, file))]);
  return manifestOf({
    version: about.version,
    scenario,
    // Wherever the file lies, the results are the same.
    path: path.replace(/^.*[/\\]/, ""),
    scenarioHash: createHash("sha256").update(played).digest("hex"),
    files: Object.fromEntries(files) as Record<string, string>,
    replications: scenario.replications,
    policies,
    complete,
  });
}

/** Read in pieces: a trace may be larger than memory. */
function hashOf(path: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(1024 * 1024);
  const file = openSync(path, "r");
  try {
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer))
      hash.update(buffer.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/** Results that were kept; throws a FileError for a folder that holds none. */
export function keptIn(
  folder: string,
): Shown & { readonly runs: () => readonly Run[]; readonly html: () => Promise<string> } {
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch (error) {
      throw new FileError(`${join(folder, name)}: cannot be read: ${reasonOf(error)}`);
    }
  };
  const parsed = <T>(parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      throw error instanceof ResultsError ? new FileError(`${folder}: ${error.message}`) : error;
    }
  };
  const manifest = parsed(() => parseManifest(read("manifest.json")));
  const summary = parsed(() => parseSummary(read("summary.json")));
  const runs = () => parsed(() => parseRuns({ series: read("series.csv"), decisions: read("decisions.csv") }));
  return {
    summary,
    outcomes: read("outcomes.csv"),
    runs,
    html: () => page({ summary, manifest, runs: runs(), scenarioText: read("scenario.yaml") }),
  };
}

/** What draws it takes longer to load than most commands to run, so only those load it that draw. */
async function page(content: PageContent): Promise<string> {
  const { reportHtml } = await import("../report/html.js");
  return reportHtml(content);
}
