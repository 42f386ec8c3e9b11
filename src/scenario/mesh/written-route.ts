/** Routes as a scenario writes them, and what else a mesh's objects say of services. */
import type { Field } from "../kubernetes/field.js";
import type { Workload } from "../kubernetes/workloads.js";
import { said, type WrittenFields } from "../kubernetes/written.js";
import { type Part, splitOf } from "./destinations.js";
import type { Host } from "./hosts.js";

export type TextMatch =
  | string
  | { readonly [K in "prefix" | "suffix" | "regex"]?: string }
  | { readonly present: boolean };

export interface WrittenMatch {
  readonly endpoint?: TextMatch;
  readonly headers?: Readonly<Record<string, TextMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, TextMatch>>;
  readonly from?: readonly string[];
}

export interface Fault {
  readonly share: number;
}

export interface WrittenRetries {
  readonly most: number;
  readonly on?: readonly string[];
  readonly perTry?: string;
  readonly backOff?: { readonly base: string; readonly longest: string };
  readonly budget?: { readonly share: number; readonly least: number };
}

/** In the spellings of a scenario. */
export interface WrittenRule {
  readonly match?: readonly WrittenMatch[] | undefined;
  readonly to?: string | Readonly<Record<string, number>> | undefined;
  readonly mirror?: readonly { readonly to: string; readonly share: number }[] | undefined;
  readonly delay?: (Fault & { readonly time: string }) | undefined;
  readonly abort?: (Fault & { readonly status: number }) | undefined;
  readonly timeout?: string | undefined;
  readonly retries?: WrittenRetries | "none" | undefined;
}

export interface WrittenRoute {
  readonly name: string;
  /** "VirtualService reviews" */
  readonly says: string;
  /** Where its name stands, if it has one of its own. */
  readonly at?: Field;
  readonly rules: readonly WrittenRule[];
  /** By it calls come in from outside. */
  readonly entered: boolean;
  /** Services of whose name it is, whether or not it leads to them. */
  readonly behind: readonly string[];
  /** Endpoints that fit its conditions on paths. */
  readonly examples: readonly string[];
  readonly remarks: readonly string[];
}

/** A rule, and endpoints that fit its conditions on paths. */
export interface RuleWithPaths {
  readonly rule: WrittenRule;
  readonly examples: readonly string[];
}

export const servicesOf = ({ workloads }: Host): readonly string[] => workloads.map(({ service }) => service);

/** Of calls within the cluster. */
export const routeOf = (name: string, rules: readonly RuleWithPaths[]): Omit<WrittenRoute, "says"> => ({
  name,
  rules: rules.map(({ rule }) => rule),
  examples: [...new Set(rules.flatMap(({ examples }) => examples))],
  ...{ entered: false, behind: [], remarks: [] },
});

/** What becomes of a mesh's objects. */
export interface ImportedMesh {
  /** Whose proxies there are, as a scenario calls them. */
  readonly name: string | undefined;
  readonly routes: readonly WrittenRoute[];
  /** What services have by them. */
  readonly fields: ReadonlyMap<Workload, WrittenFields>;
  /** Endpoints that services must have for the routes' paths. */
  readonly endpoints: ReadonlyMap<Workload, readonly string[]>;
  /** By what callers from outside come in. */
  readonly entries: ReadonlyMap<Workload, string>;
}

const percentage = (share: number): string => `${Number((100 * share).toPrecision(12))}%`;
const withShare = <T extends Fault>({ share, ...one }: T) => ({ ...one, share: percentage(share) });

/** As a scenario has it: what is of all calls needs no share. */
export function plainRule({ match, to, mirror, delay, abort, timeout, retries }: WrittenRule): object {
  return said({
    match: match?.length === 1 ? match[0] : match,
    to,
    mirror: mirror?.map(withShare),
    delay: delay?.share === 1 ? delay.time : delay && withShare(delay),
    abort: abort?.share === 1 ? abort.status : abort && withShare(abort),
    timeout,
    retries,
  });
}

/** With a proxy's own answer to what comes to nobody: that no pod is there. */
export function ledTo(parts: readonly Part[], rule: Omit<WrittenRule, "to">, status = 503): WrittenRule {
  const { to, lost } = splitOf(parts);
  if (lost === 0) return { ...rule, to };
  const { share = 0, status: given = status } = rule.abort ?? {};
  // A fault comes first; what is left may be lost.
  return { ...rule, to, abort: { status: given, share: 1 - (1 - share) * (1 - lost) } };
}
