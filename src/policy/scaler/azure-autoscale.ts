/**
 * Azure Monitor autoscale with one profile: documented behaviour, not decision for decision, since the service is closed.
 * The decision is in controllers/cloud/azure-autoscale.ts.
 *
 * Not modelled: recurring and dated profiles; statistics other than the mean over the replicas; predictive autoscale.
 */
import { createAzureAutoscale, operators } from "../../controllers/cloud/azure-autoscale.js";
import { defineScaler } from "../define.js";
import { interval, level, list, oneOf, record, seconds, whole } from "../fields.js";
import { measure, measuredSignals } from "./measured.js";

const comparisons = Object.keys(operators) as [keyof typeof operators, ...(keyof typeof operators)[]];

export const azureAutoscale = defineScaler({
  name: "azure-autoscale",
  summary: "Azure Monitor autoscale by its documented behaviour: out if any rule says so, in only if all do.",
  fields: {
    rules: list(
      record({
        signal: oneOf(...measuredSignals)
          .default("cpu")
          .describe("What is measured."),
        operator: oneOf(...comparisons).describe("How it is compared."),
        threshold: level().describe("With what; a share for cpu."),
        direction: oneOf("Increase", "Decrease").describe("Out or in."),
        type: oneOf("ChangeCount", "PercentChangeCount", "ExactCount").default("ChangeCount").describe("What changes."),
        value: whole(0).default(1).describe("By how much, or to how many."),
        window: interval().prefault("10m").describe("Time over which the signal is averaged."),
        cooldown: seconds().prefault("5m").describe("Time since the last action before this rule may act."),
      }),
    ).describe("When to change the replicas, and how."),
    defaultReplicas: whole(0).default(1).describe("Replicas when the metrics are missing and there are fewer."),
    period: interval().prefault("1m").describe("Time between two evaluations."),
  },
  create: ({ rules, defaultReplicas, period }) => {
    const named = rules.map((rule) => ({ ...rule, metric: rule.signal }));
    let look: ReturnType<typeof createAzureAutoscale> | undefined;
    return {
      period,
      desiredReplicas(view) {
        look ??= createAzureAutoscale({ min: view.min, max: view.max, default: defaultReplicas, rules: named });
        const values = rules.map(({ signal, window }) => measure(view, signal, window));
        const { size, rule, trail } = look({ at: view.now, size: view.replicas, values });
        return { replicas: size, rule, why: { trail } };
      },
    };
  },
});
