/**
 * metrics-server's storage of pods: the last two points of each container, and the usage between them. Points carry the
 * kubelet's times, not the scrape's, so that a sample's age and window are whatever the kubelet's housekeeping made them.
 */
import type { Seconds } from "../../units.js";

/** What the kubelet last measured of a container. */
export interface Point {
  readonly startedAt: Seconds;
  readonly at: Seconds;
  /** Since the start, in nanoseconds of one core. */
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
}

/** A pod's containers by name. */
export type PodPoints = Readonly<Record<string, Point>>;

/** A pod as the resource metrics API lists it. Without a container it has no time either: NaN. */
export interface PodMetrics {
  readonly at: Seconds;
  readonly window: Seconds;
  readonly containers: Readonly<Record<string, { readonly cpuNanocores: number; readonly memoryBytes: number }>>;
}

/** A fresh container's first point is worth something from this age on. */
const FRESH: Seconds = 10;

export class PodStorage<Pod> {
  private last: ReadonlyMap<Pod, PodPoints> = new Map();
  private before: ReadonlyMap<Pod, PodPoints> = new Map();

  constructor(private readonly resolution: Seconds) {}

  /** Takes what one scrape has brought of all nodes. What it does not mention is forgotten. */
  store(scraped: ReadonlyMap<Pod, PodPoints>): void {
    const before = new Map<Pod, PodPoints>();
    for (const [pod, points] of scraped) {
      const known = Object.entries(points).flatMap(([name, point]) => {
        const earlier = this.earlier(point, this.last.get(pod)?.[name], this.beforeOf(pod, name));
        return earlier === undefined ? [] : [[name, earlier] as const];
      });
      if (known.length > 0) before.set(pod, Object.fromEntries(known));
    }
    this.last = scraped;
    this.before = before;
  }

  /** A pod is served only once each of its containers has two points. Undefined: not served. */
  metricsOf(pod: Pod): PodMetrics | undefined {
    const points = this.last.get(pod);
    const before = this.before.get(pod);
    if (points === undefined || before === undefined) return undefined;
    const containers: Record<string, { cpuNanocores: number; memoryBytes: number }> = {};
    let [at, window] = [NaN, 0];
    for (const [name, point] of Object.entries(points)) {
      const earlier = before[name];
      if (earlier === undefined) return undefined;
      if (wentBack(earlier, point)) continue; // the others are served without it
      const span = between(earlier.at, point.at);
      const cpuNanocores = Math.trunc((point.cpuNanoseconds - earlier.cpuNanoseconds) / span);
      containers[name] = { cpuNanocores, memoryBytes: point.memoryBytes };
      if (!(point.at >= at)) [at, window] = [point.at, span];
    }
    return { at, window, containers };
  }

  /** Of a pod with points from before, a container without one had nothing at the beginning of all times. */
  private beforeOf(pod: Pod, name: string): Point | undefined {
    const points = this.before.get(pod);
    return points === undefined ? undefined : (points[name] ?? BEGINNING);
  }

  /** The point that a new one is held against: its own start, the one stored last, or the one before that. */
  private earlier(point: Point, last: Point | undefined, before: Point | undefined): Point | undefined {
    const age = between(point.startedAt, point.at);
    if (age >= FRESH && age < this.resolution) return { ...point, at: point.startedAt, cpuNanoseconds: 0 };
    if (last === undefined || point.startedAt >= last.at) return undefined; // not known, or started again since
    if (point.at > last.at) return last;
    return before !== undefined && before.at < point.at ? before : undefined;
  }
}

const BEGINNING: Point = { startedAt: -Infinity, at: -Infinity, cpuNanoseconds: 0, memoryBytes: 0 };
/** Upstream counts spans of time in nanoseconds of 63 bits. */
const LONGEST: Seconds = 2 ** 63 / 1e9;

const wentBack = (earlier: Point, point: Point): boolean =>
  point.startedAt < earlier.startedAt || point.cpuNanoseconds < earlier.cpuNanoseconds;

/** To the nanosecond, as the difference of two of upstream's times is. */
function between(from: Seconds, to: Seconds): Seconds {
  if (to - from >= LONGEST) return LONGEST;
  const nanoseconds = Math.round((to - from) * 1e9);
  const whole = Math.trunc(nanoseconds / 1e9);
  return whole + (nanoseconds - whole * 1e9) / 1e9;
}
