/** The section `daemons`: a pod on each node that it may stand on. */
import { z } from "zod";
import type { DaemonSetSettings } from "../../controllers/daemon-set/daemon-set.js";
import { constant } from "../../kernel/distributions.js";
import type { PlacingTemplate } from "../../model/placing/api-objects.js";
import type { Step } from "../../model/spec.js";
import type { BackgroundSpec } from "../../model/workloads/background-spec.js";
import { cpu, oneOf, seconds, show } from "../../policy/fields.js";
import { checked } from "../fields.js";
import { podFields, podOf, resourcesOf } from "./jobs.js";
import { placingFields, requiredNodes, templateOf } from "./placing.js";
import { isNothing, quantity, revisionsOf, rolloutsOfDaemons } from "./workload.js";

const updateStrategy = checked(
  z.strictObject({
    type: oneOf("RollingUpdate", "OnDelete")
      .prefault("RollingUpdate")
      .meta({ description: "Replace pods node by node, or only those that something else ends." }),
    maxUnavailable: quantity
      .optional()
      .meta({ description: "Nodes without a pod at most, rounded up. Default: 1, or 0 beside maxSurge." }),
    maxSurge: quantity.optional().meta({
      description: "Nodes with a new pod beside the old one at most, rounded up. Default: 0.",
    }),
  }),
  ({ type, maxUnavailable = 0, maxSurge = 0 }, say) => {
    for (const [field, value] of Object.entries({ maxUnavailable, maxSurge }))
      if (type === "OnDelete" && value !== 0)
        say([field], `expected it only where type is RollingUpdate, got ${show(value)}`);
    if (!isNothing(maxUnavailable) && !isNothing(maxSurge))
      say(["maxSurge"], `expected 0 where maxUnavailable is not, got ${show(maxSurge)}`);
  },
);

export const daemon = z
  .strictObject({
    ...podFields,
    use: cpu().prefault("0m").meta({ description: "CPU that each of its pods uses, in turns of a second." }),
    nodeSelector: placingFields.nodeSelector,
    tolerations: placingFields.tolerations,
    affinity: z
      .strictObject({ nodeAffinity: requiredNodes.optional().meta({ description: "By labels of nodes." }) })
      .optional()
      .meta({ description: "Nodes that it may go to." }),
    updateStrategy: updateStrategy
      .optional()
      .meta({ description: "How rollouts replace pods. Default: RollingUpdate, one node after another." }),
    minReadySeconds: seconds()
      .prefault("0s")
      .meta({ description: "A pod is available to a rollout once it has been ready for so long." }),
    rollouts: rolloutsOfDaemons,
  })
  .meta({ description: "A DaemonSet: a pod on every node that it may stand on, for as long as the node is there." });
export type Daemon = z.output<typeof daemon>;

export function daemonSpec(name: string, fields: Daemon): BackgroundSpec {
  const use = fields.use / 1000;
  const template = placingOf(fields);
  const set = {
    settings: settingsOf(fields),
    minReady: fields.minReadySeconds,
    ...revisionsOf({ rollouts: fields.rollouts, image: fields.image, startup: fields.startup }, resourcesOf(fields)),
  };
  return {
    ...podOf(name, fields),
    ...(Object.keys(template).length > 0 && { template }),
    steps: use > 0 ? working(use) : [],
    failure: 0,
    runs: { kind: "daemon", set },
  };
}

/** What its pods say of nodes. */
export const placingOf = ({ nodeSelector, tolerations, affinity }: Daemon): PlacingTemplate =>
  templateOf({ nodeSelector, tolerations, affinity }, {});

export function settingsOf({
  updateStrategy: given,
}: Pick<Daemon, "updateStrategy">): Omit<DaemonSetSettings, "placing" | "minReadySeconds"> {
  const { type = "RollingUpdate", maxSurge = 0 } = given ?? {};
  return { updateStrategy: type, maxSurge, maxUnavailable: given?.maxUnavailable ?? (isNothing(maxSurge) ? 1 : 0) };
}

/** For its share of each second, for ever. */
function working(use: number): readonly Step[] {
  const turn: readonly Step[] =
    use >= 1
      ? [{ kind: "cpu", work: constant(1) }]
      : [
          { kind: "cpu", work: constant(use) },
          { kind: "wait", time: constant(1 - use) },
        ];
  return [{ kind: "repeat", times: constant(FOR_EVER), steps: turn }];
}

/** The most turns that a loop counts: 68 years of seconds. */
const FOR_EVER = 2 ** 31 - 1;
