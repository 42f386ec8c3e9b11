/** Whether what services refuse goes together with what they are. */
import type { AdmissionSpec, Meant } from "../../model/admission/admission-spec.js";
import type { Sayings } from "../check.js";
import { unknownName } from "../complaint.js";
import { childOf, type Raw } from "../raw.js";
import type { Parts } from "../setup.js";
import type { Service } from "../shape/service.js";
import type { Path } from "../source.js";

export function checkAdmission(raw: Raw, { services, variants, loads }: Parts, to: Sayings): void {
  const headers = new Set(
    [...loads.values()].flatMap(({ headers: all = [] }) => all.flatMap(({ given }) => Object.keys(given))),
  );
  for (const [name, service] of services) {
    const places: (readonly [AdmissionSpec | undefined, Path])[] = [[service.admission, ["services", name]]];
    for (const [policy, variant] of variants) {
      const own = Object.hasOwn(variant.services, name) ? variant.services[name] : undefined;
      places.push([own?.admission, ["policies", policy, "services", name]]);
    }
    for (const [spec, path] of places) {
      if (spec === undefined) continue;
      const at = [...path, "admission"];
      const limits = limitsOf(raw, spec, at);
      checkNames(name, service, spec, limits, at, to);
      checkMeant(spec, limits, at, headers, to);
      checkWaits(name, service, spec, at, to);
    }
  }
}

/** Endpoints are the service's own. */
function checkNames(
  name: string,
  service: Service,
  spec: AdmissionSpec,
  limits: readonly Placed[],
  at: Path,
  to: Sayings,
): void {
  const endpoints = Object.keys(service.endpoints);
  const look = (endpoint: string | undefined, path: Path): void => {
    if (endpoint === undefined || endpoints.includes(endpoint)) return;
    const { message, suggestion } = unknownName(`endpoint of ${name}`, endpoint, endpoints);
    to.say(path, message, { suggestion });
  };
  for (const [{ endpoint }, path] of limits) look(endpoint, [...path, "endpoint"]);
  for (const [i, endpoint] of (spec.shedding?.spares ?? []).entries()) look(endpoint, [...at, "shedding", "spares", i]);
}

/** A limit for headers that no request brings is one for nobody. */
function checkMeant(
  spec: AdmissionSpec,
  limits: readonly Placed[],
  at: Path,
  known: ReadonlySet<string>,
  to: Sayings,
): void {
  for (const [{ headers }, path] of limits)
    for (const header of Object.keys(headers))
      if (!known.has(header))
        to.warn([...path, "headers"], `no load's requests bring the header ${header}`, { key: true });
  const { latency, timeout } = spec.globalRateLimit ?? {};
  if (latency?.shape === "constant" && latency.value > timeout!)
    to.warn([...at, "globalRateLimit", "latency"], `no answer ever comes in time: proxies wait ${timeout} s`);
}

/** Who is to be judged by his wait for a worker must stand in his pod's line before he begins. */
function checkWaits(name: string, { concurrency }: Service, spec: AdmissionSpec, at: Path, to: Sayings): void {
  if (spec.shedding?.queueTime === undefined) return;
  const path = [...at, "shedding", "queueTime"];
  const { holds, waitsAt, limit } = concurrency;
  if (holds !== "call" || waitsAt !== "pod")
    to.say(
      path,
      `expected calls of ${name} that wait in their pod for a worker of their own, got ${holds === "call" ? "waitsAt: service" : "holds: work"}`,
      { key: true },
    );
  else if (limit === Infinity)
    to.warn(path, `nobody waits for a worker of ${name}, which has as many as it wants`, { key: true });
}

/** What is for some calls, with its place. */
type Placed = readonly [Meant, Path];

/** One that stands alone, and not in a list, has no number. */
function limitsOf(raw: Raw, { rateLimit, globalRateLimit }: AdmissionSpec, at: Path): readonly Placed[] {
  const placed = (all: readonly Meant[], path: Path): readonly Placed[] => {
    const isList = Array.isArray(path.reduce<unknown>((data, key) => childOf(data, String(key)), raw));
    return all.map((one, i) => [one, isList ? [...path, i] : path]);
  };
  return [
    ...placed(rateLimit, [...at, "rateLimit"]),
    ...placed(globalRateLimit?.limits ?? [], [...at, "globalRateLimit", "limits"]),
  ];
}
