/** What the exit codes are, and which error ends with which. */
import { FileError } from "../experiment/files.js";
import { ScenarioError } from "../scenario/complaint.js";
import { about } from "./about.js";

export const Exit = {
  Done: 0,
  /** A bug of ours. */
  Bug: 1,
  /** A wrong command line. */
  Usage: 2,
  /** A file that cannot be simulated. */
  Input: 3,
  /** Some runs failed, or what was found could not be kept; the rest was. */
  Partly: 4,
  /** An objective was missed. */
  Objective: 99,
  Interrupted: 130,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** The table of them, for the end of every help text. */
export const EXIT_CODES = `Exit codes:
    0  done, and the objectives were met
    1  a bug of dryscale
    2  wrong command line
    3  invalid input: every complaint is shown with its place
    4  some runs failed or the results could not be kept; the rest is there
   99  an objective (slo) was missed: by the policy of run, by every policy
       of compare --fail-on-slo
  130  interrupted: what is done is kept`;

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Results that could not be kept, in a sentence that starts with the path. */
export class KeepError extends Error {
  override readonly name = "KeepError";
}

/** What to say of an error, and the code to end with. */
export function verdictOn(error: unknown): { readonly text: string; readonly code: Exit } {
  if (error instanceof UsageError) return { text: `dryscale: ${error.message}`, code: Exit.Usage };
  if (error instanceof ScenarioError) {
    const count = error.complaints.length;
    return { text: `${error.message}\n\n${count} ${count === 1 ? "fault" : "faults"}`, code: Exit.Input };
  }
  if (error instanceof FileError) return { text: error.message, code: Exit.Input };
  if (error instanceof KeepError) return { text: error.message, code: Exit.Partly };
  return { text: bugReport(error instanceof Error ? (error.stack ?? error.message) : String(error)), code: Exit.Bug };
}

/** How a bug of ours is told. */
export const bugReport = (stack: string): string =>
  `This is a bug of dryscale ${about.version}. Please report it${about.bugs === undefined ? "" : ` at ${about.bugs}`}, with the scenario and these lines:\n${stack}`;
