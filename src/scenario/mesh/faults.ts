/** Conditions, faults and times in the words of Istio's VirtualServices. */

import { parseDuration } from "../../units.js";
import type { Field } from "../kubernetes/field.js";
import { isExpression } from "./paths.js";
import type { TextMatch, WrittenRetries, WrittenRule } from "./written-route.js";

/** A StringMatch: of headers an empty one, or the expression *, asks only that there is one. */
export function textMatch(field: Field): TextMatch | undefined {
  field.mark();
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((key) => field.at(key));
  const given = [exact, prefix, regex].filter(({ there }) => there);
  if (given.length === 0) return { present: true };
  if (given.length > 1) field.say("expected one of exact, prefix, regex, got several");
  if (exact.there) return exact.text();
  if (prefix.there) return { prefix: prefix.text() ?? "" };
  const text = regex.text() ?? "";
  if (text === "*") return { present: true };
  if (!isExpression(text)) regex.say(`expected a regular expression, got "${text}"`);
  return { regex: text };
}

/** Of 100, as a share. Without one no request has the fault. */
export function shareOf(field: Field): number {
  if (!field.there) return 0;
  const percentage = field.at("value").there ? field.at("value") : field;
  percentage.mark();
  const value = percentage.value as number;
  if (typeof value === "number" && value >= 0 && value <= 100) return value / 100;
  percentage.say(`expected a percentage from 0 to 100, got ${JSON.stringify(percentage.value)}`);
  return 0;
}

export function faultsOf(fault: Field): Pick<WrittenRule, "delay" | "abort"> {
  const [delay, abort] = [delayOf(fault.at("delay")), abortOf(fault.at("abort"))];
  return { ...(delay && { delay }), ...(abort && { abort }) };
}

function delayOf(field: Field): WrittenRule["delay"] {
  if (!field.there) return undefined;
  const time = field.at("fixedDelay").duration();
  if (!field.at("fixedDelay").there) field.at("fixedDelay").missing('a duration like "5s"');
  const share = shareOf(field.at(field.at("percentage").there ? "percentage" : "percent"));
  if (!field.at("percentage").there && !field.at("percent").there)
    field.warn("without a percentage no request is delayed", { key: true });
  return time === undefined || share === 0 || parseDuration(time) === 0 ? undefined : { time, share };
}

/** gRPC's codes as the statuses that stand for them over HTTP. */
const GRPC: Readonly<Record<string, number>> = {
  OK: 200,
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  UNAUTHENTICATED: 401,
};

function abortOf(field: Field): WrittenRule["abort"] {
  if (!field.there) return undefined;
  const [http, grpc] = [field.at("httpStatus"), field.at("grpcStatus")];
  if (http.there === grpc.there) field.say("expected either httpStatus or grpcStatus");
  const status = http.there ? http.whole(200, 599) : (GRPC[grpc.text() ?? ""] ?? 500);
  const share = shareOf(field.at("percentage"));
  if (!field.at("percentage").there) field.warn("without a percentage no request is aborted", { key: true });
  return status === undefined || share === 0 ? undefined : { status, share };
}

/**
 * Envoy's conditions as failures that callers hear of. A full queue answers 503 or refuses the stream; what a caller's own
 * proxy turns away for its limits is never tried again.
 */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  "5xx": ["refused", "killed", "timeout", "abandoned", "aborted", "unreachable", "shed"],
  "gateway-error": ["refused", "killed", "timeout", "abandoned", "unreachable", "shed"],
  reset: ["killed", "timeout", "unreachable"],
  "reset-before-request": ["unreachable"],
  "connect-failure": ["unreachable"],
  "refused-stream": ["refused"],
  unavailable: ["refused", "unreachable", "shed"],
  internal: ["aborted"],
  "deadline-exceeded": ["timeout"],
  "resource-exhausted": ["shed"],
  cancelled: [],
  "retriable-4xx": [],
  "retriable-headers": [],
  "retriable-status-codes": [],
  "http3-post-connect-failure": [],
  "envoy-ratelimited": ["shed"],
};
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  "429": ["shed"],
  "500": ["aborted"],
  "502": ["killed"],
  "503": ["refused", "shed"],
  "504": ["timeout", "abandoned"],
};

/** In the order in which a scenario names them. */
const FAILURES = ["refused", "killed", "timeout", "abandoned", "aborted", "unreachable", "shed"];

/** Undefined where one of the conditions is none of Envoy's. */
export function failuresOf(field: Field): readonly string[] {
  const found = (field.text() ?? "").split(",").flatMap((part): readonly string[] => {
    const word = part.trim();
    if (Object.hasOwn(CONDITIONS, word)) return CONDITIONS[word];
    if (/^[1-5]\d\d$/.test(word)) return STATUSES[word] ?? [];
    if (word !== "") field.say(`expected conditions of Envoy's like "5xx,reset", got "${word}"`);
    return [];
  });
  return FAILURES.filter((one) => found.includes(one));
}

/** Those after which a server answers so, beside others. */
export const failuresOfStatuses = (statuses: readonly string[], others: readonly string[]): readonly string[] => {
  const found = [...others, ...statuses.flatMap((status) => STATUSES[status] ?? [])];
  return FAILURES.filter((one) => found.includes(one));
};

/** Istio's own: connect-failure, refused-stream, unavailable, cancelled. */
const ISTIO_RETRIES = ["refused", "unreachable"];

/** "none" and undefined are different: that there are none here, and that nothing is said. */
export function retriesOf(field: Field): WrittenRetries | "none" | undefined {
  if (!field.there) return undefined;
  const attempts = field.at("attempts").whole();
  const on = field.at("retryOn").there ? failuresOf(field.at("retryOn")) : ISTIO_RETRIES;
  const perTry = spanOf(field.at("perTryTimeout"));
  const base = spanOf(field.at("backoff"));
  if (attempts === undefined || attempts === 0) return "none";
  if (on.length === 0) {
    field.at("retryOn").warn("no failure that is simulated: never tried again");
    return "none";
  }
  return {
    most: attempts,
    on,
    ...(perTry === undefined ? {} : { perTry }),
    ...(base === undefined
      ? {}
      : { backOff: { base, longest: `${Number((10 * parseDuration(base)).toPrecision(12))}s` } }),
  };
}

/** A duration that is one: nothing takes 0 here. */
export function spanOf(field: Field): string | undefined {
  const time = field.duration();
  if (time === undefined || parseDuration(time) > 0) return time;
  field.say(`expected a duration above 0s, got ${time}`);
  return undefined;
}

/** Of 0 there is none. */
export function timeoutOf(field: Field): string | undefined {
  const time = field.duration();
  return time !== undefined && parseDuration(time) === 0 ? "none" : time;
}
