/** What no field can know by itself: whether the parts of a scenario fit each other. */

import { instanceType, instanceTypes } from "../catalogue/instances.js";
import { checkFlights, checkKeys, checkShares, messageEdges } from "./check/async.js";
import { checkDeadlines } from "./check/deadlines.js";
import { besideDaemons, checkBackground, daemonsFit, podsOfJobs } from "./check/jobs.js";
import { checkMesh } from "./check/mesh.js";
import { checkPriorityClasses, checkScheduler } from "./check/placing.js";
import { Routes } from "./check/routes.js";
import { circles, type Edge } from "./circles.js";
import { list, unknownName } from "./complaint.js";
import { checkFanOut } from "./fan-out.js";
import { checkFaults } from "./faults.js";
import { readTarget } from "./fields.js";
import { childOf, entriesOf, type Raw } from "./raw.js";
import {
  callsIn,
  checkEdges,
  checkReference,
  checksIn,
  exists,
  goalsOf,
  type Reference,
  textAt,
} from "./references.js";
import { type GroupSetup, type Parts, type Setup, setupOf } from "./setup.js";
import { checkQuota } from "./shape/quota.js";
import type { Path } from "./source.js";
import { allocatableOf } from "./world.js";

export interface Sayings {
  say(path: Path, message: string, about?: About): void;
  warn(path: Path, message: string, about?: About): void;
}
type About = { readonly key?: boolean; readonly suggestion?: string | undefined };

/**
 * References are looked up in the raw data: a call to a service is right or wrong whether or not that
 * service's own fields are.
 */
export function checkReferences(raw: Raw, parts: Parts, to: Sayings): void {
  const routes = new Routes(raw, parts, to);
  const calls = entriesOf(raw.services).flatMap(([service, fields]) =>
    entriesOf(childOf(fields, "endpoints")).flatMap(([endpoint, steps]) =>
      callsIn(steps, ["services", service, "endpoints", endpoint]).map((call) => ({
        by: service,
        from: `${service}/${endpoint}`,
        ...call,
      })),
    ),
  );
  const checks = checksIn(raw);
  const work = entriesOf(raw.jobs).flatMap(([job, fields]) =>
    callsIn(childOf(fields, "steps"), ["jobs", job, "steps"]).map((call) => ({
      by: job,
      from: `job ${job}/steps`,
      ...call,
    })),
  );
  checkBackground(raw, to);
  checkShares(raw, to);
  const goals = entriesOf(raw.load).flatMap(([name, fields]) => goalsOf(["load", name], fields));
  const objectives = Array.isArray(raw.slo)
    ? raw.slo.flatMap((entry, i): Reference[] => textAt(["slo", i, "endpoint"], childOf(entry, "endpoint")))
    : [];
  const outside = [...goals, ...objectives].map((one) => ({ by: undefined, ...one }));
  for (const { by, ...reference } of [...calls, ...work, ...outside])
    if (routes.has(readTarget(reference.text).service)) routes.checkCall({ ...reference, from: by });
    else checkReference(raw, reference, routes.names, to);
  for (const check of checks) checkReference(raw, check, [], to);
  const consumers = entriesOf(raw.queues).flatMap(([name, fields]) =>
    textAt(["queues", name, "consumer"], childOf(fields, "consumer")),
  );
  for (const reference of consumers) checkReference(raw, reference, [], to);
  const called = [...new Set(goals.map((goal) => goal.text))];
  for (const { path, text } of objectives)
    if (exists(raw, routes, text) && called.length > 0 && !called.includes(text))
      to.say(path, `expected an endpoint that a load calls, got "${text}"; there are ${list(called)}`);
  const reached = ({ by, text }: { readonly by: string | undefined; readonly text: string }): readonly string[] =>
    routes.has(readTarget(text).service) ? routes.reached(text, by) : [text];
  const edges = calls
    .flatMap((call) => reached(call).map((to): Edge => ({ from: call.from, to, path: call.path })))
    .filter((edge) => exists(raw, undefined, edge.to));
  edges.push(...checkEdges(raw, checks));
  checkFlights(raw, edges, to);
  edges.push(...messageEdges(raw));
  checkKeys(raw, edges, to);
  const around = circles(edges);
  for (const { path, names } of around) to.say(path, `calls go in a circle: ${names.join(" → ")}`);
  if (around.length === 0) checkFanOut(parts, to);
  checkDeadlines(parts, routes, to);
  const all = [...calls, ...work, ...goals.map((goal) => ({ by: undefined, ...goal }))];
  routes.check(new Set(all.map(({ text }) => readTarget(text).service)));
  const wanted = new Set([
    ...[...consumers, ...checks].map(({ text }) => readTarget(text).service),
    ...all.flatMap((call) =>
      reached(call)
        .map((text) => readTarget(text).service)
        .filter((name) => name !== call.by),
    ),
  ]);
  for (const [service] of entriesOf(raw.services))
    if (!wanted.has(service)) to.warn(["services", service], "nobody calls this service", { key: true });
}

/** What a policy says of services and node groups that nobody defines. */
export function checkVariants(raw: Raw, to: Sayings): void {
  const services = entriesOf(raw.services).map(([name]) => name);
  const groups = entriesOf(childOf(raw.cluster, "nodes")).map(([name]) => name);
  for (const [policy, fields] of entriesOf(raw.policies)) {
    for (const [what, key, names] of [
      ["service", "services", services],
      ["route", "routes", entriesOf(raw.routes).map(([name]) => name)],
      ["node group", "nodes", groups],
    ] as const)
      for (const [name] of entriesOf(childOf(fields, key))) {
        if (names.includes(name)) continue;
        const { message, suggestion } = unknownName(what, name, names);
        to.say(["policies", policy, key, name], message, { key: true, suggestion });
      }
    if (raw.cluster === undefined)
      for (const field of ["provisioner", "scheduler"])
        if (childOf(fields, field) !== undefined)
          to.say(["policies", policy, field], `expected a cluster for this ${field}, got a scenario without one`);
  }
}

/** Fields that only one kind of workload has. */
const FIELDS_OF = {
  Deployment: ["strategy", "progressDeadline"],
  StatefulSet: ["podManagementPolicy", "updateStrategy"],
} as const;

/** Whether what is said of workloads fits their kind, and rollouts can come to pass. */
export function checkWorkloads(raw: Raw, { single, services }: Parts, to: Sayings): void {
  const { warmup = 0, duration = Infinity } = single;
  for (const [name, { kind, minReadySeconds, progressDeadline, rollouts = [] }] of services) {
    const path: Path = ["services", name];
    const other = kind === "Deployment" ? "StatefulSet" : "Deployment";
    const places: Path[] = [path, ...entriesOf(raw.policies).map(([policy]) => ["policies", policy, "services", name])];
    const wrong = places
      .flatMap((place) => FIELDS_OF[other].map((field) => [...place, field]))
      .filter((field) => field.reduce<unknown>((data, key) => childOf(data, String(key)), raw) !== undefined);
    const only = kind === "Deployment" ? "partition" : "paused";
    const ofRollouts = rollouts.flatMap((one, i) => (one[only] === undefined ? [] : [[...path, "rollouts", i, only]]));
    for (const field of [...wrong, ...ofRollouts])
      to.say(field, `expected it only of a ${other}, and ${name} is a ${kind}`, { key: true });
    if (kind === "Deployment" && progressDeadline <= minReadySeconds)
      to.say(
        [...path, "progressDeadline"],
        `expected more than minReadySeconds (${minReadySeconds} s), got ${progressDeadline} s`,
      );
    for (const [i, { at }] of rollouts.entries())
      if (at > warmup + duration)
        to.warn([...path, "rollouts", i], `this rollout comes after the end of the run, at ${warmup + duration} s`);
  }
}

/** Machines are of a type of the catalogue, or say themselves what they are. */
export function checkTypes({ single: { cluster } }: Parts, to: Sayings): void {
  for (const [name, { type, capacity, usdPerHour }] of Object.entries(cluster?.nodes ?? {})) {
    const path = ["cluster", "nodes", name];
    if (type !== undefined && instanceType(type) !== undefined) continue;
    if (capacity !== undefined && usdPerHour !== undefined) continue;
    if (type === undefined || capacity !== undefined || usdPerHour !== undefined) {
      to.say(path, "expected a type of the catalogue, or capacity and usdPerHour, got neither", { key: true });
      continue;
    }
    const { message, suggestion } = unknownName("instance type", type, instanceTypes);
    to.say([...path, "type"], message, { suggestion });
  }
}

/** Whether replicas, machines and pods go together under each policy. */
export function checkSetups(parts: Parts, policies: readonly string[], to: Sayings): void {
  checkPriorityClasses(parts, to);
  checkFaults(parts, to);
  const said = new Set<string>();
  const once: Sayings["say"] = (path, message, about) => {
    const place = JSON.stringify(path);
    if (!said.has(place)) to.say(path, message, about);
    said.add(place);
  };
  for (const policy of policies) {
    const setup = setupOf(parts, policy);
    checkReplicas(setup, once);
    checkMemory(setup, once);
    checkSizers(setup, (path, message, about) => to.warn(path, message, about));
    for (const group of setup.groups) checkGroup(group, once);
    const warn: Sayings["warn"] = (path, message, about) => to.warn(path, message, about);
    checkScheduler(setup, parts.single.cluster !== undefined, once);
    checkRoom(setup, once, warn);
    checkMesh(setup, once, warn);
    if (parts.single.quota !== undefined) checkQuota(parts.single.quota, setup, once, warn);
  }
}

/** Replicas and requests that follow the same use: each undoes what the other goes by. */
function checkSizers({ services }: Setup, warn: Sayings["warn"]): void {
  for (const { scaler, sizer, sizerPath } of services) {
    const both = sizer?.resources.filter((resource) => scaler?.resources.includes(resource)) ?? [];
    if (both.length === 0) continue;
    const message = `${scaler!.name} goes by the use of ${both.join(" and ")} relative to the request, which ${sizer!.name} changes`;
    warn(sizerPath, `${message}: the two work against each other`);
  }
}

function checkReplicas({ policy, services }: Setup, say: Sayings["say"]): void {
  for (const { replicas, replicasPath, scaler } of services) {
    if (scaler === undefined || (replicas >= scaler.min && replicas <= scaler.max)) continue;
    const bounds = `${scaler.min} to ${scaler.max} replicas, the bounds of ${scaler.name}`;
    const where = replicasPath[0] === "policies" || policy === AS_WRITTEN ? "" : ` in policy "${policy}"`;
    say(replicasPath, `expected ${bounds}${where}, got ${replicas}`);
  }
}

/** Whoever scales by memory needs a service that holds some. */
function checkMemory({ services }: Setup, say: Sayings["say"]): void {
  for (const { name, service, scaler, scalerPath } of services) {
    const measured = scaler?.mentions.find(({ memory }) => memory === true);
    if (measured === undefined || service.memoryUse !== undefined) continue;
    say([...scalerPath, ...measured.path], `expected a service whose memoryUse is given, got ${name}, which has none`);
  }
}

/** The name of the only policy when a file compares none. */
export const AS_WRITTEN = "as-written";

function checkGroup({ count, min, max, path }: GroupSetup, say: Sayings["say"]): void {
  if (min > max) say([...path, "max"], `expected at least min (${min}), got ${max}`);
  else if (count > max) say([...path, "count"], `expected at most max (${max}), got ${count}`);
  else if (count < min) say([...path, "count"], `expected at least min (${min}), got ${count}`);
}

function checkRoom(setup: Setup, say: Sayings["say"], warn: Sayings["warn"]): void {
  const { policy, services, groups, provisioner } = setup;
  const rooms = groups.flatMap((group) => {
    const room = allocatableOf(group);
    return room === undefined ? [] : [besideDaemons(room, group, setup)];
  });
  if (rooms.length === 0 || rooms.length < groups.length || !daemonsFit(rooms, setup, say)) return;
  for (const { cpu, cpuPath, memory, memoryPath } of [...services, ...podsOfJobs(setup)]) {
    if (rooms.some((room) => cpu.request <= room.cpuMillicores && memory.request <= room.memoryMiB)) continue;
    const mostCpu = Math.max(...rooms.map(({ cpuMillicores }) => cpuMillicores));
    const mostMemory = Math.max(...rooms.map(({ memoryMiB }) => memoryMiB));
    if (cpu.request > mostCpu)
      say(cpuPath, `expected a pod that fits on a node, at most ${Math.floor(mostCpu)}m, got ${cpu.request}m`);
    else if (memory.request > mostMemory)
      say(
        memoryPath,
        `expected a pod that fits on a node, at most ${Math.floor(mostMemory)}Mi, got ${memory.request}Mi`,
      );
    else
      say(
        cpuPath,
        `expected a pod that fits on a node, got ${cpu.request}m with ${memory.request}Mi, for which no node has both`,
      );
  }
  if (provisioner !== undefined && groups.every(({ count, max }) => max <= count))
    warn(groups[0].path, `${provisioner.name} can add no machine: no group has a max above its count`, { key: true });
  const asked = services.reduce((sum, { replicas, cpu }) => sum + replicas * cpu.request, 0);
  const there = groups.reduce((sum, group, i) => sum + group.count * rooms[i].cpuMillicores, 0);
  const demand = `at the start they request ${Math.ceil(asked)}m of ${Math.floor(there)}m cpu`;
  if (asked > there && provisioner === undefined)
    warn(groups[0].path, `pods will stay pending in policy "${policy}": ${demand}`, { key: true });
}
