/** The section `cluster.eviction`: when kubelets end pods to save their node's memory. */
import { z } from "zod";
import type { Thresholds } from "../../controllers/kubelet/pressure.js";
import { memory, seconds } from "../../policy/fields.js";
import { checked } from "../fields.js";

const fields = z.strictObject({
  hard: memory()
    .prefault("100Mi")
    .meta({ description: "With less memory available than this a pod is ended at once." }),
  soft: z
    .strictObject({
      below: memory().meta({ description: "With less memory available than this …" }),
      grace: seconds().meta({ description: "… for so long, a pod is ended with its own grace." }),
    })
    .optional()
    .meta({ description: "A threshold that is borne for a while. Default: none." }),
  transitionPeriod: seconds()
    .prefault("5m")
    .meta({ description: "How long the condition MemoryPressure outlasts the last threshold met." }),
});

export const eviction = checked(fields, ({ hard, soft }, say) => {
  if (soft !== undefined && soft.below <= hard)
    say(["soft", "below"], `expected more than hard (${hard}Mi), got ${soft.below}Mi`);
}).transform(({ soft, ...given }): Thresholds => ({ ...given, soft }));
