/** KEDA's ScaledJob, as the field `scaledBy` of a job: by whose queues Jobs are made, and how many at once. */
import type { Field } from "./field.js";
import { readTrigger } from "./triggers.js";
import { serves, type Workload } from "./workloads.js";
import { ASSUMED, inSeconds, said } from "./written.js";

const STRATEGIES = ["default", "custom", "accurate", "eager"] as const;
const CALCULATIONS = ["max", "min", "avg", "sum"] as const;

interface Scaled {
  /** Undefined where no trigger is simulated. */
  readonly scaledBy: object | undefined;
  readonly remarks: readonly string[];
}

export function readScaling(spec: Field, job: Workload, workloads: readonly Workload[]): Scaled {
  const [min, max] = [spec.at("minReplicaCount").whole(), spec.at("maxReplicaCount").whole(1)];
  const way = spec.at("scalingStrategy");
  const fields = said({
    pollingInterval: inSeconds(spec.at("pollingInterval").wholeAbove0()),
    minReplicaCount: min,
    maxReplicaCount: max,
    strategy: way.at("strategy").word(...STRATEGIES),
    queueLengthDeduction: way.at("customScalingQueueLengthDeduction").whole(),
    runningJobPercentage: shareOf(way.at("customScalingRunningJobPercentage")),
    multipleScalersCalculation: way.at("multipleScalersCalculation").word(...CALCULATIONS),
  });
  if (min !== undefined && max !== undefined && min > max)
    spec.at("minReplicaCount").say(`expected at most maxReplicaCount (${max}), got ${min}`);
  const { triggers, remarks } = triggersOf(spec.at("triggers"), job, workloads);
  if (triggers.length > 0) return { scaledBy: { triggers, ...fields }, remarks };
  return {
    scaledBy: undefined,
    remarks: [...remarks, `${ASSUMED}: one Job, in place of triggers that are not simulated`],
  };
}

/** A part of one, in a text: "0.5". */
function shareOf(field: Field): number | undefined {
  const text = field.text();
  const share = Number(text);
  if (text === undefined || (share >= 0 && share <= 1)) return text === undefined ? undefined : share;
  field.say(`expected a share from 0 to 1 like "0.5", got "${text}"`);
  return undefined;
}

function triggersOf(list: Field, job: Workload, workloads: readonly Workload[]) {
  const written = list.items();
  if (written.length === 0) list.say("expected at least one trigger, got none", { key: true });
  const services = workloads.filter(serves).map(({ service }) => service);
  const remarks: string[] = [];
  const triggers = written.flatMap((field): object[] => {
    const type = field.at("type").value;
    if (type === "cpu" || type === "memory") {
      field
        .at("type")
        .say(`expected a trigger other than cpu and memory, which are of ScaledObjects alone, got "${type}"`);
      return [];
    }
    const { trigger, remark } = readTrigger(field);
    if (trigger === undefined || !("signal" in trigger)) {
      remarks.push(remark ?? `the trigger ${String(type)} is not simulated of a ScaledJob`);
      return [];
    }
    const asked = /service="([^"]*)"/.exec(String(field.at("metadata", "query").value))?.[1];
    const service = [asked, ...job.mentions].find((one) => one !== undefined && services.includes(one)) ?? services[0];
    if (service === undefined) {
      field.warn("no service of these manifests has the queue that this trigger means; left out", { key: true });
      return [];
    }
    if (service !== asked || remark !== undefined)
      remarks.push(
        remark?.replace("this service", service) ?? `${ASSUMED}: the trigger ${String(type)} means ${service}`,
      );
    return [{ service, ...trigger }];
  });
  return { triggers, remarks };
}
