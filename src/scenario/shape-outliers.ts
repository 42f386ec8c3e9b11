/** What a service says of pods that fail too often: Envoy's outlier detection, with its defaults. */
import { z } from "zod";
import { flag, fraction, signed } from "../policy/fields.js";
import { checked, duration, wholeFrom } from "./fields.js";

const share = () => fraction();
const rated = (pods: number, volume: number) => ({
  pods: wholeFrom(0).prefault(pods).meta({ description: "Looked at when so many pods have calls enough." }),
  volume: wholeFrom(1).prefault(volume).meta({ description: "Calls enough, in an interval." }),
});

export const outliers = checked(
  z.strictObject({
    consecutive: z
      .strictObject({
        failures: wholeFrom(1).prefault(5).meta({ description: "Failures in a row: Envoy's consecutive_5xx." }),
        enforcing: share().prefault("100%").meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Failures in a row." }),
    gateway: z
      .strictObject({
        failures: wholeFrom(1).prefault(5).meta({ description: "Failures in a row: consecutive_gateway_failure." }),
        enforcing: share().prefault("0%").meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Failures in a row of the way there, not of the application." }),
    interval: duration()
      .prefault("10s")
      .meta({ description: "Between two looks at shares, and at whose time is over." }),
    baseEjection: duration().prefault("30s").meta({ description: "The k-th time lasts k times as long." }),
    longestEjection: duration().prefault("300s").meta({ description: "But no longer than this." }),
    mostEjected: share().prefault("10%").meta({ description: "Of the pods, how many may be left out at once." }),
    alwaysOne: flag().prefault(false).meta({ description: "One may be, however few pods there are." }),
    successRate: z
      .strictObject({
        ...rated(5, 100),
        factor: signed().prefault(1.9).meta({ description: "Below the mean by so many standard deviations." }),
        enforcing: share().prefault("100%").meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Pods whose share of good answers is far below the others'." }),
    failureShare: z
      .strictObject({
        ...rated(5, 50),
        threshold: share().prefault("85%").meta({ description: "So many calls failed." }),
        enforcing: share().prefault("0%").meta({ description: "In how many of such cases the pod is left out." }),
      })
      .prefault({})
      .meta({ description: "Pods whose share of bad answers is above a threshold: failure_percentage." }),
  }),
  ({ baseEjection, longestEjection }, say) => {
    if (longestEjection < baseEjection)
      say(["longestEjection"], `expected at least baseEjection (${baseEjection} s), got ${longestEjection} s`);
  },
).meta({ id: "Outliers" });
