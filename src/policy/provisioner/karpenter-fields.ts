/** Karpenter's fields as a scenario holds them: NodePools in the words of their manifests. */
import { Cron } from "croner";
import { z } from "zod";
import type { RequirementSpec } from "../../controllers/karpenter/requirement.js";
import type { Seconds } from "../../units.js";
import { cpu, either, flag, list, memory, moment, oneOf, record, seconds, text, whole } from "../fields.js";

const operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"] as const;

/** A duration, or the word Never. */
const orNever = () =>
  either(
    'a duration like "10m" or Never',
    z.literal("Never").transform(() => Infinity),
    seconds(),
  );

const label = () => text("a label like topology.kubernetes.io/zone", (given) => /^[\w./-]+$/.test(given));
const word = () => text("a text", () => true);

const COUNTS: Readonly<Record<string, (count: number) => boolean>> = {
  In: (count) => count > 0,
  NotIn: (count) => count > 0,
  Exists: (count) => count === 0,
  DoesNotExist: (count) => count === 0,
};
const one = (count: number): boolean => count === 1;

const requirement = record({
  key: label().describe("A label of nodes."),
  operator: oneOf(...operators).describe("How it compares."),
  values: list(word()).optional().describe("What it is compared with."),
  minValues: whole(1).optional().describe("Of so many values some type must be left."),
}).refine(({ operator, values = [] }) => (COUNTS[operator] ?? one)(values.length), {
  error: (issue) => {
    const { operator } = issue.input as RequirementSpec;
    const wanted =
      operator === "In" || operator === "NotIn" ? "values" : operator.match(/Exist/) ? "no values" : "one value";
    return `expected ${wanted} with the operator ${operator}`;
  },
});

function readableCron(schedule: string): boolean {
  try {
    return (
      new Cron(schedule, { timezone: "UTC" }).nextRun(new Date(0)) !== null && /^@|^(\S+\s+){4}\S+$/.test(schedule)
    );
  } catch {
    return false;
  }
}

const nodes = () =>
  either(
    'a number of nodes or a percentage like "10%"',
    whole().transform(String),
    text("a number of nodes or a percentage", (given) => /^\d+%?$/.test(given)),
  );

const budget = record({
  nodes: nodes().describe("Nodes that may be disrupted at once; percentages round up."),
  reasons: list(oneOf("Empty", "Drifted", "Underutilized"))
    .optional()
    .describe("For these reasons; default: for all."),
  schedule: text('a cron expression like "0 9 * * 1-5"', readableCron)
    .optional()
    .describe("When it begins to count, in UTC; default: it always counts."),
  duration: seconds().optional().describe("How long it counts from then."),
}).refine(({ schedule, duration }) => (schedule === undefined) === (duration === undefined), {
  error: "expected schedule and duration together, got one of them",
});

const taint = record({
  key: label().describe("What pods must tolerate."),
  value: word().optional().describe("With this value."),
  effect: oneOf("NoSchedule", "PreferNoSchedule", "NoExecute").describe("What befalls others."),
});

const policies = ["WhenEmptyOrUnderutilized", "WhenEmpty"] as const;

const nodePool = record({
  name: text("a name of small letters, digits and dashes", (given) =>
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(given),
  ).describe("The label karpenter.sh/nodepool of its nodes."),
  weight: whole().default(0).describe("The pool with the greatest is asked first."),
  requirements: list(requirement).optional().describe("What its nodes must be."),
  labels: z.record(label(), word()).optional().describe("What its nodes say of themselves besides."),
  taints: list(taint).optional().describe("What pods must tolerate to go there."),
  limits: record({
    cpu: cpu().optional().describe("Most CPU of all its nodes."),
    memory: memory().optional().describe("Most memory of all its nodes."),
    nodes: whole().optional().describe("Most nodes."),
  })
    .optional()
    .describe("What it may grow to."),
  consolidationPolicy: oneOf(...policies)
    .optional()
    .describe("Default: as for all pools."),
  consolidateAfter: orNever().optional().describe("Default: as for all pools."),
  budgets: list(budget).optional().describe("The least of those that count just now. Default: as for all pools."),
  expireAfter: orNever().optional().describe("Default: as for all pools."),
  terminationGracePeriod: seconds()
    .optional()
    .describe("A drain that has lasted so long is ended: what is still there is killed. Default: never."),
  driftsAt: seconds()
    .optional()
    .describe("When its template changes, by a new image say: nodes bought before are drifted from then on."),
});

export const karpenterFields = {
  nodePools: list(nodePool)
    .refine((pools) => new Set(pools.map(({ name }) => name)).size === pools.length, {
      error: "expected names that differ",
    })
    .optional()
    .describe("Default: one pool that may be everything; it also owns the machines of the start."),
  batchIdleDuration: seconds().prefault("1s").describe("A batch of pending pods ends when none has come for so long."),
  batchMaxDuration: seconds().prefault("10s").describe("A batch ends so long after its first pod at the latest."),
  consolidationPolicy: oneOf(...policies)
    .default("WhenEmptyOrUnderutilized")
    .describe("Which nodes may be consolidated."),
  consolidateAfter: orNever().prefault("0s").describe("A node is left alone so long after a pod came or went."),
  expireAfter: orNever().prefault("720h").describe("A node is drained at this age, whatever the budgets say."),
  budget: nodes().default("10%").describe("Nodes that may be disrupted at once; percentages round up."),
  spotToSpotConsolidation: flag()
    .default(false)
    .describe("Whether a spot node may be replaced by a cheaper one: the feature gate, with its rule of 15 types."),
  startsAt: moment()
    .prefault("2026-01-05T00:00:00Z")
    .describe("The moment at which the simulated time begins, for the budgets' schedules."),
};

export type PoolFields = z.output<typeof nodePool>;

export interface KarpenterValues {
  readonly nodePools?: readonly PoolFields[] | undefined;
  readonly batchIdleDuration: Seconds;
  readonly batchMaxDuration: Seconds;
  readonly consolidationPolicy: (typeof policies)[number];
  readonly consolidateAfter: Seconds;
  readonly expireAfter: Seconds;
  readonly budget: string;
  readonly spotToSpotConsolidation: boolean;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
}
