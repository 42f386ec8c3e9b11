import { RandomStream } from "../../src/kernel/random.js";
import { Failure } from "../../src/model/calls/failure.js";
import { envoysOutliers, type OutliersSpec } from "../../src/model/mesh/mesh-spec.js";
import { Outliers } from "../../src/model/mesh/outliers.js";
import type { Vector } from "../vector.js";

/** gRPC's configuration of its policy, with the fields that situations use. */
interface Config {
  readonly interval: string;
  readonly baseEjectionTime: string;
  readonly maxEjectionTime: string;
  readonly maxEjectionPercent: number;
  readonly successRateEjection?: Rule & { readonly stdevFactor: number };
  readonly failurePercentageEjection?: Rule & { readonly threshold: number };
}

interface Rule {
  readonly enforcementPercentage: number;
  readonly minimumHosts: number;
  readonly requestVolume: number;
}

interface Step {
  readonly at: number;
  /** By host: calls until the next step, answered well and not. */
  readonly good: readonly number[];
  readonly bad: readonly number[];
}

const seconds = (text: string): number => Number(text.replace(/s$/, ""));
const ruleOf = (rule: Rule | undefined) => ({
  pods: rule?.minimumHosts ?? 1,
  volume: rule?.requestVolume ?? 1,
  enforcing: (rule?.enforcementPercentage ?? 0) / 100,
});

/** Envoy's outlier detection as proxies have it, held against gRPC's. Failures in a row are Envoy's alone. */
function specOf({ successRateEjection: rate, failurePercentageEjection: share, ...config }: Config): OutliersSpec {
  return {
    ...envoysOutliers,
    consecutive: { failures: Infinity, enforcing: 0 },
    gateway: { failures: Infinity, enforcing: 0 },
    interval: seconds(config.interval),
    baseEjection: seconds(config.baseEjectionTime),
    longestEjection: seconds(config.maxEjectionTime),
    mostEjected: config.maxEjectionPercent / 100,
    successRate: { ...ruleOf(rate), factor: (rate?.stdevFactor ?? 0) / 1000 },
    failureShare: { ...ruleOf(share), threshold: (share?.threshold ?? 100) / 100 },
  };
}

/** Who is left out at each step; then those who are not have the step's calls. */
export function playOutlierDetection({ settings, script }: Vector): readonly unknown[] {
  const { hosts, config } = settings as { readonly hosts: number; readonly config: Config };
  const slots = Array.from({ length: hosts }, (_, slot) => slot);
  const spec = specOf(config);
  const outliers = new Outliers(
    spec,
    new RandomStream(0, "unused"),
    () => slots,
    () => {},
  );
  let next = spec.interval;
  return (script as readonly Step[]).map(({ at, good, bad }) => {
    for (; next <= at; next += spec.interval) outliers.interval(next);
    const ejected = slots.filter((slot) => outliers.isEjected(slot));
    for (const slot of slots) {
      if (outliers.isEjected(slot)) continue;
      for (let i = 0; i < good[slot]; i++) outliers.answered(slot, Failure.None, at);
      for (let i = 0; i < bad[slot]; i++) outliers.answered(slot, Failure.Aborted, at);
    }
    return { ejected };
  });
}
