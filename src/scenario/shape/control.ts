/** The sections `metrics` and `controllers`: what controllers see, how late, and when their loops run. */
import { z } from "zod";
import type { PipelineSpec } from "../../model/spec.js";
import { fraction, oneOf, seconds, show } from "../../policy/fields.js";
import { duration } from "../fields.js";

const housekeeping = z.strictObject({
  interval: duration().prefault("10s").meta({ description: "Between two measurements of a container." }),
  longest: duration()
    .prefault("15s")
    .meta({ description: "As far as the interval grows while a container's numbers stay the same." }),
  jitter: fraction()
    .prefault("100%")
    .meta({ description: "Each wait is longer by a random part of this share of it." }),
});

const prometheus = z.strictObject({
  interval: duration().prefault("30s").meta({ description: "Between two scrapes of a service." }),
  delay: seconds()
    .prefault("0s")
    .meta({ description: "From a scrape until the adapter before Prometheus answers with it." }),
});

const delays = z.strictObject({
  housekeeping: housekeeping.prefault({}).meta({ description: "When the kubelet measures containers." }),
  prometheus: prometheus.prefault({}).meta({ description: "Where calls, queues and rates are measured." }),
});

export const metrics = z
  .strictObject({
    resolution: duration().prefault("15s").meta({ description: "How often the metrics server samples the pods." }),
    pipeline: z
      .union(
        [
          oneOf("instant", "kubernetes").transform((word): PipelineSpec | undefined =>
            word === "instant" ? undefined : delays.parse({}),
          ),
          delays.transform((given): PipelineSpec | undefined => given),
        ],
        {
          error: (issue) =>
            `expected instant, kubernetes or a map with housekeeping and prometheus, got ${show(issue.input)}`,
        },
      )
      .prefault("instant")
      .meta({
        description:
          "What lies between a pod and whoever asks for its samples: nothing (instant), or the delays of a cluster (kubernetes, or a map of them).",
      }),
  })
  .prefault({});

export const controllers = z
  .strictObject({
    phase: z
      .union([z.literal("random"), seconds()], {
        error: (issue) => `expected random or a duration like "5s", got ${show(issue.input)}`,
      })
      .prefault("0s")
      .meta({
        description: "When loops begin: at random within their first period, or all this long after the start.",
      }),
    informerDelay: seconds()
      .prefault("0s")
      .meta({ description: "Until a controller, the scheduler or a kubelet sees what another has written." }),
  })
  .prefault({});
