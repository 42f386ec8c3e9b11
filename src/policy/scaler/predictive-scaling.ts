/**
 * AWS predictive scaling with target tracking beside it: documented behaviour; the method of the forecast is ours, since the
 * vendor does not tell his. The decision is in controllers/cloud/aws-predictive.ts.
 *
 * The load is the signal summed over the replicas. Hours before the run come from `history`; a run that lasts longer than
 * a day learns from itself, too. The greater of forecast and target tracking wins.
 */
import { createPredictiveScaling } from "../../controllers/cloud/aws-predictive.js";
import type { ScaleAnswer } from "../contract.js";
import { defineScaler } from "../define.js";
import { level, list, oneOf, seconds, signed } from "../fields.js";
import { measure, measuredSignals } from "./measured.js";
import { targetTracking } from "./target-tracking.js";

export const predictiveScaling = defineScaler({
  name: "predictive-scaling",
  summary: "AWS predictive scaling by its documented behaviour: hourly forecasts lift the floor of target tracking.",
  fields: {
    signal: oneOf(...measuredSignals)
      .default("cpu")
      .describe("What is forecast and tracked."),
    target: level().describe("Where the signal is to be held; a share for cpu."),
    mode: oneOf("ForecastOnly", "ForecastAndScale")
      .default("ForecastAndScale")
      .describe("Whether forecasts are acted on; the vendor's own default is ForecastOnly."),
    buffer: seconds().prefault("5m").describe("So long before its hour a forecast's replicas are started; below 1h."),
    history: list(signed())
      .optional()
      .describe("Load of the whole hours before the run, summed over the replicas, the latest last."),
  },
  create: ({ signal, target, mode, buffer, history = [] }, context) => {
    if (buffer >= 3600) throw new Error(`buffer: expected less than 1h, got ${buffer} s`);
    const tracking = { signal, target, preset: "ecs-service", inBelow: 0.9, inStep: 0.1, scaleIn: true };
    const dynamic = targetTracking.create(tracking, context);
    const look = createPredictiveScaling({ target, buffer, mode }, history);
    return {
      period: dynamic.period,
      desiredReplicas(view): ScaleAnswer {
        const beside = dynamic.desiredReplicas(view) as ScaleAnswer;
        const load = measure(view, signal, dynamic.period) * view.ready;
        const size = Number.isNaN(beside.replicas) ? view.replicas : beside.replicas;
        const found = look({ at: view.now, load, size });
        const own = found.size > size;
        const trail = [...(beside.why?.trail ?? []), ...found.trail];
        return { replicas: found.size, rule: own ? found.rule : beside.rule, why: { trail } };
      },
    };
  },
});
