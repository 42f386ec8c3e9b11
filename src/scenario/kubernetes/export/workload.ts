/** A service's pods as a template, its Deployment or StatefulSet, and its disruption budget. */
import type { Amount } from "../../../controllers/disruption/budget.js";
import type { ServiceSetup } from "../../setup.js";
import { DELETION_COST, DO_NOT_DISRUPT, SAFE_TO_EVICT } from "../annotations.js";
import { NEVER } from "../rollout.js";
import { KNATIVE_SERVICE } from "../workloads.js";
import { said } from "../written.js";
import { placingSpec } from "./placing.js";
import { type ApiObject, cpuQuantity, memoryQuantity, type Part, percent, wholeSeconds } from "./spelling.js";

const PORT = 8080;

/** What a scenario cannot know of a container has to be put in place by hand. */
export const imageNote = "image, port and the probes' way are to be filled in: a scenario knows none of them";

export function podSpec(name: string, setup: ServiceSetup, notes: string[]): object {
  const { service, cpu, memory, scaler } = setup;
  const { grace, preStop, initContainers, sidecars, volumes } = service;
  for (const [field, there] of Object.entries({
    initContainers: initContainers.length > 0,
    sidecars: sidecars.length > 0,
    volumes: !(volumes.shape === "constant" && volumes.value === 0),
    configFrom: service.configFrom > 0,
  }))
    if (there) notes.push(`${field}: a scenario knows how long they take and not what they are; not written`);
  const resources = {
    requests: { cpu: cpuQuantity(cpu.request), memory: memoryQuantity(memory.request) },
    ...limitsOf(cpu.limit, memory.limit),
  };
  const container = {
    ...{ name, image: `example.com/${name}`, ports: [{ containerPort: PORT }], resources },
    ...probesOf(setup, notes),
  };
  if (scaler?.name === "knative") {
    if (Object.keys(placingSpec(setup)).length > 0)
      notes.push("where pods stand: Knative lets nobody say it unless its flags kubernetes.podspec-* do; not written");
    if (grace !== 30 || preStop !== 0) notes.push("grace, preStop: Knative lets nobody set them; not written");
    return { containers: [container] };
  }
  const lifecycle = preStop === 0 ? undefined : { preStop: hookOf(wholeSeconds(preStop, "preStop", notes), grace) };
  return {
    ...placingSpec(setup),
    terminationGracePeriodSeconds: wholeSeconds(grace, "grace", notes),
    containers: [{ ...container, ...said({ lifecycle }) }],
  };
}

/** The API's own sleep has to end before the grace does; a command may try longer, and is cut off. */
const hookOf = (seconds: number, grace: number): object =>
  seconds < grace ? { sleep: { seconds } } : { exec: { command: ["sleep", String(seconds)] } };

function limitsOf(cpu: number, memory: number): object {
  const limits = said({
    cpu: cpu === Infinity ? undefined : cpuQuantity(cpu),
    memory: memory === Infinity ? undefined : memoryQuantity(memory),
  });
  return Object.keys(limits).length === 0 ? {} : { limits };
}

function probesOf({ service }: ServiceSetup, notes: string[]): object {
  const { readiness, startupProbe, liveness } = service;
  const times = (probe: { readonly initialDelay: number; readonly period: number }, of: string) => ({
    tcpSocket: { port: PORT },
    initialDelaySeconds: wholeSeconds(probe.initialDelay, `${of}.initialDelay`, notes),
    periodSeconds: wholeSeconds(probe.period, `${of}.period`, notes),
  });
  return said({
    startupProbe: startupProbe && {
      ...times(startupProbe, "startupProbe"),
      failureThreshold: startupProbe.failureThreshold,
    },
    readinessProbe: readiness && { ...times(readiness, "readiness"), successThreshold: readiness.successThreshold },
    livenessProbe: liveness && {
      ...times(liveness, "liveness"),
      timeoutSeconds: wholeSeconds(liveness.timeout, "liveness.timeout", notes),
      failureThreshold: liveness.failureThreshold,
    },
  });
}

/** Labels that may tell a service's pods from all others; of an application's versions the first may be the same. */
const NAMING = ["app", "app.kubernetes.io/name", "app.kubernetes.io/instance", "dryscale.dev/service"];

/** What selects its pods and nobody else's. */
function selecting(name: string, { service, scaler }: ServiceSetup): Readonly<Record<string, string>> {
  const { labels = {} } = service;
  const key = scaler?.name === "knative" ? KNATIVE_SERVICE : NAMING.find((one) => (labels[one] ?? name) === name)!;
  return { [key]: name };
}

/** Replicas are left out where an autoscaler has them: applying the file again would undo what it did. */
export function workloadPart(name: string, setup: ServiceSetup, scaled: boolean): Part {
  const notes: string[] = [imageNote];
  const { kind } = setup.service;
  const labels = selecting(name, setup);
  const ofPods = { ...labels, app: name, ...setup.service.labels };
  const template = { metadata: { labels: ofPods, ...annotated(setup) }, spec: podSpec(name, setup, notes) };
  const spec = {
    ...(scaled ? {} : { replicas: setup.replicas }),
    selector: { matchLabels: labels },
    ...(kind === "StatefulSet" ? ordinalsOf(name, setup, notes) : rolloutOf(setup, notes)),
    template,
  };
  return { objects: [{ apiVersion: "apps/v1", kind, metadata: { name, labels }, spec }], notes };
}

/** What its pods say to those who would take their nodes away. */
export function annotated({ service }: ServiceSetup): { readonly annotations?: Readonly<Record<string, string>> } {
  const { doNotDisrupt, safeToEvict, deletionCost } = service.annotations;
  const annotations = said({
    [DO_NOT_DISRUPT]: doNotDisrupt ? "true" : undefined,
    [SAFE_TO_EVICT]: safeToEvict,
    [DELETION_COST]: deletionCost === undefined ? undefined : String(deletionCost),
  }) as Readonly<Record<string, string>>;
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

function ordinalsOf(name: string, { service }: ServiceSetup, notes: string[]): object {
  const { podManagementPolicy, updateStrategy, minReadySeconds } = service;
  return {
    serviceName: name,
    ...said({ podManagementPolicy, updateStrategy: updateStrategy && updateOf(updateStrategy, notes) }),
    minReadySeconds: wholeSeconds(minReadySeconds, "minReadySeconds", notes),
  };
}

function updateOf(
  { type, partition, maxUnavailable }: NonNullable<ServiceSetup["service"]["updateStrategy"]>,
  notes: string[],
): object {
  if (type === "OnDelete") return { type };
  if (maxUnavailable !== undefined)
    notes.push("updateStrategy.maxUnavailable: counts where the feature gate MaxUnavailableStatefulSet is on");
  return { type, rollingUpdate: said({ partition, maxUnavailable }) };
}

function rolloutOf({ strategy, service }: ServiceSetup, notes: string[]): object {
  const { type, maxSurge, maxUnavailable } = strategy;
  const { minReadySeconds, progressDeadline } = service;
  const deadline = progressDeadline === Infinity ? NEVER : wholeSeconds(progressDeadline, "progressDeadline", notes);
  return {
    strategy: { type, ...(type === "Recreate" ? {} : { rollingUpdate: { maxSurge, maxUnavailable } }) },
    minReadySeconds: wholeSeconds(minReadySeconds, "minReadySeconds", notes),
    progressDeadlineSeconds: deadline,
  };
}

export function budgetObjects(name: string, setup: ServiceSetup): readonly ApiObject[] {
  const { disruptionBudget } = setup.service;
  if (disruptionBudget === undefined) return [];
  const [[kind, amount]] = Object.entries(disruptionBudget) as [string, Amount][];
  const spec = {
    [kind]: "pods" in amount ? amount.pods : `${percent(amount.share)}%`,
    selector: { matchLabels: selecting(name, setup) },
  };
  return [{ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name }, spec }];
}
