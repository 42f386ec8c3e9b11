/** The load that is assumed, so that what was imported runs: as much for each service as it can serve at the start. */
import type { TextMatch, WrittenRoute } from "../mesh/written-route.js";
import { flow } from "./flow.js";
import type { Imported, ImportedService } from "./import.js";
import { ASSUMED } from "./written.js";

/** Work of an assumed call. */
export const WORK_MILLISECONDS = 5;
const SHARE_OF_CPU = 0.4;
/** Of requests, for each value of a header that a rule asks for. */
const SHARE_OF_HEADER = 10;
const MOST_ENDPOINTS = 5;

/** The section `load`. */
export function loadLines({ services, routes }: Pick<Imported, "services" | "routes">): string[] {
  const routed = new Set(
    routes.flatMap(({ behind, rules }) => [...behind, ...rules.flatMap(({ to }) => [...sharesOf(to).keys()])]),
  );
  const alone = services.filter(({ name }) => !routed.has(name));
  return [
    "load:",
    `  # ${ASSUMED}: every service by itself, at ${100 * SHARE_OF_CPU}% of the CPU that it requests at the start; from the third minute on`,
    "  # twice that, so that autoscalers have something to do.",
    ...routes.map((route) => routeLine(route, services)),
    ...alone.map(
      (service) => `  ${service.name}: { ${steps(rateOf(service))}, ${goals(service.name, service.endpoints)} }`,
    ),
  ];
}

const steps = (rate: number): string =>
  `rate: { steps: [{ at: 0s, rate: ${rate}/s }, { at: 3m, rate: ${2 * rate}/s }] }`;

/** One endpoint, or several in equal parts. */
function goals(name: string, endpoints: readonly string[]): string {
  const [only = "assumed", ...more] = endpoints.slice(0, MOST_ENDPOINTS);
  if (more.length === 0) return `to: ${name}/${only}`;
  const share = Number((100 / (more.length + 1)).toPrecision(12));
  return `mix: { ${[only, ...more].map((endpoint) => `${name}/${endpoint}: ${share}%`).join(", ")} }`;
}

function rateOf({ workload, scaler }: ImportedService): number {
  const least = Number(scaler?.fields.min ?? 0);
  const replicas = Math.max(1, workload.replicas, least);
  const cores = ((workload.cpu.request || 500) / 1000) * replicas;
  return Math.max(1, Math.round((SHARE_OF_CPU * cores * 1000) / WORK_MILLISECONDS));
}

/** So that none of those whom most calls come to gets more than by itself. */
function routeLine({ name, rules, examples }: WrittenRoute, services: readonly ImportedService[]): string {
  const led = rules.flatMap(({ to }) => [...sharesOf(to)]);
  const rates = [...sharesOf(rules.at(-1)?.to)].flatMap(([to, share]) => {
    const service = services.find((one) => one.name === to);
    return service === undefined ? [] : [Math.floor(rateOf(service) / share)];
  });
  const all = services.find((one) => one.name === led[0]?.[0])?.endpoints ?? [];
  const takesAll = rules.some(({ match = [] }) => match.every(({ endpoint }) => endpoint === undefined));
  const headers = headersAsked(
    rules.flatMap(({ match = [] }) => match.flatMap((one) => Object.entries(one.headers ?? {}))),
  );
  const brought = Object.keys(headers).length === 0 ? "" : `, headers: ${flow(headers)}`;
  const rate = Math.max(1, rates.length === 0 ? 10 : Math.min(...rates));
  return `  ${name}: { ${steps(rate)}, ${goals(name, takesAll ? all : examples)}${brought} }`;
}

/** Of each destination its share. */
function sharesOf(to: string | Readonly<Record<string, number>> | undefined): ReadonlyMap<string, number> {
  if (to === undefined) return new Map();
  if (typeof to === "string") return new Map([[to, 1]]);
  const all = Object.values(to).reduce((sum, one) => sum + one, 0);
  return new Map(Object.entries(to).flatMap(([name, weight]) => (weight === 0 ? [] : [[name, weight / all]])));
}

/** Some requests bring what rules ask for as a whole text. */
function headersAsked(asked: readonly (readonly [string, TextMatch])[]): object {
  const values = new Map<string, Set<string>>();
  for (const [name, match] of asked)
    if (typeof match === "string") values.set(name, (values.get(name) ?? new Set()).add(match));
  const entries = [...values].map(([name, some]): [string, object] => {
    const share = Math.min(SHARE_OF_HEADER, Math.floor(50 / some.size));
    return [name, Object.fromEntries([...some].map((value) => [value, `${share}%`]))];
  });
  return Object.fromEntries(entries);
}
