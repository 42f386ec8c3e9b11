/**
 * Google's autoscaler of managed instance groups: documented behaviour, not decision for decision, since the service is
 * closed. The decision is in controllers/cloud/gce-autoscaler.ts.
 *
 * CPU is that of the pods' own samples; calls and concurrency are shared out evenly among the ready replicas.
 * Not modelled: predictive autoscaling, schedules (see scheduled-scaling), the serving capacity of a load balancer.
 */
import { createGceAutoscaler } from "../../controllers/cloud/gce-autoscaler.js";
import type { Seconds } from "../../units.js";
import type { ServiceView } from "../contract.js";
import { defineScaler } from "../define.js";
import { flag, interval, level, list, oneOf, record, seconds, whole } from "../fields.js";
import { countReady, type MeasuredSignal, measure, measuredSignals } from "./measured.js";

const PERIOD = 60;

function sums(view: ServiceView, signal: MeasuredSignal, initialization: Seconds) {
  if (signal === "cpu") {
    const use = (pods: ServiceView["pods"]) => {
      const sampled = pods.filter((pod) => !pod.draining && Number.isFinite(pod.cpuMillicores));
      const used = sampled.reduce((sum, pod) => sum + pod.cpuMillicores / pod.size.cpuMillicores, 0);
      return sampled.length > 0 ? used : NaN;
    };
    const old = view.pods.filter((pod) => view.now - pod.startedAt >= initialization);
    return { initialized: use(old), all: use(view.pods) };
  }
  const each = measure(view, signal, PERIOD);
  const { warm } = countReady(view, initialization);
  return { initialized: each * warm, all: each * view.ready };
}

export const gceAutoscaler = defineScaler({
  name: "gce-autoscaler",
  summary:
    "Google's instance group autoscaler by its documented behaviour: the greatest need, the last minutes' peak kept.",
  fields: {
    signals: list(
      record({
        signal: oneOf(...measuredSignals).describe("What is measured."),
        target: level().describe("What one replica is to have of it; a share for cpu."),
      }),
    )
      .prefault([{ signal: "cpu", target: "60%" }])
      .describe("What recommends a size; the greatest wins."),
    period: interval().prefault("1m").describe("Time between two decisions; ours, the vendor gives none."),
    initializationPeriod: seconds().prefault("60s").describe("Replicas younger than this are left out for growing."),
    mode: oneOf("ON", "OFF", "ONLY_SCALE_OUT").default("ON").describe("Which directions it may take."),
    scaleInControl: record({
      most: whole(0).describe("Most replicas, or per cent of them, below the window's peak."),
      percent: flag().default(false).describe("Whether `most` is in per cent."),
      window: interval().prefault("10m").describe("Trailing time whose peak counts."),
    })
      .optional()
      .describe("Holds shrinking within so many of the window's peak."),
  },
  create: ({ signals, period, initializationPeriod, mode, scaleInControl }) => {
    const named = signals.map(({ signal, target }) => ({ name: signal, target }));
    const control = scaleInControl === undefined ? {} : { scaleInControl };
    const look = createGceAutoscaler({ signals: named, initializationPeriod, mode, ...control });
    return {
      period,
      desiredReplicas(view) {
        const seen = signals.map(({ signal }) => sums(view, signal, initializationPeriod));
        const { size, rule, trail } = look({ at: view.now, size: view.replicas, signals: seen });
        return { replicas: size, rule, why: { trail } };
      },
    };
  },
});
