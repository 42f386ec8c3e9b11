/** Where two answers differ first. */

export interface Difference {
  /** The way to the field, such as "conditions[1].reason"; empty for the whole. */
  readonly field: string;
  readonly expected: unknown;
  readonly got: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** The first difference, or undefined. Missing and undefined are one; numbers must be equal to the last bit. */
export function firstDifference(expected: unknown, got: unknown, field = ""): Difference | undefined {
  if (isChoice(expected)) {
    const allowed = expected.anyOf.some((one) => firstDifference(one, got) === undefined);
    return allowed ? undefined : { field, expected, got };
  }
  if (Array.isArray(expected) && Array.isArray(got)) return inLists(expected, got, field);
  if (isFields(expected) && isFields(got)) return inFields(expected, got, field);
  return Object.is(expected, got) || expected === got ? undefined : { field, expected, got };
}

function inLists(expected: readonly unknown[], got: readonly unknown[], field: string): Difference | undefined {
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const found = firstDifference(expected[i], got[i], `${field}[${i}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inFields(expected: Fields, got: Fields, field: string): Difference | undefined {
  for (const name of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const found = firstDifference(expected[name], got[name], field === "" ? name : `${field}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isChoice = (value: unknown): value is { readonly anyOf: readonly unknown[] } =>
  isFields(value) && Object.keys(value).length === 1 && Array.isArray(value.anyOf);
