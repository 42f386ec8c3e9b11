/** The scenario's `keda` as a ScaledObject. */
import type { triggersField } from "../../../policy/scaler/keda-triggers.js";
import { QUERIES } from "../signals.js";
import { said } from "../written.js";
import { type BehaviorFields, behaviorObject } from "./hpa.js";
import { goDuration, type Part, percent, timeFlagNotes, wholeSeconds } from "./spelling.js";

type Trigger = ReturnType<ReturnType<typeof triggersField>["parse"]>[number];

interface Values {
  readonly min: number;
  readonly max: number;
  readonly triggers: readonly Trigger[];
  readonly pollingInterval: number;
  readonly cooldownPeriod: number;
  readonly initialCooldownPeriod: number;
  readonly idleReplicaCount?: number;
  readonly fallback?: { readonly failureThreshold: number; readonly replicas: number; readonly behavior: string };
  readonly behavior?: BehaviorFields;
}

const SYNC = { syncPeriod: [15, "--horizontal-pod-autoscaler-sync-period"] } as const;
const PROMETHEUS = "http://prometheus.monitoring.svc:9090";
export const SOURCE_NOTE = `signals are asked of Prometheus at ${PROMETHEUS}, by names of dryscale's: put your own source in place`;

/** `of`: the kind of what is scaled. */
export function kedaPart(name: string, fields: Readonly<Record<string, unknown>>, of: string): Part {
  const { min, max, triggers, idleReplicaCount, fallback, ...rest } = fields as unknown as Values;
  const notes = timeFlagNotes("kube-controller-manager", SYNC, fields);
  if (triggers.some((one) => "signal" in one)) notes.push(SOURCE_NOTE);
  const falls = triggers.some((one) => "signal" in one || "cron" in one);
  if (fallback !== undefined && !falls) notes.push("fallback: only of triggers other than cpu and memory; not written");
  const config = said({ behavior: behaviorObject(rest.behavior, notes) });
  return {
    objects: [
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: of, name },
          pollingInterval: wholeSeconds(rest.pollingInterval, "pollingInterval", notes),
          cooldownPeriod: wholeSeconds(rest.cooldownPeriod, "cooldownPeriod", notes),
          initialCooldownPeriod: wholeSeconds(rest.initialCooldownPeriod, "initialCooldownPeriod", notes),
          ...said({ idleReplicaCount }),
          minReplicaCount: min,
          maxReplicaCount: max,
          ...(falls ? said({ fallback }) : {}),
          ...(config.behavior === undefined ? {} : { advanced: { horizontalPodAutoscalerConfig: config } }),
          triggers: triggers.map((one) => triggerOf(one, name)),
        },
      },
    ],
    notes,
  };
}

/** Metadata are texts, whatever they mean. */
function triggerOf(given: Trigger, service: string): object {
  if ("cpu" in given || "memory" in given) {
    const [[type, share]] = Object.entries(given) as [string, number][];
    return { type, metricType: "Utilization", metadata: { value: String(percent(share)) } };
  }
  if ("cron" in given) {
    const { start, end, timeZone: timezone, desiredReplicas } = given.cron;
    return { type: "cron", metadata: { timezone, start, end, desiredReplicas: String(desiredReplicas) } };
  }
  return queryTrigger(given, service);
}

interface Measured {
  readonly signal: keyof typeof QUERIES;
  readonly threshold: number;
  readonly activation?: number | undefined;
  readonly window: number;
}

export function queryTrigger({ signal, threshold, activation, window }: Measured, service: string): object {
  const metadata = {
    serverAddress: PROMETHEUS,
    query: QUERIES[signal](service, goDuration(window)),
    threshold: String(threshold),
    ...(activation === undefined ? {} : { activationThreshold: String(activation) }),
  };
  return { type: "prometheus", metricType: "AverageValue", metadata };
}
