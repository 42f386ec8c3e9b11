/**
 * Watches a user's policy: one that throws, or answers what is no answer, ends its run with a sentence that
 * names the file, the line and the time. The policies that come with the package are tested and go unwatched.
 *
 * Not caught: a policy that never returns. Its run lasts until Ctrl-C; those done before are kept.
 */
import type { ClusterView } from "../policy/contract.js";
import { show } from "../policy/fields.js";

/** A user's policy that failed while it was asked. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

type Make = (...given: readonly unknown[]) => unknown;
type Checks = Readonly<Record<string, (answer: unknown, given: readonly unknown[]) => string | undefined>>;

/** What each question's answer must be; undefined when it is fine. */
const ANSWERS: Checks = {
  desiredReplicas: scaleFault,
  plan: planFault,
  score: (answer) => (isNumber(answer) ? undefined : `expected a score from 0 to 100, got ${show(answer)}`),
  pick: (answer, [, count]) =>
    Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) < (count as number)
      ? undefined
      : `expected the index of one of ${count} pods, got ${shown(answer)}`,
};

/** The same definition, whose policies are watched; what is no definition is left for the reader to refuse. */
export function guarded(definition: unknown, name: string, path: string): unknown {
  if (typeof definition !== "object" || definition === null) return definition;
  const { create } = definition as { readonly create?: unknown };
  if (typeof create !== "function") return definition;
  const make: Make = (...given) => {
    const policy: unknown = create(...given);
    if (typeof policy !== "object" || policy === null) return policy;
    checkPeriod(policy, name);
    return watched(policy, name, path);
  };
  return { ...definition, create: make };
}

function checkPeriod(policy: object, name: string): void {
  if (!("desiredReplicas" in policy) && !("plan" in policy)) return;
  const { period } = policy as { readonly period?: unknown };
  if (isNumber(period) && period > 0) return;
  throw new PolicyError(`${name}: expected a period above 0 s, got ${shown(period)}`);
}

function watched(policy: object, name: string, path: string): object {
  const watch = Object.create(policy) as Record<string, unknown>;
  for (const [question, fault] of Object.entries(ANSWERS)) {
    const answer: unknown = (policy as Record<string, unknown>)[question];
    if (typeof answer !== "function") continue;
    watch[question] = (...given: readonly unknown[]): unknown => {
      let got: unknown;
      try {
        got = answer.apply(policy, given);
      } catch (error) {
        const place = placeIn(error, path);
        const where = place === undefined ? name : `${name}:${place.line}:${place.column}`;
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${shown(error)}`;
        throw new PolicyError(`${where}: ${question} failed${occasion(given[0])}: ${reason}`);
      }
      const wrong = fault(got, given);
      if (wrong !== undefined) throw new PolicyError(`${name}: ${question}${occasion(given[0])}: ${wrong}`);
      return got;
    };
  }
  return watch;
}

/** When and for whom it was asked, as far as the view says so. */
function occasion(view: unknown): string {
  const { now, name } = (typeof view === "object" && view !== null ? view : {}) as { now?: unknown; name?: unknown };
  const whom = typeof name === "string" ? ` for service ${name}` : "";
  return typeof now === "number" ? `${whom} at ${Number(now.toFixed(3))} s` : whom;
}

const isNumber = (given: unknown): given is number => typeof given === "number" && !Number.isNaN(given);
const isMap = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null && !Array.isArray(given);
const shown = (given: unknown): string =>
  typeof given === "number" ? String(given) : typeof given === "function" ? "a function" : show(given);

/** NaN is an answer: no opinion. Below 0 and fractions are too; the model keeps to the bounds and rounds up. */
function scaleFault(answer: unknown): string | undefined {
  if (typeof answer === "number") return undefined;
  const what = "expected a number of replicas (or NaN for no opinion)";
  if (!isMap(answer)) return `${what}, got ${shown(answer)}`;
  const { replicas, rule, again, seen } = answer;
  if (typeof replicas !== "number") return `${what} in replicas, got ${shown(replicas)}`;
  if (typeof rule !== "string") return `expected the name of a rule in rule, got ${shown(rule)}`;
  if (again !== undefined && !(isNumber(again) && again >= 0))
    return `expected seconds, 0 or more, in again, got ${shown(again)}`;
  if (seen !== undefined && !(isMap(seen) && Object.values(seen).every((one) => typeof one === "number")))
    return `expected names with numbers in seen, got ${shown(seen)}`;
  return undefined;
}

function planFault(answer: unknown, [view]: readonly unknown[]): string | undefined {
  if (!isMap(answer)) return `expected a plan with add, remove and rule, got ${shown(answer)}`;
  const { add, remove, rule } = answer;
  const groups = (view as ClusterView).groups.map(({ name }) => name);
  const isPurchase = (one: unknown): boolean =>
    isMap(one) && groups.includes(one.group as string) && Number.isInteger(one.count) && (one.count as number) >= 0;
  if (!(Array.isArray(add) && add.every(isPurchase)))
    return `expected a list of { group, count } in add, of the groups ${groups.join(", ")}, got ${shown(add)}`;
  if (!(Array.isArray(remove) && remove.every((id) => Number.isInteger(id))))
    return `expected a list of node ids in remove, got ${shown(remove)}`;
  if (typeof rule !== "string") return `expected the name of a rule in rule, got ${shown(rule)}`;
  return undefined;
}

/** The first place of the error's stack that lies in the file. */
export function placeIn(error: unknown, path: string): { line: number; column: number } | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const at = stack.indexOf(`${path}:`);
  if (at < 0) return undefined;
  const found = /^:(\d+)(?::(\d+))?/.exec(stack.slice(at + path.length));
  return found === null ? undefined : { line: Number(found[1]), column: Number(found[2] ?? 1) };
}
