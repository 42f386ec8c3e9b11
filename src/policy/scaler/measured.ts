/** What a cloud's scaler measures of a service: a mean for each replica, as its vendors' metrics are. */
import type { Seconds } from "../../units.js";
import type { ServiceView } from "../contract.js";

export const measuredSignals = ["cpu", "rate-per-replica", "concurrency-per-replica"] as const;
export type MeasuredSignal = (typeof measuredSignals)[number];

/** The signal's mean for each ready replica over the window; NaN without data. */
export function measure(view: ServiceView, signal: MeasuredSignal, window: Seconds): number {
  if (signal === "cpu") return view.mean("cpu", window);
  return view.mean(signal === "rate-per-replica" ? "rate" : "concurrency", window) / view.ready;
}

/** Ready replicas, split by whether they have been so for `warmup`. */
export function countReady({ pods, now }: ServiceView, warmup: Seconds) {
  const ready = pods.filter((pod) => pod.ready && !pod.draining);
  const warm = ready.filter((pod) => now - pod.readySince >= warmup).length;
  return { warm, warming: ready.length - warm };
}
