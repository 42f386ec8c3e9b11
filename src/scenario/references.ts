/** Where a scenario names endpoints: in loads, in steps, and in what is asked before calls come in. */

import type { Routes } from "./check/routes.js";
import type { Sayings } from "./check.js";
import type { Edge } from "./circles.js";
import { unknownName } from "./complaint.js";
import { isTarget, readTarget } from "./fields.js";
import { childOf, entriesOf, type Raw } from "./raw.js";
import type { Path } from "./source.js";

/** A "service/endpoint" in the file. */
export interface Reference {
  readonly path: Path;
  readonly text: string;
  /** It is a key, as in a mix, and not a value. */
  readonly key: boolean;
}

/** A text that is no target at all has been complained about by its field. */
export const textAt = (path: Path, text: unknown, key = false): Reference[] =>
  typeof text === "string" && isTarget.test(text) ? [{ path, text, key }] : [];

export const goalsOf = (path: Path, fields: unknown): Reference[] => [
  ...textAt([...path, "to"], childOf(fields, "to")),
  ...entriesOf(childOf(fields, "mix")).flatMap(([text]) => textAt([...path, "mix", text], text, true)),
];

interface Check extends Reference {
  readonly by: string;
}

/** What services have asked before their calls; these name services, and no virtual hosts. */
export const checksIn = (raw: Raw): readonly Check[] =>
  entriesOf(raw.services).flatMap(([by, fields]) => {
    const checks = childOf(fields, "checks");
    if (!Array.isArray(checks)) return [];
    return checks.flatMap((check, i) =>
      textAt(["services", by, "checks", i, "call"], childOf(check, "call")).map((one) => ({ by, ...one })),
    );
  });

/** Every endpoint of a service that has checks calls them. */
export const checkEdges = (raw: Raw, checks: readonly Check[]): readonly Edge[] =>
  checks
    .filter(({ text }) => exists(raw, undefined, text))
    .flatMap(({ by, text, path }) =>
      entriesOf(endpointsOf(raw, by)).map(([endpoint]): Edge => ({ from: `${by}/${endpoint}`, to: text, path })),
    );

/** Of all keys within steps only `call` holds a target, wherever it stands. */
export function callsIn(steps: unknown, path: Path): Reference[] {
  if (Array.isArray(steps)) return steps.flatMap((step, i) => callsIn(step, [...path, i]));
  return entriesOf(steps).flatMap(([key, value]) =>
    key === "call" ? textAt([...path, key], value) : callsIn(value, [...path, key]),
  );
}

const endpointsOf = (raw: Raw, service: string): unknown => childOf(childOf(raw.services, service), "endpoints");

export function exists(raw: Raw, routes: Routes | undefined, text: string): boolean {
  const { service, endpoint } = readTarget(text);
  if (routes?.has(service)) return true;
  return childOf(endpointsOf(raw, service), endpoint) !== undefined;
}

export function checkReference(raw: Raw, { path, text, key }: Reference, routes: readonly string[], to: Sayings): void {
  const { service, endpoint } = readTarget(text);
  const services = entriesOf(raw.services).map(([name]) => name);
  if (!services.includes(service)) {
    const { message, suggestion } = unknownName("service", service, [...services, ...routes]);
    to.say(path, message, { key, suggestion });
    return;
  }
  const endpoints = entriesOf(endpointsOf(raw, service)).map(([name]) => name);
  if (endpoints.includes(endpoint) || endpoints.length === 0) return;
  const { message, suggestion } = unknownName(`endpoint of ${service}`, endpoint, endpoints);
  to.say(path, message, { key, suggestion });
}
