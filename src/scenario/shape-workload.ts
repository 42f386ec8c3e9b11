/** The fields of a service about what keeps its pods, and how they change from one revision to the next. */
import { z } from "zod";
import type { Quantity, Strategy } from "../controllers/deployment/fenceposts.js";
import type { Distribution } from "../kernel/distributions.js";
import type { Resources } from "../model/spec.js";
import type { Revision, RolloutSpec, WorkloadSpec } from "../model/workload.js";
import { memory, oneOf, seconds, show } from "../policy/fields.js";
import type { MiB } from "../units.js";
import { above0, checked, cpuSize, duration, law, memorySize, orUnlimited, wholeFrom } from "./fields.js";

/** A number of pods, or a share of them in whole per cent, as Kubernetes takes both. */
const noQuantity = ({ input }: { readonly input?: unknown }): string =>
  `expected a number of pods or a share like "25%", got ${show(input)}`;
const quantity: z.ZodType<Quantity> = z
  .union([wholeFrom(0), z.string().regex(/^\d+%$/, { error: noQuantity })], { error: noQuantity })
  .meta({ examples: [1, "25%"] });

const isNothing = (given: Quantity): boolean => Number.parseInt(String(given), 10) === 0;

/** Policies may say it instead of the service, so it brings its own defaults. */
export const strategy = checked(
  z.strictObject({
    type: oneOf("RollingUpdate", "Recreate")
      .prefault("RollingUpdate")
      .meta({ description: "Replace pods bit by bit, or end all old ones before the first new one." }),
    maxSurge: quantity.optional().meta({ description: "Pods too many at most, rounded up. Default: 25%." }),
    maxUnavailable: quantity.optional().meta({ description: "Pods missing at most, rounded down. Default: 25%." }),
  }),
  ({ type, maxSurge, maxUnavailable }, say) => {
    for (const [field, given] of Object.entries({ maxSurge, maxUnavailable }))
      if (type === "Recreate" && given !== undefined)
        say([field], `expected it only where type is RollingUpdate, got ${show(given)}`);
    if (typeof maxUnavailable === "string" && Number.parseInt(maxUnavailable, 10) > 100)
      say(["maxUnavailable"], `expected at most "100%", got ${show(maxUnavailable)}`);
    if (maxSurge !== undefined && maxUnavailable !== undefined && isNothing(maxSurge) && isNothing(maxUnavailable))
      say(["maxUnavailable"], `expected more than 0 where maxSurge is 0, got ${show(maxUnavailable)}`);
  },
)
  .transform(({ type, maxSurge = "25%", maxUnavailable = "25%" }): Strategy => ({ type, maxSurge, maxUnavailable }))
  .meta({ id: "Strategy", description: "How a Deployment's rollout replaces pods." });

const yes = () => z.literal(true, { error: (issue) => `expected true or nothing, got ${show(issue.input)}` });

const change = checked(
  z.strictObject({
    at: seconds().meta({ description: "When, from the beginning of the run, warm-up included." }),
    image: memory().optional().meta({ description: "Another image of this size, which no node has yet." }),
    cpu: cpuSize.optional().meta({ description: "CPU of its pods: the request, or request and limit." }),
    memory: memorySize.optional().meta({ description: "Memory of its pods: the request, or request and limit." }),
    startup: law.optional().meta({ description: "From the container's start until it could answer." }),
    workTimes: above0()
      .optional()
      .meta({ description: "What all CPU work is multiplied by, compared with the endpoints' steps." }),
    crashAfter: z
      .union([z.literal("never"), law])
      .optional()
      .meta({ description: "From a container's start until it ends by a fault of its own, or never." }),
    restart: yes().optional().meta({ description: "New pods, though nothing else changes: kubectl rollout restart." }),
    undo: yes().optional().meta({ description: "Back to the revision before: kubectl rollout undo." }),
    paused: z
      .boolean({ error: (issue) => `expected true or false, got ${show(issue.input)}` })
      .optional()
      .meta({ description: "From now on rollouts rest, or go on: kubectl rollout pause and resume." }),
  }),
  ({ at, undo, paused, ...template }, say) => {
    const changed = Object.keys(template).filter((key) => template[key as keyof typeof template] !== undefined);
    if (undo === true && changed.length > 0) say([changed[0]], "expected nothing else of the template beside undo");
    if (changed.length === 0 && undo === undefined && paused === undefined)
      say(
        [],
        "expected a change, such as image, cpu, memory, startup, workTimes, crashAfter, restart, undo or paused, got none",
      );
  },
);
export type Change = z.output<typeof change>;

const rollouts = checked(
  z.array(change, { error: (issue) => `expected a list of rollouts, got ${show(issue.input)}` }),
  (changes, say) => {
    let revisions = 1;
    for (const [i, one] of changes.entries()) {
      if (i > 0 && one.at <= changes[i - 1].at)
        say([i, "at"], `expected a time after ${changes[i - 1].at} s, got ${one.at} s`);
      if (one.undo === true && revisions === 1) say([i, "undo"], "expected a rollout to take back before this one");
      if (one.undo === undefined && isTemplate(one)) revisions++;
    }
  },
);

const isTemplate = ({ image, cpu, memory, startup, workTimes, crashAfter, restart }: Change): boolean =>
  [image, cpu, memory, startup, workTimes, crashAfter, restart].some((given) => given !== undefined);

export const workloadFields = {
  minReadySeconds: seconds()
    .prefault("0s")
    .meta({ description: "A pod is available to a rollout once it has been ready for so long." }),
  progressDeadline: orUnlimited(duration())
    .prefault("10m")
    .meta({ description: "A rollout that stands still for longer is reported as ProgressDeadlineExceeded." }),
  rollouts: rollouts.optional().meta({
    description: "New revisions of the pods: when, and what changes; what is left out stays as it was. Default: none.",
  }),
};

const together = z.strictObject(workloadFields);
type Fields = z.output<typeof together>;

/** What the service's first revision is made of. */
interface First {
  readonly image: MiB;
  readonly startup: Distribution;
  readonly crashAfter?: Distribution | undefined;
}

interface Sizes {
  readonly cpu: z.output<typeof cpuSize>;
  readonly memory: z.output<typeof memorySize>;
}

export const resourcesOf = ({ cpu, memory }: Sizes): Resources => ({
  size: { cpuMillicores: cpu.request, memoryMiB: memory.request },
  cpuLimitMillicores: cpu.limit,
  memoryLimitMiB: memory.limit,
});

export function workloadOf(fields: Fields & First, sizes: Sizes, strategy: Strategy): WorkloadSpec {
  const { minReadySeconds: minReady, progressDeadline } = fields;
  const deadline = progressDeadline === Infinity ? {} : { progressDeadline };
  return { kind: "Deployment", settings: { ...strategy, ...deadline }, minReady, ...revisionsOf(fields, sizes) };
}

/** Each change begins where the one before ended; an undone revision is the one before again, and then the latest. */
function revisionsOf(fields: Fields & First, first: Sizes): Pick<WorkloadSpec, "revisions" | "rollouts"> {
  const { image: imageMiB, startup, crashAfter } = fields;
  const revisions: Revision[] = [{ image: 0, imageMiB, startup, crashAfter, workTimes: 1 }];
  const rollouts: RolloutSpec[] = [];
  let history = [0];
  let images = 1;
  const sizes = [first];
  let paused = false;
  for (const one of fields.rollouts ?? []) {
    paused = one.paused ?? paused;
    const before = history.at(-1)!;
    if (one.undo === true) history = [...history.slice(0, -2), before, history.at(-2)!];
    else if (isTemplate(one)) {
      const image = one.image === undefined ? {} : { image: images++, imageMiB: one.image };
      const { cpu = sizes[before].cpu, memory = sizes[before].memory } = one;
      sizes.push({ cpu, memory });
      const resources =
        one.cpu === undefined && one.memory === undefined ? {} : { resources: resourcesOf({ cpu, memory }) };
      revisions.push({ ...revisions[before], ...image, ...resources, ...changesOf(one) });
      history.push(revisions.length - 1);
    }
    rollouts.push({ at: one.at, revision: history.at(-1)!, paused });
  }
  return { revisions: revisions.slice(1), rollouts };
}

function changesOf({ startup, workTimes, crashAfter }: Change): Partial<Revision> {
  return {
    ...(startup === undefined ? {} : { startup }),
    ...(workTimes === undefined ? {} : { workTimes }),
    ...(crashAfter === undefined ? {} : { crashAfter: crashAfter === "never" ? undefined : crashAfter }),
  };
}
