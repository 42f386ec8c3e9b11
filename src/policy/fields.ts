/**
 * The kinds of fields that a scenario file may hold. Each reads the user's spelling into the inner
 * unit, says what it expected when it cannot, and describes itself for the JSON Schema of editors.
 * Policies declare their fields with these; so do the scenario's own sections.
 */
import { z } from "zod";
import { parseCpu, parseDuration, parseFraction, parseMemory, parseRate } from "../units.js";

interface Spelling {
  readonly what: string;
  readonly examples: readonly (string | number)[];
  readonly pattern: string;
  readonly parse: (text: string) => number;
}

/** A quantity written as text (or as a number where `parse` takes one), refused with an example. */
function quantity({ what, examples, pattern, parse }: Spelling) {
  return z
    .union([z.string(), z.number()], { error: (issue) => `expected ${what}, got ${show(issue.input)}` })
    .meta({ examples: [...examples], pattern, description: what })
    .transform((given, context) => {
      const value = parse(String(given));
      if (Number.isFinite(value)) return value;
      context.addIssue({ code: "custom", message: `expected ${what}, got ${show(given)}` });
      return z.NEVER;
    });
}

/** How a value looks in a complaint: as JSON, cut at 60 characters. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

const durations: Spelling = {
  what: 'a duration like "250ms" or "1h30m"',
  examples: ["250ms", "15s", "1h30m"],
  pattern: "^(\\d+(\\.\\d+)?\\s*(ns|us|µs|ms|s|m|h|d)\\s*)+$",
  parse: parseDuration,
};

/** A duration in seconds. */
export const seconds = (): ReturnType<typeof quantity> => quantity(durations);

/** A duration above 0, such as the time between two decisions. */
export const interval = () =>
  quantity({
    ...durations,
    what: 'a duration above 0 like "15s" or "1h30m"',
    parse: (text) => aboveZero(parseDuration(text)),
  });

const aboveZero = (value: number): number => (value > 0 ? value : NaN);

/** CPU in millicores. */
export const cpu = () =>
  quantity({ what: 'a cpu like "500m" or "2"', examples: ["500m", 2], pattern: "^\\d+(\\.\\d+)?m?$", parse: parseCpu });

/** Memory in MiB. */
export const memory = () =>
  quantity({
    what: 'a memory size like "256Mi" or "4Gi"',
    examples: ["256Mi", "4Gi"],
    pattern: "^\\d+(\\.\\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$",
    parse: parseMemory,
  });

/** A fraction; "70%" and 0.7 are the same. */
export const fraction = () =>
  quantity({
    what: 'a share like "70%" or 0.7',
    examples: ["70%", 0.7],
    pattern: "^\\d+(\\.\\d+)?%?$",
    parse: parseFraction,
  });

/** A fraction in whole per cent, for interfaces that take no other. */
export const wholePercent = () =>
  quantity({
    what: 'a share in whole per cent like "80%" or 0.8',
    examples: ["80%", 0.8],
    pattern: "^\\d+(\\.\\d+)?%?$",
    parse(text) {
      const percent = parseFraction(text) * 100;
      const whole = Math.round(percent);
      return whole >= 1 && Math.abs(percent - whole) < 1e-9 ? whole / 100 : NaN;
    },
  });

/** Calls per second. */
export const rate = () =>
  quantity({
    what: 'a rate like "200/s" or "12000/min"',
    examples: ["200/s", "12000/min"],
    pattern: "^\\d+(\\.\\d+)?(/(s|min|m|h|d))?$",
    parse: parseRate,
  });

/** What a signal is held against, in the signal's own unit: a share, calls per second or a number of calls. */
export const level = () =>
  quantity({
    what: 'a level above 0 like "70%", 40 or "200/s"',
    examples: ["70%", 40, "200/s"],
    pattern: "^\\d+(\\.\\d+)?(%|/(s|min|m|h|d))?$",
    parse: (text) => aboveZero(text.includes("%") ? parseFraction(text) : parseRate(text)),
  });

/** A number above 0. */
export const positive = () =>
  z
    .number({ error: (issue) => `expected a number above 0, got ${show(issue.input)}` })
    .refine((value) => value > 0 && Number.isFinite(value), {
      error: (issue) => `expected a number above 0, got ${show(issue.input)}`,
    });

/** A whole number, at least `least`. */
export const whole = (least = 0) =>
  z
    .number({ error: (issue) => `expected a whole number from ${least} up, got ${show(issue.input)}` })
    .refine((value) => Number.isSafeInteger(value) && value >= least, {
      error: (issue) => `expected a whole number from ${least} up, got ${show(issue.input)}`,
    });

/** One of the given words. */
export const oneOf = <const W extends readonly [string, ...string[]]>(...words: W) =>
  z.enum(words as unknown as [W[number], ...W[number][]], {
    error: (issue) => `expected one of ${words.join(", ")}, got ${show(issue.input)}`,
  });

/** Yes or no. */
export const flag = () => z.boolean({ error: (issue) => `expected true or false, got ${show(issue.input)}` });

/** One or more entries of one kind. */
export const list = <T extends z.ZodType>(entry: T) =>
  z
    .array(entry, { error: (issue) => `expected a list, got ${show(issue.input)}` })
    .min(1, { error: () => "expected a list of one or more entries, got []" });

/** Fields within a field; any others are refused. */
export const record = <const S extends Readonly<Record<string, z.ZodType>>>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "invalid_type"
        ? `expected the fields ${Object.keys(shape).join(", ")}, got ${show(issue.input)}`
        : undefined,
  });

/** A value of any of the given kinds; `what` names them all in a complaint. */
export const either = <const K extends readonly [z.ZodType, ...z.ZodType[]]>(what: string, ...kinds: K) =>
  z.union(kinds, { error: (issue) => `expected ${what}, got ${show(issue.input)}` });

/** Any finite number, below 0 too. */
export const signed = () =>
  z
    .number({ error: (issue) => `expected a number, got ${show(issue.input)}` })
    .refine(Number.isFinite, { error: (issue) => `expected a number, got ${show(issue.input)}` });

/** A moment on the calendar, in milliseconds since 1970. */
export const moment = () =>
  quantity({
    what: 'a moment like "2026-01-05T00:00:00Z"',
    examples: ["2026-01-05T00:00:00Z"],
    pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$",
    parse: (text) => (/^\d{4}-.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN),
  });

/** Text that is what `valid` says it is. */
export const text = (what: string, valid: (given: string) => boolean) =>
  z
    .string({ error: (issue) => `expected ${what}, got ${show(issue.input)}` })
    .refine(valid, { error: (issue) => `expected ${what}, got ${show(issue.input)}` });
