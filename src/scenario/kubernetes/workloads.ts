/** What runs: Deployment, StatefulSet, DaemonSet, ReplicaSet, Pod, Job, CronJob, Knative's Service, Compose. */

import { circles, type Edge } from "../circles.js";
import { unknownName } from "../complaint.js";
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { asMebibytes, asMillicores } from "./quantity.js";

/** Pods of one kind, as their manifest describes them. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly at: Field;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly cpu: Amounts;
  readonly memory: Amounts;
  readonly readiness?: { readonly initialDelay: number; readonly period: number };
  readonly grace?: number;
  readonly concurrency?: number;
  /** Of Knative, which scales all of its services. */
  readonly scaler?: Readonly<Record<string, string | number>>;
  /** Names of others that its environment mentions. */
  readonly mentions: readonly string[];
}

export interface Amounts {
  readonly request: number | undefined;
  readonly limit: number | undefined;
}

/** Where the kinds keep the pod's template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  Pod: [],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  Service: ["spec", "template"],
};

export const isWorkload = ({ kind, group }: Manifest): boolean =>
  kind === "Service" ? group === "serving.knative.dev" : Object.hasOwn(TEMPLATES, kind);

export function readWorkload({ kind, name, namespace, root }: Manifest): Workload {
  const template = root.at(...TEMPLATES[kind]);
  if (!template.at("spec").there) template.at("spec").say("expected a pod's spec, got nothing", { key: true });
  const pod = template.at("spec");
  const labels = template.at("metadata", "labels").texts();
  checkSelector(root, labels);
  const containers = pod.at("containers").items();
  if (pod.there && containers.length === 0) pod.at("containers").say("expected at least one container, got none");
  const once = kind === "Pod" || kind === "DaemonSet" || kind === "Job" || kind === "CronJob";
  return {
    kind,
    name,
    namespace,
    at: root,
    labels,
    replicas: once || kind === "Service" ? 1 : (root.at("spec", "replicas").whole() ?? 1),
    cpu: amounts(containers, "cpu", 'a cpu quantity like "250m" or "2"', asMillicores),
    memory: amounts(containers, "memory", 'a memory quantity like "256Mi" or "4Gi"', asMebibytes),
    ...readinessOf(containers),
    ...graceOf(pod),
    ...(kind === "Service" ? knative(template) : {}),
    mentions: containers.flatMap(mentionsIn),
  };
}

/** Upstream refuses a selector that does not select the template's own pods. */
function checkSelector(root: Field, labels: Readonly<Record<string, string>>): void {
  for (const [key, field] of root.at("spec", "selector", "matchLabels").entries()) {
    const got = Object.hasOwn(labels, key) ? `"${labels[key]}"` : "no such label";
    if (labels[key] !== String(field.mark().value))
      field.say(`expected the template's label ${key}, which is ${got}, got "${String(field.value)}"`);
  }
}

/** A pod's containers together. Where one container lacks a limit the pod has none. */
function amounts(containers: readonly Field[], resource: string, what: string, round: (n: number) => number): Amounts {
  let request: number | undefined;
  let limit: number | undefined = 0;
  for (const container of containers) {
    const asked = container.at("resources", "requests", resource);
    const most = container.at("resources", "limits", resource).quantity(what);
    const least = asked.quantity(what) ?? most;
    if (least !== undefined && most !== undefined && least > most)
      asked.say(
        `expected at most the limit (${String(container.at("resources", "limits", resource).value)}), got ${String(asked.value)}`,
      );
    if (least !== undefined) request = (request ?? 0) + round(least);
    limit = most === undefined || limit === undefined ? undefined : limit + round(most);
  }
  return { request, limit: containers.length === 0 ? undefined : limit };
}

function readinessOf(containers: readonly Field[]): Pick<Workload, "readiness"> {
  const probes = containers.map((one) => one.at("readinessProbe")).filter((probe) => probe.there);
  if (probes.length === 0) return {};
  // The pod is ready with its last container.
  const longest = (key: string, otherwise: number, least: number) =>
    Math.max(...probes.map((probe) => probe.at(key).whole(least) ?? otherwise));
  return { readiness: { initialDelay: longest("initialDelaySeconds", 0, 0), period: longest("periodSeconds", 10, 1) } };
}

function graceOf(pod: Field): Pick<Workload, "grace"> {
  const grace = pod.at("terminationGracePeriodSeconds").whole();
  return grace === undefined ? {} : { grace };
}

/** Its autoscaler is there whether or not it is named; what annotations do not say is its default. */
function knative(template: Field): Pick<Workload, "concurrency" | "scaler"> {
  const limit = template.at("spec", "containerConcurrency").whole();
  const noted = (...names: readonly string[]) => {
    const fields = names.map((name) => template.at("metadata", "annotations", `autoscaling.knative.dev/${name}`));
    return fields.find((one) => one.there)?.quantity("a number");
  };
  const target = noted("target");
  const min = noted("min-scale", "minScale") ?? 0;
  // 0 is Knative's word for no bound.
  const max = noted("max-scale", "maxScale") || 1000;
  return {
    ...(limit === undefined || limit === 0 ? {} : { concurrency: limit }),
    scaler: { use: "knative", min, max, ...(target === undefined ? {} : { target }) },
  };
}

/** Environment such as CART_ADDR=cart:5000 says whom a container knows, and so perhaps calls. */
const mentionsIn = (container: Field): string[] =>
  container.unread
    .at("env")
    .items()
    .flatMap((entry) => hostsIn(entry.at("value").value));

const hostsIn = (text: unknown): string[] =>
  typeof text === "string"
    ? [...text.matchAll(/(?:^|\/\/|[,@])([a-z][a-z0-9-]*)(?:\.[a-z0-9.-]+)?:\d+/g)].map(([, host]) => host)
    : [];

/** The services of a Compose file. */
export function readCompose({ root }: Manifest): Workload[] {
  const services = root.at("services").entries();
  const names = services.map(([name]) => name);
  const edges: Edge[] = [];
  const found = services.map(([name, service]): Workload => {
    const needs = service.at("depends_on");
    const others = Array.isArray(needs.value) ? needs.items() : needs.entries().map(([, field]) => field);
    const depends = others.map((one) => ({
      to: Array.isArray(needs.value) ? String(one.value) : String(one.path.at(-1)),
      at: one,
    }));
    for (const { to, at } of depends) {
      if (names.includes(to)) edges.push({ from: name, to, path: at.path });
      else
        at.say(unknownName("service", to, names).message, {
          key: true,
          suggestion: unknownName("service", to, names).suggestion,
        });
    }
    const deploy = service.at("deploy");
    const amount = (way: string, key: string, round: (n: number) => number) => {
      const given = deploy.at("resources", way, key).quantity(`a quantity of ${key}`);
      return given === undefined ? undefined : round(given);
    };
    const sized = (key: string, round: (n: number) => number): Amounts => {
      const limit = amount("limits", key, round);
      return { request: amount("reservations", key, round) ?? limit, limit };
    };
    return {
      kind: "Compose service",
      name,
      namespace: "default",
      at: service,
      labels: {},
      replicas: deploy.at("replicas").whole() ?? 1,
      cpu: sized("cpus", asMillicores),
      memory: sized("memory", (bytes) => asMebibytes(bytes)),
      mentions: depends.map(({ to }) => to),
    };
  });
  for (const { path, names: around } of circles(edges))
    root.at(...path.slice(root.path.length)).say(`services depend on each other in a circle: ${around.join(" → ")}`);
  return found;
}
