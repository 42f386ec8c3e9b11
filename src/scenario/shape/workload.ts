/** The fields of a service about what keeps its pods, and how they change from one revision to the next. */
import { z } from "zod";
import type { Quantity, Strategy } from "../../controllers/deployment/fenceposts.js";
import type { Distribution } from "../../kernel/distributions.js";
import type { Revision, RolloutSpec, WorkloadSpec } from "../../model/workloads/workload.js";
import { memory, oneOf, seconds, show } from "../../policy/fields.js";
import type { Resources } from "../../policy/sizer-contract.js";
import type { MiB } from "../../units.js";
import { above0, checked, cpuSize, duration, law, memorySize, orUnlimited, type Say, wholeFrom } from "../fields.js";

/** A number of pods, or a share of them in whole per cent, as Kubernetes takes both. */
const noQuantity = ({ input }: { readonly input?: unknown }): string =>
  `expected a number of pods or a share like "25%", got ${show(input)}`;
export const quantity: z.ZodType<Quantity> = z
  .union([wholeFrom(0), z.string().regex(/^\d+%$/, { error: noQuantity })], { error: noQuantity })
  .meta({ examples: [1, "25%"] });

export const isNothing = (given: Quantity): boolean => Number.parseInt(String(given), 10) === 0;

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
    if (!shareOf100(maxUnavailable)) say(["maxUnavailable"], `expected at most "100%", got ${show(maxUnavailable)}`);
    if (maxSurge !== undefined && maxUnavailable !== undefined && isNothing(maxSurge) && isNothing(maxUnavailable))
      say(["maxUnavailable"], `expected more than 0 where maxSurge is 0, got ${show(maxUnavailable)}`);
  },
)
  .transform(({ type, maxSurge = "25%", maxUnavailable = "25%" }): Strategy => ({ type, maxSurge, maxUnavailable }))
  .meta({ id: "Strategy", description: "How a Deployment's rollout replaces pods." });

const shareOf100 = (given: Quantity | undefined): boolean =>
  typeof given !== "string" || Number.parseInt(given, 10) <= 100;

const updateStrategy = checked(
  z.strictObject({
    type: oneOf("RollingUpdate", "OnDelete")
      .prefault("RollingUpdate")
      .meta({ description: "Replace pods from the highest ordinal down, or only those that something else ends." }),
    partition: wholeFrom(0).prefault(0).meta({ description: "The lowest ordinal that is updated." }),
    maxUnavailable: quantity.optional().meta({
      description:
        "Pods missing at most, rounded down; as if MaxUnavailableStatefulSet were on. Default: one at a time.",
    }),
  }),
  ({ type, partition, maxUnavailable }, say) => {
    if (type === "OnDelete" && partition > 0)
      say(["partition"], `expected it only where type is RollingUpdate, got ${partition}`);
    if (type === "OnDelete" && maxUnavailable !== undefined)
      say(["maxUnavailable"], `expected it only where type is RollingUpdate, got ${show(maxUnavailable)}`);
    else if (maxUnavailable !== undefined && isNothing(maxUnavailable))
      say(["maxUnavailable"], `expected more than 0, got ${show(maxUnavailable)}`);
    if (!shareOf100(maxUnavailable)) say(["maxUnavailable"], `expected at most "100%", got ${show(maxUnavailable)}`);
  },
);

const yes = () => z.literal(true, { error: (issue) => `expected true or nothing, got ${show(issue.input)}` });

/** What any kind's rollout may change. */
const changed = {
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
};
const change = z.strictObject({
  ...changed,
  paused: z
    .boolean({ error: (issue) => `expected true or false, got ${show(issue.input)}` })
    .optional()
    .meta({ description: "From now on rollouts rest, or go on: kubectl rollout pause and resume." }),
  partition: wholeFrom(0)
    .optional()
    .meta({ description: "Of a StatefulSet: from now on the lowest ordinal that is updated." }),
});

type Change = z.output<typeof change>;

const checkChange =
  (names: string) =>
  ({ at, undo, paused, partition, ...template }: Change, say: Say): void => {
    const given = Object.keys(template).filter((key) => template[key as keyof typeof template] !== undefined);
    if (undo === true && given.length > 0) say([given[0]], "expected nothing else of the template beside undo");
    if (given.length === 0 && [undo, paused, partition].every((one) => one === undefined))
      say([], `expected a change, such as ${names}, got none`);
  };

function checkRollouts(changes: readonly Change[], say: Say): void {
  let revisions = 1;
  for (const [i, one] of changes.entries()) {
    if (i > 0 && one.at <= changes[i - 1].at)
      say([i, "at"], `expected a time after ${changes[i - 1].at} s, got ${one.at} s`);
    if (one.undo === true && revisions === 1) say([i, "undo"], "expected a rollout to take back before this one");
    if (one.undo === undefined && isTemplate(one)) revisions++;
  }
}

const rolloutsOf = <T extends z.ZodType<Change>>(one: T) =>
  checked(z.array(one, { error: (issue) => `expected a list of rollouts, got ${show(issue.input)}` }), checkRollouts)
    .optional()
    .meta({
      description:
        "New revisions of the pods: when, and what changes; what is left out stays as it was. Default: none.",
    });

const OF_TEMPLATE = "image, cpu, memory, startup, workTimes, crashAfter, restart";
const rollouts = rolloutsOf(checked(change, checkChange(`${OF_TEMPLATE}, undo, paused or partition`)));
export const rolloutsOfDaemons = rolloutsOf(checked(z.strictObject(changed), checkChange(`${OF_TEMPLATE} or undo`)));

const isTemplate = ({ image, cpu, memory, startup, workTimes, crashAfter, restart }: Change): boolean =>
  [image, cpu, memory, startup, workTimes, crashAfter, restart].some((given) => given !== undefined);

export const workloadFields = {
  kind: oneOf("Deployment", "StatefulSet")
    .prefault("Deployment")
    .meta({ description: "What keeps its pods: equal ones, or ones with ordinals that come and go in order." }),
  podManagementPolicy: oneOf("OrderedReady", "Parallel")
    .optional()
    .meta({ description: "Whether a StatefulSet's pods wait for one another. Default: OrderedReady, they do." }),
  updateStrategy: updateStrategy
    .optional()
    .meta({ description: "How a StatefulSet's rollouts replace pods. Default: RollingUpdate of all, one at a time." }),
  minReadySeconds: seconds()
    .prefault("0s")
    .meta({ description: "A pod is available to a rollout once it has been ready for so long." }),
  progressDeadline: orUnlimited(duration())
    .prefault("10m")
    .meta({ description: "A rollout that stands still for longer is reported as ProgressDeadlineExceeded." }),
  rollouts,
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
  if (fields.kind === "StatefulSet") {
    const { type, partition, maxUnavailable } = fields.updateStrategy ?? updateStrategy.parse({});
    const podManagementPolicy = fields.podManagementPolicy ?? "OrderedReady";
    const several = maxUnavailable === undefined ? {} : { maxUnavailable };
    const settings = { podManagementPolicy, updateStrategy: type, ...several };
    return { kind: "StatefulSet", settings, partition, minReady, ...revisionsOf(fields, sizes) };
  }
  const deadline = progressDeadline === Infinity ? {} : { progressDeadline };
  return { kind: "Deployment", settings: { ...strategy, ...deadline }, minReady, ...revisionsOf(fields, sizes) };
}

interface Changing {
  readonly rollouts?: readonly Change[] | undefined;
  readonly updateStrategy?: { readonly partition?: number } | undefined;
}

/** Each change begins where the one before ended; an undone revision is the one before again, and then the latest. */
export function revisionsOf(fields: Changing & First, first: Sizes): Pick<WorkloadSpec, "revisions" | "rollouts"> {
  const { image: imageMiB, startup, crashAfter } = fields;
  const revisions: Revision[] = [{ image: 0, imageMiB, startup, crashAfter, workTimes: 1 }];
  const rollouts: RolloutSpec[] = [];
  let history = [0];
  let images = 1;
  const sizes = [first];
  let paused = false;
  let partition = fields.updateStrategy?.partition ?? 0;
  for (const one of fields.rollouts ?? []) {
    paused = one.paused ?? paused;
    partition = one.partition ?? partition;
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
    rollouts.push({ at: one.at, revision: history.at(-1)!, paused, partition });
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
