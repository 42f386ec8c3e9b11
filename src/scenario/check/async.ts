/** Whether steps use caches, pools and queues that there are, and whether requests are about what caches keep. */
import type { Sayings } from "../check.js";
import type { Edge } from "../circles.js";
import { unknownName } from "../complaint.js";
import { isTarget } from "../fields.js";
import { childOf, entriesOf, type Raw } from "../raw.js";
import type { Path } from "../source.js";

/** A step that uses something by its name, wherever it stands. */
interface Use {
  readonly what: "cache" | "pool" | "queue" | "call";
  readonly name: string;
  readonly path: Path;
  /** The service, or undefined in a job; and what does it. */
  readonly service: string | undefined;
  readonly from: string;
  /** Caches whose miss it belongs to. */
  readonly within: readonly string[];
}

/** Every use in the endpoints of services and in the steps of jobs. */
function usesIn(raw: Raw): Use[] {
  const ofServices = entriesOf(raw.services).flatMap(([service, fields]) =>
    entriesOf(childOf(fields, "endpoints")).flatMap(([endpoint, steps]) =>
      usesOf(steps, ["services", service, "endpoints", endpoint], {
        service,
        from: `${service}/${endpoint}`,
        within: [],
      }),
    ),
  );
  const ofJobs = entriesOf(raw.jobs).flatMap(([job, fields]) =>
    usesOf(childOf(fields, "steps"), ["jobs", job, "steps"], {
      service: undefined,
      from: `job ${job}/steps`,
      within: [],
    }),
  );
  return [...ofServices, ...ofJobs];
}

function usesOf(steps: unknown, path: Path, about: Pick<Use, "service" | "from" | "within">): Use[] {
  if (Array.isArray(steps)) return steps.flatMap((step, i) => usesOf(step, [...path, i], about));
  return entriesOf(steps).flatMap(([key, value]): Use[] => {
    const below = (within = about.within): Use[] => usesOf(value, [...path, key], { ...about, within });
    const named = (what: Use["what"], name: unknown, ...part: readonly string[]): Use[] =>
      typeof name === "string" ? [{ what, name, path: [...path, key, ...part], ...about }] : [];
    if (key === "call") return named("call", value);
    if (key === "publish")
      return typeof value === "string" ? named("queue", value) : named("queue", childOf(value, "to"), "to");
    if (key === "hold") return [...named("pool", childOf(value, "pool"), "pool"), ...below()];
    if (key !== "cache") return below();
    const cache = childOf(value, "in");
    return [...named("cache", cache, "in"), ...below([...about.within, String(cache)])];
  });
}

const FIELD = { cache: "caches", pool: "pools" } as const;

/** All that is caused, at one or more removes. */
function reached(from: Iterable<string>, edges: readonly Edge[]): Set<string> {
  const all = new Set(from);
  for (const one of all) for (const edge of edges) if (edge.from === one) all.add(edge.to);
  return all;
}

export function checkShares(raw: Raw, to: Sayings): void {
  const queues = entriesOf(raw.queues).map(([name]) => name);
  const uses = usesIn(raw);
  const misnamed = (use: Use, what: string, names: readonly string[]): void => {
    if (names.includes(use.name)) return;
    const { message, suggestion } = unknownName(what, use.name, names);
    to.say(use.path, message, { suggestion });
  };
  for (const use of uses) {
    if (use.what === "call") continue;
    if (use.what === "queue") misnamed(use, "queue", queues);
    else if (use.service === undefined) to.say(use.path, `expected no ${use.what} in a job, which has none`);
    else misnamed(use, `${use.what} of ${use.service}`, namesIn(childOf(raw.services, use.service), FIELD[use.what]));
    if (use.what === "cache" && use.within.includes(use.name))
      to.say(use.path, `expected another cache within a miss of ${use.name}, got the same again`);
  }
  checkVariants(raw, uses, to);
  for (const [name, fields] of entriesOf(raw.queues)) {
    const service = String(childOf(fields, "consumer")).split("/")[0];
    if (childOf(childOf(childOf(raw.services, service), "concurrency"), "waitsAt") === "service")
      to.say(["queues", name, "consumer"], `expected a service whose calls wait in their pods, got ${service}`);
  }
  const used = new Set(uses.filter(({ what }) => what === "queue").map(({ name }) => name));
  for (const name of queues)
    if (!used.has(name)) to.warn(["queues", name], "nobody publishes to this queue", { key: true });
}

const namesIn = (fields: unknown, field: string): string[] => entriesOf(childOf(fields, field)).map(([name]) => name);

/** A policy's caches stand in the place of its service's, and so must have the same names. */
function checkVariants(raw: Raw, uses: readonly Use[], to: Sayings): void {
  for (const [policy, fields] of entriesOf(raw.policies))
    for (const [service, own] of entriesOf(childOf(fields, "services"))) {
      if (childOf(own, "caches") === undefined) continue;
      const given = namesIn(own, "caches");
      const needed = uses.filter((use) => use.what === "cache" && use.service === service).map(({ name }) => name);
      const path = ["policies", policy, "services", service, "caches"];
      for (const name of new Set(needed.filter((one) => !given.includes(one))))
        to.say(path, `expected all caches that its steps use, got none named "${name}"`, { key: true });
    }
}

/** What a message causes: from who publishes it to who takes it. */
export function messageEdges(raw: Raw): Edge[] {
  return usesIn(raw).flatMap((use): Edge[] => {
    if (use.what !== "queue") return [];
    const consumer = childOf(childOf(raw.queues, use.name), "consumer");
    return typeof consumer === "string" && isTarget.test(consumer)
      ? [{ from: use.from, to: consumer, path: use.path }]
      : [];
  });
}

/** A request about nothing finds nothing: warns of loads without keys that reach a cache which goes by keys. */
export function checkKeys(raw: Raw, edges: readonly Edge[], to: Sayings): void {
  const keyed = usesIn(raw).filter(({ what, service, name }) => {
    const cache = childOf(childOf(childOf(raw.services, service ?? ""), "caches"), name);
    return what === "cache" && childOf(cache, "capacity") !== undefined;
  });
  if (keyed.length === 0) return;
  for (const [load, fields] of entriesOf(raw.load)) {
    if (childOf(fields, "keys") !== undefined) continue;
    const targets = reached(
      [String(childOf(fields, "to")), ...entriesOf(childOf(fields, "mix")).map(([text]) => text)],
      edges,
    );
    const found = keyed.find(({ from }) => targets.has(from));
    if (found !== undefined)
      to.warn(
        ["load", load],
        `expected keys: without them every look into ${found.service}.caches.${found.name} misses`,
        {
          key: true,
        },
      );
  }
}

/** Of those who miss one thing one fetches it: if that takes another look for the same, it waits for itself. Messages do not. */
export function checkFlights(raw: Raw, calls: readonly Edge[], to: Sayings): void {
  const uses = usesIn(raw);
  for (const { what, name: target, within, service, path } of uses) {
    if (what !== "call") continue;
    const caches = childOf(childOf(raw.services, service ?? ""), "caches");
    const lookers = reached([target], calls);
    for (const cache of within) {
      if (childOf(childOf(caches, cache), "singleFlight") !== true) continue;
      const again = uses.find(
        (use) => use.what === "cache" && use.name === cache && use.service === service && lookers.has(use.from),
      );
      if (again !== undefined)
        to.say(
          path,
          `expected no other look into ${cache} within a miss of it with singleFlight, got one in ${again.from}`,
        );
    }
  }
}
