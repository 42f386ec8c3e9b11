import type { ServiceSpec } from "../spec.js";

/**
 * Whether every piece of work of a service's pods always has a core to itself: there are no more workers than
 * requested cores, which no sizer changes, and a request is always granted, as long as no fault slows machines down
 * (`uneven`). Such work is done at a time known when it starts.
 */
export function isDedicated(
  { sizer, concurrency, size, workload, sidecarMillicores = 0 }: ServiceSpec,
  uneven: boolean,
): boolean {
  const requests = [size, ...workload.revisions.map(({ resources }) => resources?.size ?? size)];
  const cores = Math.min(...requests.map(({ cpuMillicores }) => cpuMillicores - sidecarMillicores)) / 1000;
  return !uneven && sizer === undefined && concurrency.limit <= cores;
}
