/** The clouds' scalers: worked examples of the vendors' documentation, each put to the function that the policies decide with. */
import { adjusted, stepFor } from "../../src/controllers/cloud/aws-adjustment.js";
import { greatestSize } from "../../src/controllers/cloud/aws-predictive.js";
import { createStepScaling } from "../../src/controllers/cloud/aws-step.js";
import { createAzureAutoscale } from "../../src/controllers/cloud/azure-autoscale.js";
import { createGceAutoscaler } from "../../src/controllers/cloud/gce-autoscaler.js";
import type { Player } from "./index.js";

type Parameters0<F extends (...args: never[]) => unknown> = Parameters<F>[0];

interface Settings {
  readonly of: keyof typeof kinds;
  readonly given: unknown;
}

const open = <T extends { readonly lower: number | null; readonly upper: number | null }>(steps: readonly T[]) =>
  steps.map((step) => ({ ...step, lower: step.lower ?? -Infinity, upper: step.upper ?? Infinity }));

/** Makes of what stays the same a function of what is looked at. */
const kinds = {
  "aws step": (given: never) => {
    const { steps, threshold, side } = given as { steps: never[]; threshold: number; side: "above" | "below" };
    return ({ metric }: { metric: number }) => stepFor(open(steps), threshold, metric, side)?.adjustment ?? null;
  },
  "aws percentage": () => (look: { capacity: number; percent: number }) =>
    adjusted(look.capacity, look.percent, { type: "PercentChangeInCapacity", minMagnitude: 0 }) - look.capacity,
  "aws step scaling": (given: never) => {
    const policies = (given as { policies: { steps: never[] }[] }).policies;
    const look = createStepScaling(policies.map((one) => ({ ...one, steps: open(one.steps) })) as never);
    return (seen: Parameters0<typeof look>) => look(seen).size;
  },
  "aws predictive maximum": () => (look: { max: number; forecast: number; buffer: number }) =>
    greatestSize(look.max, look.forecast, look.buffer),
  azure: (given: never) => {
    const look = createAzureAutoscale(given);
    return (seen: Parameters0<typeof look>) => look(seen).size;
  },
  gce: (given: never) => {
    const look = createGceAutoscaler(given);
    return (seen: Parameters0<typeof look>) => look(seen).size;
  },
};

export const cloud: Player = ({ settings, script }) => {
  const { of, given } = settings as Settings;
  const decide = kinds[of](given as never) as (look: unknown) => number | null;
  return script.map((look) => ({ answer: decide(look) }));
};
