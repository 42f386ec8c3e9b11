/** The pods of a service and what the metrics API says of them, as the HPA's controller takes them. */
import type { HpaInputs } from "../../controllers/hpa/index.js";
import type { MiB, Millicores, Seconds } from "../../units.js";
import type { PodView, ServiceView } from "../contract.js";

/** Every pod has one container. */
const CONTAINER = "app";

/** Usage comes as whole nanocores and is read in millicores, which rounds up. */
const asMillicores = (use: Millicores): number => Math.ceil(Math.round(use * 1e6) / 1e6);

/** Thousandths of bytes. */
const inThousandths = (memory: MiB): number => Math.round(memory * 2 ** 20) * 1000;

export const podName = (index: number): string => `pod-${index}`;

/** A pod's start is its container's. */
export function podsAndSamples({ pods }: ServiceView): Pick<HpaInputs, "pods" | "readings"> {
  const named = pods.map((pod, i) => ({ pod, name: podName(i) }));
  return {
    pods: named.map(({ pod, name }) => ({
      name,
      ...stateOf(pod),
      containers: [{ name: CONTAINER, requests: requestsOf(pod) }],
    })),
    readings: {
      resource: named
        .filter(({ pod }) => !Number.isNaN(pod.cpuMillicores))
        .map(({ pod, name }) => ({
          pod: name,
          at: pod.sampledAt,
          window: pod.sampleWindow,
          containers: { [CONTAINER]: { cpu: asMillicores(pod.cpuMillicores), memory: inThousandths(pod.memoryMiB) } },
        })),
    },
  };
}

const requestsOf = ({ size: { cpuMillicores, memoryMiB } }: PodView) => ({
  cpu: Math.ceil(cpuMillicores),
  memory: Math.ceil(memoryMiB * 2 ** 20 * 1000),
});

/** When a pod that was ready lost its readiness is not in the view: the time when it gained it stands in. */
function stateOf({ pending, draining, ready, startedAt, readySince }: PodView) {
  const changed = known(readySince) ?? known(startedAt);
  return {
    phase: pending ? ("Pending" as const) : ("Running" as const),
    deleting: draining,
    ready,
    ...(changed === undefined ? {} : { readyChangedAt: changed }),
    ...(known(startedAt) === undefined ? {} : { startedAt }),
  };
}

const known = (time: Seconds): Seconds | undefined => (Number.isNaN(time) ? undefined : time);
