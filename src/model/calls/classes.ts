/** Classes of requests: those that bring the same headers along are one, and a call knows its class by a number. */
import { limitsByHeaders } from "../admission/admission-spec.js";
import { asksForHeaders, type Headers, type VirtualHostSpec } from "../routes/virtual-host.js";
import type { LoadSpec, ServiceSpec } from "../spec.js";

/** Class 0 has no headers; where no rule and no limit asks for any it is the only one. */
export function classesOf(
  loads: readonly LoadSpec[],
  hosts: readonly VirtualHostSpec[],
  services: readonly ServiceSpec[],
): readonly Headers[] {
  const classes: Headers[] = [{}];
  if (!asksForHeaders(hosts) && !services.some(limitsByHeaders)) return classes;
  for (const { headers = [] } of loads)
    for (const { given } of headers) if (classOf(classes, given) < 0) classes.push(given);
  return classes;
}

/** The number of the class with these headers, -1 when there is none. */
export function classOf(classes: readonly Headers[], headers: Headers): number {
  const key = keyOf(headers);
  return classes.findIndex((one) => keyOf(one) === key);
}

const keyOf = (headers: Headers): string => JSON.stringify(Object.entries(headers).sort());
