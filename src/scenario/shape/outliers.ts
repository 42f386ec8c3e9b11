/** Which pods a proxy leaves out since they fail: a service's `outliers`, Envoy's unless it says otherwise. */
import { z } from "zod";
import { envoysOutliers } from "../../model/mesh/mesh-spec.js";
import { flag, fraction, signed } from "../../policy/fields.js";
import { checked, duration, wholeFrom } from "../fields.js";

const share = () => fraction();
const rated = (pods: number, volume: number) => ({
  pods: wholeFrom(0).prefault(pods).meta({ description: "Looked at when so many pods have calls enough." }),
  volume: wholeFrom(1).prefault(volume).meta({ description: "Calls enough, in an interval." }),
});

const { consecutive, gateway, successRate, failureShare } = envoysOutliers;
const percent = (part: number): string => `${100 * part}%`;

export const outliers = checked(
  z.strictObject({
    consecutive: z
      .strictObject({
        failures: wholeFrom(1)
          .prefault(consecutive.failures)
          .meta({ description: "Failures in a row: Envoy's consecutive_5xx." }),
        enforcing: share()
          .prefault(percent(consecutive.enforcing))
          .meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Failures in a row." }),
    gateway: z
      .strictObject({
        failures: wholeFrom(1)
          .prefault(gateway.failures)
          .meta({ description: "Failures in a row: consecutive_gateway_failure." }),
        enforcing: share()
          .prefault(percent(gateway.enforcing))
          .meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Failures in a row of the way there, not of the application." }),
    interval: duration()
      .prefault(`${envoysOutliers.interval}s`)
      .meta({ description: "Between two looks at shares, and at whose time is over." }),
    baseEjection: duration()
      .prefault(`${envoysOutliers.baseEjection}s`)
      .meta({ description: "The k-th time lasts k times as long." }),
    longestEjection: duration()
      .prefault(`${envoysOutliers.longestEjection}s`)
      .meta({ description: "But no longer than this." }),
    mostEjected: share()
      .prefault(percent(envoysOutliers.mostEjected))
      .meta({ description: "Of the pods, how many may be left out at once." }),
    alwaysOne: flag()
      .prefault(envoysOutliers.alwaysOne)
      .meta({ description: "One may be, however few pods there are." }),
    successRate: z
      .strictObject({
        ...rated(successRate.pods, successRate.volume),
        factor: signed()
          .prefault(successRate.factor)
          .meta({ description: "Below the mean by so many standard deviations." }),
        enforcing: share()
          .prefault(percent(successRate.enforcing))
          .meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Pods whose share of good answers is far below the others'." }),
    failureShare: z
      .strictObject({
        ...rated(failureShare.pods, failureShare.volume),
        threshold: share().prefault(percent(failureShare.threshold)).meta({ description: "So many calls failed." }),
        enforcing: share()
          .prefault(percent(failureShare.enforcing))
          .meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Pods whose share of bad answers is above a threshold: failure_percentage." }),
  }),
  ({ baseEjection, longestEjection }, say) => {
    if (longestEjection < baseEjection)
      say(["longestEjection"], `expected at least baseEjection (${baseEjection} s), got ${longestEjection} s`);
  },
).meta({ id: "Outliers" });
