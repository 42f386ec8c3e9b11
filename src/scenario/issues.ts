/** What zod finds wrong, in our words: `expected …, got …`, at the very field that is meant. */
import type { z } from "zod";
import { show } from "../policy/fields.js";
import { list, nearest } from "./complaint.js";
import { dotted, type Path } from "./source.js";

export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** The key is wrong and not its value. */
  readonly key?: boolean;
  readonly suggestion?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** Reads data by a schema: its value, or every fault in it. */
export function readBy<T extends z.ZodType>(
  schema: T,
  data: unknown,
): { readonly value: z.output<T> } | { readonly faults: readonly Fault[] } {
  const { success, data: value, error } = schema.safeParse(data, { error: inOurWords });
  if (success) return { value };
  const faults = error.issues.flatMap((issue) => faultsOf(issue, data, []));
  return { faults: faults.filter((fault) => !faults.some((other) => isSlipFor(other, fault.path))) };
}

/** Whether an unknown key is probably meant for this path: then the path is misspelt and not missing. */
function isSlipFor({ path, suggestion }: Fault, missing: Path): boolean {
  return suggestion !== undefined && dotted([...path.slice(0, -1), suggestion]) === dotted(missing);
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  tuple: "a list of two",
  string: "a text",
  number: "a number",
  boolean: "true or false",
};

/** For the issues whose schema has no words of its own. */
function inOurWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${KINDS[issue.expected] ?? issue.expected}, got ${show(issue.input)}`;
    case "invalid_value":
      return `expected ${list(issue.values.map((value) => String(value)))}, got ${show(issue.input)}`;
    case "unrecognized_keys":
      // The issue itself does not say which keys there are; faultsOf makes a sentence of them.
      return Object.keys((issue.inst as z.ZodObject).shape).join(",");
    case "invalid_union":
      return "";
    default:
      return undefined;
  }
}

function faultsOf(issue: Issue, data: unknown, before: Path): Fault[] {
  const path = [...before, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], issue.message.split(",").filter(Boolean)));
    case "invalid_key":
      return [{ path, message: issue.issues[0]?.message ?? issue.message, key: true }];
    case "invalid_union": {
      const inside = issue.path.reduce<unknown>(childOf, data);
      const best = likeliest(issue.errors, inside);
      if (best === undefined) return [{ path, message: issue.message }];
      return best.flatMap((nested) => faultsOf(nested, inside, path));
    }
    default:
      return [{ path, message: issue.message }];
  }
}

/** A field that nobody knows, with those that there are. */
export function unknownKey(path: Path, known: readonly string[]): Fault {
  const key = String(path.at(-1));
  const there = known.length === 0 ? "there are none here" : `there are ${list(known)}`;
  return { path, message: `no such field; ${there}`, key: true, suggestion: nearest(key, known) };
}

const childOf = (data: unknown, part: PropertyKey): unknown =>
  typeof data === "object" && data !== null ? (data as Record<PropertyKey, unknown>)[part] : undefined;

const MISMATCH = 1000; // of the whole value, such as a map for a text: worse than any number of wrong keys

/** Of the ways to write a value the one meant: by its kind, then by its keys. Undefined when no kind fits. */
function likeliest(ways: readonly (readonly Issue[])[], data: unknown): readonly Issue[] | undefined {
  const costs = ways.map((issues) => costOf(issues, data));
  const least = Math.min(...costs);
  return least < MISMATCH ? ways[costs.indexOf(least)] : undefined;
}

function costOf(issues: readonly Issue[], data: unknown): number {
  return issues.reduce((sum, issue) => {
    if (issue.path.length === 1 && childOf(data, issue.path[0]) === undefined) return sum + 1;
    if (issue.path.length > 0) return sum;
    if (issue.code === "unrecognized_keys") return sum + issue.keys.length;
    if (issue.code === "invalid_union") return sum + Math.min(...issue.errors.map((way) => costOf(way, data)));
    return sum + (issue.code === "invalid_type" || issue.code === "invalid_value" ? MISMATCH : 0);
  }, 0);
}
