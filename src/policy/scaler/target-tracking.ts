/**
 * AWS target tracking as Application Auto Scaling and EC2 Auto Scaling are documented to do it: documented behaviour, not
 * decision for decision, since the service is closed. The decision is in controllers/cloud/aws-target-tracking.ts.
 *
 * Every datapoint is the signal's mean over one `datapoint`. Capacity is the replicas that have been ready for `warmup`.
 * What a preset says, a field beside it overrides.
 *
 * Not modelled: warming replicas' data, which the vendor leaves out of the metric, are in it here; the delay with which
 * datapoints arrive.
 */
import { createTargetTracking } from "../../controllers/cloud/aws-target-tracking.js";
import { defineScaler } from "../define.js";
import { flag, fraction, interval, level, list, oneOf, record, seconds, whole } from "../fields.js";
import { countReady, measure, measuredSignals } from "./measured.js";

/** What the vendor's services start from, and how close their datapoints are. */
const presets = {
  "ecs-service": { datapoint: 60, outDatapoints: 3, inDatapoints: 15, outCooldown: 300, inCooldown: 300, warmup: 0 },
  "ec2-group": { datapoint: 60, outDatapoints: 3, inDatapoints: 15, outCooldown: 0, inCooldown: 0, warmup: 300 },
  "ec2-basic-monitoring": {
    datapoint: 300,
    outDatapoints: 3,
    inDatapoints: 15,
    outCooldown: 0,
    inCooldown: 0,
    warmup: 300,
  },
  "ec2-high-resolution": {
    datapoint: 10,
    outDatapoints: 3,
    inDatapoints: 90,
    outCooldown: 0,
    inCooldown: 0,
    warmup: 300,
  },
} as const;

/** Without the fields that were not given, so that they override nothing. */
const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

const signal = () => oneOf(...measuredSignals).default("cpu");
const target = () => level().describe("Where the signal is to be held; a share for cpu.");
const scaleIn = () => flag().default(true);

export const targetTracking = defineScaler({
  name: "target-tracking",
  summary: "AWS target tracking by its documented behaviour: out in proportion, in gradually.",
  fields: {
    signal: signal().describe("What is tracked."),
    target: target(),
    also: list(
      record({
        signal: signal().describe("What is tracked beside."),
        target: target(),
        scaleIn: scaleIn().describe("Whether it may scale in."),
      }),
    )
      .optional()
      .describe("Further policies: out if one asks for it, in only if all that may do so agree."),
    preset: oneOf("ecs-service", "ec2-group", "ec2-basic-monitoring", "ec2-high-resolution")
      .default("ecs-service")
      .describe("Where the six timings below come from when they are not given."),
    datapoint: interval().optional().describe("Time that one datapoint covers, and between two decisions."),
    outDatapoints: whole(1).optional().describe("So many datapoints above the target in a row scale out."),
    inDatapoints: whole(1).optional().describe("So many datapoints below `inBelow` in a row scale in."),
    inBelow: fraction().prefault("90%").describe("Share of the target below which a datapoint is low."),
    inStep: fraction().prefault("10%").describe("Share of the replicas that one scale-in removes, at least one."),
    outCooldown: seconds().optional().describe("For so long after a scale-out, what it added is not counted."),
    inCooldown: seconds().optional().describe("Time between two scale-ins."),
    warmup: seconds().optional().describe("A replica counts once it has been ready for so long."),
    scaleIn: scaleIn().describe("Whether it may scale in at all."),
  },
  create: ({ signal, target, also = [], preset, inBelow, inStep, scaleIn, ...timings }) => {
    const { datapoint, warmup, ...counts } = { ...presets[preset], ...given(timings) } as Record<
      keyof typeof timings,
      number
    >;
    const tracked = [{ signal, target, scaleIn }, ...also];
    const metrics = tracked.map((one) => ({ ...one, name: one.signal }));
    const look = createTargetTracking({ ...counts, inBelow, inStep, metrics });
    return {
      period: datapoint,
      desiredReplicas(view) {
        const { size, rule, trail, decisive } = look({
          at: view.now,
          size: view.replicas,
          ...countReady(view, warmup),
          metrics: tracked.map((one) => measure(view, one.signal, datapoint)),
        });
        const { metric, high, low } = decisive;
        const seen = Number.isNaN(size) ? {} : { seen: { metric, high, low } };
        return { replicas: size, rule, ...seen, why: { trail } };
      },
    };
  },
});
