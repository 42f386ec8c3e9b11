/**
 * Names that calls are addressed to and that route them to services: a VirtualService's host of Istio's, an HTTPRoute, a
 * service router of Consul's. Plain data, and what can be said of it before anything runs.
 */
import type { Distribution } from "../../kernel/distributions.js";
import type { Fraction } from "../../units.js";
import type { RouteSpec } from "../calls/route.js";
import type { DeliverySpec } from "./delivery-spec.js";

export interface VirtualHostSpec {
  readonly name: string;
  /** The first that fits takes the call; a call that none fits is aborted, as Envoy answers 404. */
  readonly rules: readonly RuleSpec[];
  readonly delivery?: DeliverySpec | undefined;
}

export interface RuleSpec {
  /** One of them must fit; none: every call fits. */
  readonly matches: readonly MatchSpec[];
  /** Weights are relative; none: no call gets that far, since all are aborted. */
  readonly to: readonly Destination[];
  /** Calls that go out beside the first one, and whose answers nobody waits for. */
  readonly mirrors: readonly (Aim & { readonly share: Fraction })[];
  /** Before anything else, so that no timeout of the rule counts it. */
  readonly delay: { readonly time: Distribution; readonly share: Fraction } | undefined;
  /** After the delay and before the call goes out, so that nothing of the rule tries it again. */
  readonly abort: { readonly status: number; readonly share: Fraction } | undefined;
  /** What callers do when the destination is slow or fails, where it is not what the destination says. */
  readonly policy: Partial<Omit<RouteSpec, "cancels">>;
}

export interface Aim {
  readonly service: string;
  /** Undefined: the endpoint that was asked for. */
  readonly endpoint?: string | undefined;
}

export interface Destination extends Aim {
  readonly weight: number;
}

/** All that is said must fit. */
export interface MatchSpec {
  /** The endpoint that is asked for. */
  readonly endpoint?: TextMatch | undefined;
  readonly headers?: Readonly<Record<string, TextMatch>> | undefined;
  /** None of these may fit. */
  readonly withoutHeaders?: Readonly<Record<string, TextMatch>> | undefined;
  /** Services whose calls are meant; requests of loads come from none. */
  readonly from?: readonly string[] | undefined;
}

/** A regular expression must fit the whole text. */
export type TextMatch =
  | { readonly exact: string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly regex: string }
  | { readonly present: boolean };

/** What a request brings along on all of its calls; names in lower case. */
export type Headers = Readonly<Record<string, string>>;

export function fitsText(match: TextMatch, text: string | undefined): boolean {
  if ("present" in match) return match.present === (text !== undefined);
  if (text === undefined) return false;
  if ("exact" in match) return text === match.exact;
  if ("prefix" in match) return text.startsWith(match.prefix);
  if ("suffix" in match) return text.endsWith(match.suffix);
  return new RegExp(`^(?:${match.regex})$`).test(text);
}

const headersFit = ({ headers = {}, withoutHeaders = {} }: MatchSpec, given: Headers): boolean =>
  Object.entries(headers).every(([name, match]) => fitsText(match, given[name.toLowerCase()])) &&
  !Object.entries(withoutHeaders).some(([name, match]) => fitsText(match, given[name.toLowerCase()]));

const namesHeaders = ({ headers = {}, withoutHeaders = {} }: MatchSpec): boolean =>
  Object.keys(headers).length + Object.keys(withoutHeaders).length > 0;

/** Whether any rule asks for headers, so that calls must know those of their request. */
export const asksForHeaders = (hosts: readonly VirtualHostSpec[]): boolean =>
  hosts.some(({ rules }) => rules.some(({ matches }) => matches.some(namesHeaders)));

/** A call as a rule sees it before it is made: for which endpoint, and from which service (undefined: from outside). */
export interface Asked {
  readonly endpoint: string;
  readonly from: string | undefined;
}

/** A rule that such a call may come to, with the place it has in its host. */
export interface Way {
  readonly rule: RuleSpec;
  readonly index: number;
  /** Which headers it takes; undefined: whatever they are, so that nothing comes after it. */
  readonly takes: ((headers: Headers) => boolean) | undefined;
}

/** The rules that such calls may come to, in order. */
export function waysOf({ rules }: VirtualHostSpec, { endpoint, from }: Asked): readonly Way[] {
  const ways: Way[] = [];
  for (const [index, rule] of rules.entries()) {
    const matches = rule.matches.filter(
      (match) =>
        (match.endpoint === undefined || fitsText(match.endpoint, endpoint)) &&
        (match.from === undefined || (from !== undefined && match.from.includes(from))),
    );
    if (rule.matches.length > 0 && matches.length === 0) continue;
    if (matches.every(namesHeaders) && matches.length > 0) {
      ways.push({ rule, index, takes: (headers) => matches.some((match) => headersFit(match, headers)) });
      continue;
    }
    ways.push({ rule, index, takes: undefined });
    break;
  }
  return ways;
}

/** From here on a fault's status is a failure to whoever called; below it, a redirect say, it is an answer like another. */
export const FIRST_FAILING_STATUS = 400;
