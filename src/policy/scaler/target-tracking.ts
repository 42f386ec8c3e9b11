/**
 * Target tracking as AWS documents it for Application Auto Scaling and EC2 Auto Scaling: documented
 * behaviour, not decision for decision, since the service is closed.
 *
 * Every datapoint is the signal's mean over one `datapoint`. Two alarms watch them: `high` after
 * `outDatapoints` in a row above the target, `low` after `inDatapoints` in a row below `inBelow` of it.
 * A high alarm scales out in proportion, to ⌈capacity × signal ÷ target⌉. The vendor calls scaling in
 * gradual and says no more; chosen here: a low alarm removes `inStep` of the replicas at a time, at
 * least one, and never goes below what the same proportion asks for. An alarm that lasts acts again at
 * every datapoint, where cooldown and warm-up let it.
 *
 * Capacity is the replicas that have been ready for `warmup`; during a scale-out cooldown no more than
 * there were before it, so that only a still greater demand adds to what was just added. A scale-out
 * ends a scale-in cooldown; a scale-in waits until no ready replica is warming up.
 *
 * The defaults are those of an ECS service. For an EC2 group: both cooldowns "0s", warmup "5m".
 *
 * Not modelled: several policies on one service; warming replicas' data, which the vendor leaves out of
 * the metric, are in it here; the delay with which datapoints arrive.
 */
import type { Seconds } from "../../units.js";
import type { ScaleAnswer, ServiceView } from "../contract.js";
import { defineScaler } from "../define.js";
import { flag, fraction, interval, level, oneOf, seconds, whole } from "../fields.js";

const signals = ["cpu", "rate-per-replica", "concurrency-per-replica"] as const;

function measure(view: ServiceView, signal: (typeof signals)[number], window: Seconds): number {
  if (signal === "cpu") return view.mean("cpu", window);
  return view.mean(signal === "rate-per-replica" ? "rate" : "concurrency", window) / view.ready;
}

/** Ready replicas, split by whether they have been so for `warmup`. */
function countReady({ pods, now }: ServiceView, warmup: Seconds) {
  const ready = pods.filter((pod) => pod.ready && !pod.draining);
  const warm = ready.filter((pod) => now - pod.readySince >= warmup).length;
  return { warm, warming: ready.length - warm };
}

/** Rounded up, but for what floating point adds: 3 × 1.1 ÷ 1.1 is 3. */
const roundUp = (value: number): number => Math.ceil(value - 1e-9);

interface Restraints {
  readonly outCooldown: Seconds;
  readonly inCooldown: Seconds;
  readonly inStep: number;
}

/** What both directions remember of each other: when they last acted, and from which capacity out. */
function createSteps({ outCooldown, inCooldown, inStep }: Restraints) {
  let lastOut = -Infinity;
  let lastIn = -Infinity;
  let capacityBefore = 0;
  return {
    out({ now, replicas }: ServiceView, warm: number, ratio: number): ScaleAnswer {
      const cooling = now < lastOut + outCooldown;
      const capacity = cooling ? Math.min(warm, capacityBefore) : warm;
      const wanted = roundUp(capacity * ratio);
      if (wanted <= replicas) return { replicas, rule: cooling ? "scale-out cooldown" : "capacity on its way" };
      lastOut = now;
      lastIn = -Infinity;
      capacityBefore = capacity;
      return { replicas: wanted, rule: "high alarm" };
    },
    in({ now, replicas }: ServiceView, warm: number, ratio: number): ScaleAnswer {
      if (now < lastIn + inCooldown) return { replicas, rule: "scale-in cooldown" };
      const step = Math.max(1, Math.floor(replicas * inStep));
      const wanted = Math.max(roundUp(warm * ratio), replicas - step);
      if (wanted >= replicas) return { replicas, rule: "needed at the target" };
      lastIn = now;
      return { replicas: wanted, rule: "low alarm" };
    },
  };
}

export const targetTracking = defineScaler({
  name: "target-tracking",
  summary: "AWS target tracking by its documented behaviour: out in proportion, in gradually.",
  fields: {
    signal: oneOf(...signals)
      .default("cpu")
      .describe("What is tracked."),
    target: level().describe("Where the signal is to be held; a share for cpu."),
    datapoint: interval().prefault("1m").describe("Time that one datapoint covers, and between two decisions."),
    outDatapoints: whole(1).default(3).describe("So many datapoints above the target in a row scale out."),
    inDatapoints: whole(1).default(15).describe("So many datapoints below `inBelow` in a row scale in."),
    inBelow: fraction().prefault("90%").describe("Share of the target below which a datapoint is low."),
    inStep: fraction().prefault("10%").describe("Share of the replicas that one scale-in removes, at least one."),
    outCooldown: seconds().prefault("5m").describe("For so long after a scale-out, what it added is not counted."),
    inCooldown: seconds().prefault("5m").describe("Time between two scale-ins."),
    warmup: seconds().prefault("0s").describe("A replica counts once it has been ready for so long."),
    scaleIn: flag().default(true).describe("Whether it may scale in at all."),
  },
  create: ({ signal, target, datapoint, outDatapoints, inDatapoints, inBelow, warmup, scaleIn, ...restraints }) => {
    const steps = createSteps(restraints);
    let high = 0;
    let low = 0;
    const decide = (view: ServiceView, ratio: number): ScaleAnswer => {
      const { warm, warming } = countReady(view, warmup);
      if (high >= outDatapoints) return steps.out(view, warm, ratio);
      if (low < inDatapoints || !scaleIn) return { replicas: view.replicas, rule: "no alarm" };
      return warming > 0 ? { replicas: view.replicas, rule: "warming up" } : steps.in(view, warm, ratio);
    };
    return {
      period: datapoint,
      desiredReplicas(view) {
        const metric = measure(view, signal, datapoint);
        if (!Number.isFinite(metric)) {
          high = 0;
          low = 0;
          return { replicas: NaN, rule: "INSUFFICIENT_DATA" };
        }
        high = metric > target ? high + 1 : 0;
        low = metric < inBelow * target ? low + 1 : 0;
        return { ...decide(view, metric / target), seen: { metric, high, low } };
      },
    };
  },
});
