/** The section `faults`: what goes wrong, with whom, and when. */
import { z } from "zod";
import { type FaultKind, type Loss, type Portion, pausable } from "../../model/faults/spec.js";
import { either, flag, fraction, list, oneOf, record, seconds, show } from "../../policy/fields.js";
import { parseFraction } from "../../units.js";
import { above0, checked, duration, law, name, share, words } from "../fields.js";
import { networkFaults } from "./network.js";

function some(of: string, usual: number | string = 1) {
  const error = (issue: { readonly input?: unknown }): string =>
    `expected a number of ${of}, a share, "all", or a list of names, got ${show(issue.input)}`;
  return z
    .union([z.string(), z.number(), list(name())], { error })
    .prefault(usual)
    .meta({ description: `How many ${of}, chosen by chance each time; or which, by their names.`, examples: [1] })
    .transform((given, context): Portion => {
      if (typeof given === "object") return { names: given };
      if (Number.isSafeInteger(given) && Number(given) >= 1) return { count: Number(given) };
      const part = given === "all" ? 1 : parseFraction(String(given));
      if (part > 0 && part <= 1) return { share: part };
      context.addIssue({ code: "custom", message: error({ input: given }) });
      return z.NEVER;
    });
}

const nodes = {
  group: name().optional().meta({ description: "Of this node group. Default: of any." }),
  zone: name().optional().meta({ description: "In this zone. Default: in any." }),
  nodes: some("nodes"),
};
type Nodes = z.output<z.ZodObject<typeof nodes>>;

const targetOf = ({ group, zone, nodes: portion }: Nodes) => ({ group, zone, portion });

const loss = {
  silent: flag().prefault(false).meta({
    description: "They stand still and say nothing until the fault is over, and the control plane has to find out.",
  }),
  replacedAfter: either(
    "a duration or never",
    z.literal("never").transform(() => Infinity),
    seconds(),
  )
    .optional()
    .meta({ description: "When their group has another in their place. Default: 0s; of silent ones never." }),
};
const lossOf = ({ silent, replacedAfter }: z.output<z.ZodObject<typeof loss>>): Loss => ({
  silent,
  replacedAfter: replacedAfter ?? (silent ? Infinity : 0),
});

const crash = record({
  service: name().meta({ description: "A service's or a job's name." }),
  pods: some("pods"),
}).transform(({ service, pods }): FaultKind => ({ kind: "crash", pods: { owner: service, portion: pods } }));

const nodeLoss = record({ ...nodes, ...loss }).transform(
  (given): FaultKind => ({ kind: "node-loss", nodes: targetOf(given), ...lossOf(given) }),
);

const zoneLoss = record({ zone: name().meta({ description: "All of its machines." }), ...loss }).transform(
  (given): FaultKind => ({ kind: "zone-loss", zone: given.zone, ...lossOf(given) }),
);

const slowNode = record({
  ...nodes,
  speed: checked(fraction(), (value, say) => {
    if (value >= 1) say([], `expected a share below 100%, got ${value * 100}%`);
  }).meta({ description: "What each core still does, of what it should; at 0% it stands still." }),
}).transform((given): FaultKind => ({ kind: "slow-node", nodes: targetOf(given), speed: given.speed }));

const steal = record({
  ...nodes,
  share: share().meta({ description: "The part of the machine's cores that is somebody else's." }),
}).transform((given): FaultKind => ({ kind: "steal", nodes: targetOf(given), share: given.share }));

const brownOut = checked(
  record({
    service: name().meta({ description: "Whose." }),
    pods: some("pods", "all"),
    times: above0().prefault(1).meta({ description: "Work and waits take so many times as long." }),
    failing: share().prefault("0%").meta({ description: "So many calls are answered with an error at once." }),
  }),
  ({ times, failing }, say) => {
    if (times === 1 && failing === 0) say([], "expected times other than 1 or failing above 0%, got neither");
  },
).transform(
  ({ service, pods, ...how }): FaultKind => ({ kind: "brown-out", pods: { owner: service, portion: pods }, ...how }),
);

const metricOutage = record({
  services: list(name()).optional().meta({ description: "Of these services. Default: of all." }),
}).transform(({ services }): FaultKind => ({ kind: "metric-outage", services: services ?? [] }));

const pause = record({
  controllers: list(oneOf(...pausable))
    .prefault([...pausable])
    .meta({ description: "Those that decide nothing meanwhile." }),
}).transform(({ controllers }): FaultKind => ({ kind: "pause", controllers }));

const reclaim = record(nodes).transform((given): FaultKind => ({ kind: "reclaim", nodes: targetOf(given) }));

const kinds = {
  crash: crash.optional().meta({ description: "Containers end; the kubelet starts them again." }),
  nodeLoss: nodeLoss.optional().meta({ description: "Machines are lost with all that is on them." }),
  zoneLoss: zoneLoss.optional().meta({ description: "So are all of a zone, and none can be had there meanwhile." }),
  slowNode: slowNode.optional().meta({ description: "Machines' cores are slower." }),
  steal: steal.optional().meta({ description: "Machines have fewer cores." }),
  brownOut: brownOut.optional().meta({ description: "A service works slowly or badly." }),
  metricOutage: metricOutage.optional().meta({ description: "Scalers and sizers get no metrics." }),
  pause: pause.optional().meta({ description: "The control plane, or a part of it, decides nothing." }),
  ...networkFaults,
  reclaim: reclaim.optional().meta({ description: "The cloud gives notice to spot machines." }),
};
export type FaultKey = keyof typeof kinds;
const keys = Object.keys(kinds) as readonly FaultKey[];

const outage = checked(
  record({ begin: seconds().meta({ description: "Since the start." }), end: duration() }),
  ({ begin, end }, say) => {
    if (end < begin) say(["end"], `expected at least the begin (${begin} s), got ${end} s`);
  },
);

const outages = z.union(
  [
    checked(list(outage), (all, say) => {
      for (let i = 1; i < all.length; i++)
        if (all[i].begin < all[i - 1].end)
          say([i, "begin"], `expected at least the end of the one before (${all[i - 1].end} s), got ${all[i].begin} s`);
    }),
    words("the path of a CSV file").transform((file) => ({ file })),
  ],
  { error: (issue) => `expected a list of outages or the path of a CSV file, got ${show(issue.input)}` },
);

const fields = z.strictObject({
  name: name()
    .optional()
    .meta({ description: "As it is called in the report. Default: its kind, with a number if need be." }),
  ...kinds,
  at: seconds().optional().meta({ description: "Once, so long after the start." }),
  every: law
    .optional()
    .meta({ description: "Again and again: from the start, or the end of one, to the beginning of the next." }),
  outages: outages.optional().meta({
    description: "Or at these times: a list, or a CSV file with the columns begin and end.",
  }),
  for: law.optional().meta({ description: "How long it lasts. Default: with at, for ever." }),
});

/** What is over as soon as it has happened. */
const isInstant = (what: FaultKind): boolean =>
  what.kind === "crash" || what.kind === "reclaim" || (what.kind === "node-loss" && !what.silent);

export const faults = z
  .array(
    checked(fields, (given, say) => {
      const written = keys.filter((key) => given[key] !== undefined);
      if (written.length !== 1)
        return say(
          [],
          `expected one of ${keys.join(", ")}, got ${written.length === 0 ? "none" : written.join(" and ")}`,
        );
      const when = (["at", "every", "outages"] as const).filter((key) => given[key] !== undefined);
      if (when.length !== 1)
        return say([], `expected one of at, every, outages, got ${when.length === 0 ? "none" : when.join(" and ")}`);
      const [key] = written;
      const instant = isInstant(given[key]!);
      if (instant && given.for !== undefined) say(["for"], `expected no length, as ${key} is over at once, got one`);
      if (instant && given.outages !== undefined) say(["outages"], `expected at or every, as ${key} is over at once`);
      if (given.outages !== undefined && given.for !== undefined)
        say(["for"], "expected no length beside outages, got one");
      if (when[0] === "every" && !instant && given.for === undefined) say([], "expected for beside every, got none");
      if (given.at !== undefined && given.for !== undefined && given.for.shape !== "constant")
        say(["for"], "expected a duration beside at, got a distribution");
      if (given.for?.shape === "constant" && given.for.value === 0)
        say(["for"], "expected a duration above 0s, got 0s");
    }).transform((given) => {
      const key = keys.find((one) => given[one] !== undefined);
      if (key === undefined) return z.NEVER; // it has been complained about
      const { name, at, every, outages, for: length } = given;
      return { name, at, every, outages, length, key, what: given[key]!, instant: isInstant(given[key]!) };
    }),
    { error: (issue) => `expected a list of faults, got ${show(issue.input)}` },
  )
  .prefault([])
  .meta({ description: "What goes wrong." });
export type Fault = z.output<typeof faults>[number];
