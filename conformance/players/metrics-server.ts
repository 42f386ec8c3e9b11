/** Plays metrics-server's situations: a script's entry is what one scrape brought; the answer is what the metrics API then lists. */
import { PodStorage } from "../../src/controllers/metrics-server/storage.js";
import type { Vector } from "../vector.js";

/** Times in whole milliseconds, CPU in nanoseconds, memory in bytes. */
interface Scraped {
  readonly start: number;
  readonly time: number;
  readonly cpu: number;
  readonly memory: number;
}

interface Step {
  readonly pods: Readonly<Record<string, Readonly<Record<string, Scraped>>>>;
}

const pointOf = ({ start, time, cpu, memory }: Scraped) => ({
  startedAt: start / 1000,
  at: time / 1000,
  cpuNanoseconds: cpu,
  memoryBytes: memory,
});

const mapped = <A, B>(given: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, change(value)]));

/** Whole ones; a thousandth more, for what decimal fractions lose. */
const inMilliseconds = (seconds: number): number => Math.floor(seconds * 1000 + 1e-3);

export function playMetricsServer({ settings, script }: Vector): readonly unknown[] {
  const { resolution, pods: names } = settings as { readonly resolution: number; readonly pods: readonly string[] };
  const storage = new PodStorage<string>(resolution);
  return (script as readonly Step[]).map(({ pods }) => {
    storage.store(new Map(Object.entries(pods).map(([name, points]) => [name, mapped(points, pointOf)])));
    return names.flatMap((pod) => {
      const metrics = storage.metricsOf(pod);
      if (metrics === undefined) return [];
      const { at, window, containers } = metrics;
      const usage = mapped(containers, ({ cpuNanocores, memoryBytes }) => ({ cpu: cpuNanocores, memory: memoryBytes }));
      return [
        { pod, time: Number.isNaN(at) ? null : inMilliseconds(at), window: inMilliseconds(window), containers: usage },
      ];
    });
  });
}
