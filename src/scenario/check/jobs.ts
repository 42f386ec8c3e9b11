/** Whether jobs and daemons go together with the rest of a scenario. */
import { eligibilityOf } from "../../controllers/daemon-set/nodes.js";
import type { Size } from "../../policy/contract.js";
import { labelsOfNode } from "../../policy/node-labels.js";
import type { Sayings } from "../check.js";
import { unknownName } from "../complaint.js";
import { childOf, entriesOf, type Raw } from "../raw.js";
import type { GroupSetup, Setup } from "../setup.js";
import { placingOf } from "../shape/daemons.js";
import { resourcesOf } from "../shape/jobs.js";
import { archOf, taintsOf } from "../world.js";

/** Pods are told apart by their owner's name; and queues are of services that there are. */
export function checkBackground(raw: Raw, to: Sayings): void {
  const services = entriesOf(raw.services).map(([name]) => name);
  const taken = new Map(services.map((name) => [name, "a service"]));
  for (const [section, what] of [
    ["jobs", "a job"],
    ["daemons", "a daemon"],
  ] as const)
    for (const [name] of entriesOf(raw[section])) {
      const other = taken.get(name);
      if (other !== undefined)
        to.say([section, name], `expected a name of its own, got that of ${other}`, { key: true });
      taken.set(name, what);
    }
  for (const [job, fields] of entriesOf(raw.jobs)) {
    const triggers = childOf(childOf(fields, "scaledBy"), "triggers");
    if (!Array.isArray(triggers)) continue;
    for (const [i, trigger] of triggers.entries()) {
      const service = childOf(trigger, "service");
      if (typeof service !== "string" || services.includes(service)) continue;
      const { message, suggestion } = unknownName("service", service, services);
      to.say(["jobs", job, "scaledBy", "triggers", i, "service"], message, { suggestion });
    }
  }
}

/** What the daemons of a group's machine leave of its room. */
export function besideDaemons(room: Size, group: GroupSetup, { daemons }: Setup): Size {
  const kind = { labels: group.labels, type: group.type ?? group.name, arch: archOf(group) };
  const node = { name: group.name, labels: labelsOfNode(kind, group.zones[0], group.name), taints: taintsOf(group) };
  const here = [...daemons.values()].filter((daemon) => eligibilityOf(node, placingOf(daemon)).starts);
  const sum = (of: (pod: ReturnType<typeof resourcesOf>) => number): number =>
    here.reduce((total, daemon) => total + of(resourcesOf(daemon)), 0);
  return {
    cpuMillicores: room.cpuMillicores - sum(({ cpu }) => cpu.request),
    memoryMiB: room.memoryMiB - sum(({ memory }) => memory.request),
  };
}

/** A daemon has a pod on every node that it may stand on, so that there must be room for it on the smallest. */
export function daemonsFit(rooms: readonly Size[], { daemons }: Setup, say: Sayings["say"]): boolean {
  const least = (of: (room: Size) => number): number => Math.min(...rooms.map(of));
  const [first] = daemons.keys();
  for (const [left, unit] of [
    [least(({ cpuMillicores }) => cpuMillicores), "m of cpu"],
    [least(({ memoryMiB }) => memoryMiB), "Mi of memory"],
  ] as const) {
    if (left >= 0) continue;
    say(["daemons", first], `expected daemons that fit on every node, got ${Math.ceil(-left)}${unit} too much`, {
      key: true,
    });
    return false;
  }
  return true;
}

/** Where a Job's pod says its size, as services do. */
export const podsOfJobs = ({ jobs }: Setup) =>
  [...jobs].map(([name, job]) => ({
    ...resourcesOf(job),
    cpuPath: ["jobs", name, "cpu"],
    memoryPath: ["jobs", name, "memory"],
  }));
