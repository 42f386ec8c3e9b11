/** Every flag: what it is called, what it takes, and how what was given is read or refused. */
import type { Overrides } from "../experiment/files.js";
import { nearest } from "../scenario/complaint.js";
import { parseDuration } from "../units.js";
import { UsageError } from "./exit.js";

export interface Flag {
  /** What the value is called in the help; none: the flag stands alone. */
  readonly value?: string;
  readonly says: string;
  readonly choices?: readonly string[];
  readonly alias?: string;
}

const FORMATS = ["table", "json", "csv", "markdown"] as const;
export type Format = (typeof FORMATS)[number];

export const globalFlags = {
  json: { says: "The same as --format json" },
  format: { value: "FORMAT", says: "How the result is written", choices: FORMATS },
  quiet: { says: "No progress, no notes: errors only", alias: "q" },
  verbose: { says: "More about what is done and why it failed" },
  "no-progress": { says: "No progress on stderr" },
  "no-color": { says: "No colours; the same as NO_COLOR=1" },
  seed: { value: "N", says: "Where chance begins, in place of the scenario's seed" },
} as const satisfies Record<string, Flag>;

/** Of the commands that play. */
export const playFlags = {
  replications: { value: "N", says: "Runs of each policy, in place of the scenario's" },
  duration: { value: "TIME", says: 'Measured time such as "10m", in place of the scenario\'s' },
  warmup: { value: "TIME", says: 'Time before measuring such as "2m", in place of the scenario\'s' },
  workers: { value: "N", says: "Threads; default: one a core. No number of them changes the result" },
  out: { value: "DIR", says: "Folder of the results; default: results/NAME" },
  force: { says: "Replace other results in that folder" },
} as const satisfies Record<string, Flag>;

/** What yargs found: text, true for a flag alone, or nothing. */
export type Given = Readonly<Record<string, unknown>>;

export const textOf = (given: Given, flag: string): string | undefined =>
  given[flag] === undefined ? undefined : String(given[flag]);

/** Seeds count up from the scenario's, one a replication, and must stay exact numbers. */
const LARGEST_SEED = 1e15;
const MOST_REPLICATIONS = 10_000;
const MOST_WORKERS = 256;

/** A whole number in digits, or undefined when the flag was not given. */
function wholeOf(given: Given, flag: string, least: number, most: number): number | undefined {
  const text = textOf(given, flag);
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${flag}: expected a whole number from ${least} to ${most}, got "${text}"`);
}

/** A year of virtual time is more than anyone waits for. */
const LONGEST = 366 * 86_400;

function durationOf(given: Given, flag: string, least: "0s" | "above 0s"): string | undefined {
  const text = textOf(given, flag);
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds <= LONGEST && (seconds > 0 || (seconds === 0 && least === "0s"))) return text;
  const range = least === "0s" ? "from 0s to 366d" : "above 0s, up to 366d";
  throw new UsageError(`--${flag}: expected a duration like "10m", ${range}, got "${text}"`);
}

export const workersOf = (given: Given): number | undefined => wholeOf(given, "workers", 1, MOST_WORKERS);

/** What stands in place of the scenario's own values. */
export function overridesOf(given: Given): Overrides {
  const all = {
    seed: wholeOf(given, "seed", 0, LARGEST_SEED),
    replications: wholeOf(given, "replications", 1, MOST_REPLICATIONS),
    duration: durationOf(given, "duration", "above 0s"),
    warmup: durationOf(given, "warmup", "0s"),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export function formatOf(given: Given, possible: readonly Format[] = FORMATS): Format {
  const text = textOf(given, "format") ?? (given.json === true ? "json" : "table");
  if (given.json === true && text !== "json") throw new UsageError(`--json and --format ${text} exclude each other`);
  const found = possible.find((format) => format === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `--format: ${unknownWord(`expected one of ${possible.join(", ")}, got "${text}"`, text, possible)}`,
  );
}

/** The complaint, with what was probably meant. */
export function unknownWord(complaint: string, given: string, choices: readonly string[], prefix = ""): string {
  const meant = nearest(given, choices);
  return meant === undefined ? complaint : `${complaint}; did you mean ${prefix}${meant}?`;
}
