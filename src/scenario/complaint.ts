/** What is wrong with a scenario file, and how it is shown: all of it at once, each at its place. */
import { closest, distance } from "fastest-levenshtein";

export interface Complaint {
  readonly file: string;
  /** Where in the data: "services.cart.cpu.request"; empty for the file as a whole. */
  readonly path: string;
  /** Both from 1; the column counts UTF-16 units, as editors do. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What the user probably meant. */
  readonly suggestion?: string;
  /** The line as it stands in the file, and how much of it is meant. */
  readonly source: string;
  readonly length: number;
}

/** More than this nobody reads, and a file of nothing but faults would take long. */
export const COMPLAINTS_LIMIT = 200;

/** In the order of the file. */
export const inOrder = (complaints: readonly Complaint[]): Complaint[] =>
  [...complaints].sort((a, b) => a.line - b.line || a.column - b.column);

/** A file that cannot be simulated. The message holds every complaint, ready to print. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";

  /** `unsaid` counts the complaints that were too many to keep. */
  constructor(
    readonly complaints: readonly Complaint[],
    readonly unsaid = 0,
  ) {
    super([...complaints.map(renderComplaint), ...(unsaid === 0 ? [] : [`… and ${unsaid} more`])].join("\n\n"));
  }
}

const WIDTH = 100; // columns of a shown line; a longer one is cut around the caret

/** The complaint, the line it is about, and a caret under the fault. */
export function renderComplaint(complaint: Complaint): string {
  const { file, path, line, column, message, suggestion, source, length } = complaint;
  const meant = suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
  const head = `${file}:${line}:${column} ${path === "" ? "" : `${path}: `}${message}${meant}`;
  if (source.trim() === "") return head;
  const from = column - 1 > WIDTH * 0.8 ? column - 1 - WIDTH / 2 : 0;
  const shown = source.slice(from, from + WIDTH);
  const blank = shown.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
  const carets = "^".repeat(Math.max(1, Math.min(length, shown.length - blank.length)));
  const number = String(line).padStart(5);
  return `${head}\n${number} | ${shown}\n${" ".repeat(5)} | ${blank}${carets}`;
}

/** A message, with or without what was probably meant. */
export interface Unknown {
  readonly message: string;
  readonly suggestion?: string;
}

const LISTED = 12; // more choices than this are no help at a glance

/** What to say when `given` names none of the choices: the nearest one, and what there is. */
export function unknownName(what: string, given: string, choices: readonly string[]): Unknown {
  const there =
    choices.length === 0 ? "there is none" : `there ${choices.length === 1 ? "is" : "are"} ${list(choices)}`;
  const message = `no ${what} named "${given}"; ${there}`;
  const suggestion = nearest(given, choices);
  return suggestion === undefined ? { message } : { message, suggestion };
}

/** The choice that the given word is probably a slip of, or undefined. */
export function nearest(given: string, choices: readonly string[]): string | undefined {
  if (choices.length === 0) return undefined;
  const word = given.slice(0, 100).toLowerCase(); // the distance costs the product of both lengths
  const same = choices.find((choice) => choice.toLowerCase() === word);
  if (same !== undefined) return same;
  const best = closest(word, choices);
  // Two letters changed places are a distance of 2; for longer words more may be wrong.
  const near = Math.max(Math.min(2, best.length - 1), Math.floor(best.length / 3));
  return distance(word, best.toLowerCase()) <= near ? best : undefined;
}

/** The words with commas; when they are many, the first ones and how many more. */
export function list(words: readonly string[]): string {
  // "And 1 more" would say less than the word.
  if (words.length <= LISTED + 1) return words.join(", ");
  return `${words.slice(0, LISTED).join(", ")} and ${words.length - LISTED} more`;
}
