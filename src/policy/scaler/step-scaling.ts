/**
 * AWS step scaling and simple scaling: documented behaviour, not decision for decision, since the service is closed. The
 * decisions are in controllers/cloud/aws-step.ts.
 *
 * Not modelled: alarms in which only some of the datapoints must be beyond the threshold; the delay of datapoints.
 */
import { adjustmentTypes, stepFaults } from "../../controllers/cloud/aws-adjustment.js";
import { createSimpleScaling, createStepScaling } from "../../controllers/cloud/aws-step.js";
import type { ServiceView } from "../contract.js";
import { defineScaler } from "../define.js";
import { interval, level, list, oneOf, record, seconds, signed, whole } from "../fields.js";
import { countReady, measure, measuredSignals } from "./measured.js";

const alarm = {
  signal: oneOf(...measuredSignals)
    .default("cpu")
    .describe("What the alarm watches."),
  threshold: level().describe("Where the alarm sounds; a share for cpu."),
  side: oneOf("above", "below").default("above").describe("From which side."),
  datapoints: whole(1).default(3).describe("So many datapoints in a row at or beyond the threshold sound the alarm."),
  type: oneOf(...adjustmentTypes)
    .default("ChangeInCapacity")
    .describe("What an adjustment changes."),
  minMagnitude: whole(0).default(0).describe("Least change that a percentage makes."),
};

const datapoint = () =>
  interval().prefault("1m").describe("Time that one datapoint covers, and between two decisions.");

const numbersOf = (view: ServiceView) => ({ at: view.now, size: view.replicas, min: view.min, max: view.max });

export const stepScaling = defineScaler({
  name: "step-scaling",
  summary: "AWS step scaling by its documented behaviour: the further beyond a threshold, the greater the change.",
  fields: {
    policies: list(
      record({
        ...alarm,
        steps: list(
          record({
            lower: signed().optional().describe("Offset from the threshold from which on it holds."),
            upper: signed().optional().describe("Offset from the threshold up to which it holds."),
            adjustment: signed().describe("Replicas or per cent, by the type."),
          }),
        ).describe("What to do how far beyond the threshold."),
      }),
    ).describe("Policies, each with its alarm and steps."),
    datapoint: datapoint(),
    warmup: seconds().prefault("5m").describe("A replica is no capacity until it has been ready for so long."),
  },
  create: ({ policies, datapoint, warmup }) => {
    const read = policies.map((policy) => ({
      ...policy,
      name: `${policy.signal} ${policy.side} ${policy.threshold}`,
      steps: policy.steps.map(({ lower = -Infinity, upper = Infinity, adjustment }) => ({ lower, upper, adjustment })),
    }));
    const faults = read.flatMap(({ steps }) => stepFaults(steps));
    if (faults.length > 0) throw new Error(`steps: ${faults.join("; ")}`);
    const look = createStepScaling(read);
    return {
      period: datapoint,
      desiredReplicas(view) {
        const metrics = policies.map(({ signal }) => measure(view, signal, datapoint));
        // Those that are not ready yet are on their way, too.
        const { warm } = countReady(view, warmup);
        const warming = Math.max(0, view.replicas - warm);
        const { size, rule, trail } = look({ ...numbersOf(view), warming, metrics });
        return { replicas: size, rule, seen: { metric: metrics[0], warming }, why: { trail } };
      },
    };
  },
});

export const simpleScaling = defineScaler({
  name: "simple-scaling",
  summary: "AWS simple scaling by its documented behaviour: one change an alarm, then a cooldown.",
  fields: {
    policies: list(record({ ...alarm, adjustment: signed().describe("Replicas or per cent, by the type.") })).describe(
      "Policies, each with its alarm and change.",
    ),
    datapoint: datapoint(),
    cooldown: seconds().prefault("5m").describe("After a change is done, nothing is changed for so long."),
  },
  create: ({ policies, datapoint, cooldown }) => {
    const named = policies.map((policy) => ({
      ...policy,
      name: `${policy.signal} ${policy.side} ${policy.threshold}`,
    }));
    const look = createSimpleScaling(named, cooldown);
    return {
      period: datapoint,
      desiredReplicas(view) {
        const metrics = policies.map(({ signal }) => measure(view, signal, datapoint));
        const settled = view.ready === view.replicas && view.pods.every(({ draining }) => !draining);
        const { size, rule, trail } = look({ ...numbersOf(view), warming: 0, settled, metrics });
        return { replicas: size, rule, seen: { metric: metrics[0] }, why: { trail } };
      },
    };
  },
});
