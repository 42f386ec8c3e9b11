/** What run, compare and demo share: play, show, keep, and say how it ended. */
import { type Findings, summarise } from "../experiment/compare.js";
import { type LoadedScenario, loadScenario, type Overrides } from "../experiment/files.js";
import { type FailedRun, type Replicated, replicate } from "../experiment/replicate.js";
import { renderComplaint, unknownName } from "../scenario/complaint.js";
import { bugReport, Exit, UsageError } from "./exit.js";
import type { Voice } from "./io.js";
import { folderName, keep, placeFor, type Wanted } from "./keep.js";
import { type Format, formatOf, type Given, overridesOf, textOf, workersOf } from "./options.js";
import { Progress } from "./progress.js";
import { isSamePlay, rendered, resultFiles, shownOf } from "./reporting.js";

/** What is to be played. */
export interface Plan {
  readonly loaded: LoadedScenario;
  readonly policies: readonly string[];
  readonly overrides: Overrides;
}

/** What came of it. */
export interface Play extends Plan, Replicated {
  readonly findings: Findings;
}

export interface Wish {
  readonly file: string;
  /** Undefined: all policies of the scenario. */
  readonly choose: (policies: readonly string[], voice: Voice) => readonly string[];
  /** Of the command itself, where the user gave none. */
  readonly replications?: number;
  /** Whether the objectives that were missed end the command with 99. */
  readonly missed: (play: Play) => boolean;
}

export async function play(wish: Wish, given: Given, voice: Voice): Promise<Exit> {
  const format = formatOf(given);
  const workers = workersOf(given);
  const own = wish.replications === undefined ? {} : { replications: wish.replications };
  const overrides = { ...own, ...overridesOf(given) };
  const loaded = await loadScenario(wish.file, overrides);
  for (const warning of loaded.warnings) voice.note(`warning: ${renderComplaint(warning)}\n`);
  const plan: Plan = { loaded, overrides, policies: wish.choose(loaded.scenario.policies, voice) };
  const wanted = wantedFolder(plan, given);
  placeFor(wanted);

  const progress = new Progress(voice);
  const replicated = await untilInterrupted(voice, progress, (signal) =>
    replicate(loaded, {
      policies: plan.policies,
      replications: loaded.scenario.replications,
      signal,
      progress: (done, total) => progress.update(done, total),
      ...(workers === undefined ? {} : { workers }),
    }),
  );
  const found: Play = { ...plan, ...replicated, findings: summarise(loaded.scenario, replicated.outcomes) };
  voice.detail(`${eventsOf(found)} events in ${progress.elapsed()}`);
  for (const line of reasons(found.failed)) voice.error(line);
  // Shown first: then a full disk costs the files, not the answer.
  if (found.outcomes.length > 0) await showAndKeep(found, wanted, format, voice);
  else voice.error("No run came to its end; nothing was written.");
  return exitOf(found, wish, voice);
}

/** Ctrl-C stops the runs that are not done; a second one ends the program, as ../cli.ts sees to. */
async function untilInterrupted<T>(
  voice: Voice,
  progress: Progress,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopper = new AbortController();
  const release = voice.io.onInterrupt(() => stopper.abort());
  try {
    return await act(stopper.signal);
  } finally {
    progress.end();
    release();
  }
}

function wantedFolder(plan: Plan, given: Given): Wanted {
  const out = textOf(given, "out");
  if (out === "") throw new UsageError("--out: expected a folder, got nothing");
  return {
    folder: out?.replace(/(?<=.)\/+$/, "") ?? `results/${folderName(plan.loaded.scenario.name)}`,
    named: out !== undefined,
    force: given.force === true,
    isSame: (manifest) => isSamePlay(plan, manifest),
  };
}

async function showAndKeep(found: Play, wanted: Wanted, format: Format, voice: Voice): Promise<void> {
  const shown = shownOf(found);
  voice.result(rendered(shown, format, voice));
  // A part of the runs must not take the place of all of them.
  const whole = !found.interrupted && found.failed.length === 0;
  const folder = keep(await resultFiles(found, shown), whole ? wanted : { ...wanted, isSame: () => false });
  if (folder !== wanted.folder) voice.note(`${wanted.folder} holds other results, so these are in ${folder}.`);
  voice.note(`Results: ${folder}\nReport:  ${folder}/report.html`);
}

/** Each reason once, with the runs that it ended. */
function reasons(failed: readonly FailedRun[]): readonly string[] {
  const byReason = new Map<string, FailedRun[]>();
  for (const run of failed) byReason.set(run.reason, [...(byReason.get(run.reason) ?? []), run]);
  return [...byReason.values()].map((runs) => {
    const [{ blame, reason, stack }] = runs;
    const names = runs.map(({ policy, replication }) => `${policy}, replication ${replication}`);
    const some = names.length > 4 ? `${names.slice(0, 4).join("; ")} and ${names.length - 4} more` : names.join("; ");
    const text = blame === "program" ? bugReport(stack ?? reason) : reason;
    return `${runs.length === 1 ? "A run" : `${runs.length} runs`} failed (${some}):\n${text}`;
  });
}

function exitOf(found: Play, wish: Wish, voice: Voice): Exit {
  const { failed, interrupted, outcomes, policies, loaded } = found;
  if (interrupted) {
    const total = policies.length * loaded.scenario.replications;
    voice.error(`Interrupted: ${outcomes.length} of ${total} runs are done. To play them all:\n  ${voice.commandLine}`);
    return Exit.Interrupted;
  }
  if (failed.some(({ blame }) => blame === "program")) return Exit.Bug;
  if (failed.some(({ blame }) => blame === "input")) return Exit.Input;
  if (failed.length > 0) return Exit.Partly;
  return wish.missed(found) ? Exit.Objective : Exit.Done;
}

const eventsOf = ({ outcomes }: Play): string =>
  outcomes.reduce((sum, { events }) => sum + events, 0).toLocaleString("en");

/** Whether a policy missed an objective. */
export const missedBy = ({ objectives }: Findings["findings"][number]): boolean => objectives.some(({ kept }) => !kept);

/** The policies of these names; throws for one that the scenario has not. */
export function policiesNamed(names: readonly string[], flag: string, policies: readonly string[]): readonly string[] {
  for (const name of names) {
    if (policies.includes(name)) continue;
    const { message, suggestion } = unknownName("policy", name, policies);
    throw new UsageError(`--${flag}: ${message}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`);
  }
  return policies.filter((policy) => names.includes(policy));
}
