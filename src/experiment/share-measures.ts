/** The measures of what calls share beside workers: caches, pools of connections, queues of messages. */
import { growsWithoutBound } from "../measure/overload.js";
import type { WorldSpec } from "../model/spec.js";
import type { World } from "../model/world.js";
import type { Seconds } from "../units.js";
import type { Better, Measure, Unit } from "./measures.js";

export function shareMeasures({ services, queues }: WorldSpec): readonly Measure[] {
  const of = (name: string, label: string, unit: Unit, better: Better, headline = true): Measure => ({
    name,
    label,
    unit,
    better,
    group: "shared",
    ...(headline ? { headline } : {}),
  });
  const ofServices = services.flatMap(({ name, caches, pools }) => [
    ...caches.map((cache) =>
      of(`cache.${name}/${cache.name}.hits`, `${name}/${cache.name}: found in the cache`, "share", "higher"),
    ),
    ...caches.map((cache) =>
      of(
        `cache.${name}/${cache.name}.followed`,
        `${name}/${cache.name}: fetched by another`,
        "share",
        "neither",
        false,
      ),
    ),
    ...pools.flatMap((pool) => [
      of(`pool.${name}/${pool.name}.wait`, `${name}/${pool.name}: wait for a connection, mean`, "s", "lower"),
      of(`pool.${name}/${pool.name}.inUse`, `${name}/${pool.name}: connections in use`, "1", "neither", false),
    ]),
  ]);
  const ofQueues = queues.flatMap(({ name }) => [
    of(`queue.${name}.waiting`, `${name}: messages waiting, mean`, "1", "lower"),
    of(`queue.${name}.time`, `${name}: from publication to acknowledgement, mean`, "s", "lower"),
    of(`queue.${name}.oldest`, `${name}: age of the first in line, longest`, "s", "lower", false),
    of(`queue.${name}.redelivered`, `${name}: messages given out again`, "1", "lower", false),
    of(`queue.${name}.dead`, `${name}: dead messages`, "1", "lower", false),
  ]);
  return [...ofServices, ...ofQueues];
}

/** The queue of messages that grows without bound, if one does: it holds up no request, and so has to be looked at by itself. */
export function growingQueue(
  { shares, state }: World,
  column: (name: string) => readonly number[],
): string | undefined {
  return shares.queues.all.find(({ spec: { name } }) => {
    const backlog = column(`${name}.backlog`);
    const half = Math.floor(backlog.length / 2);
    const published = column(`${name}.published`).slice(half);
    const arrivals = published.reduce((sum, rate) => sum + rate * state.spec.seriesStep, 0);
    const departures = arrivals - (backlog[backlog.length - 1] - backlog[half - 1]);
    return growsWithoutBound({ inFlight: backlog, arrivals, departures });
  })?.spec.name;
}

/** Their values; `column` gives a column of the measured series. NaN where nothing was looked for, held or sent. */
export function shareValues(
  { shares, sim }: World,
  duration: Seconds,
  column: (name: string) => readonly number[],
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { service, spec, measured } of shares.caches.all) {
    const key = `cache.${service.spec.name}/${spec.name}`;
    const looks = measured.hits + measured.misses + measured.followed;
    values[`${key}.hits`] = measured.hits / looks;
    values[`${key}.followed`] = measured.followed / looks;
  }
  for (const pool of shares.pools.all) {
    const key = `pool.${pool.service.spec.name}/${pool.spec.name}`;
    values[`${key}.wait`] = pool.waited / pool.taken;
    values[`${key}.inUse`] = pool.used(sim.now) / duration;
  }
  for (const queue of shares.queues.all) {
    const key = `queue.${queue.spec.name}`;
    values[`${key}.waiting`] = queue.waited(sim.now) / duration;
    values[`${key}.time`] = queue.seconds / queue.acknowledgedMeasured;
    values[`${key}.oldest`] = Math.max(...column(`${queue.spec.name}.oldest`));
    values[`${key}.redelivered`] = queue.redelivered;
    values[`${key}.dead`] = queue.deadMeasured;
  }
  return values;
}
