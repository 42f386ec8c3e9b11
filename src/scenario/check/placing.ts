/** Whether what is said of labels, taints, affinity and priorities means something: to the scheduler, and by name. */
import type { Sayings } from "../check.js";
import { unknownName } from "../complaint.js";
import type { Parts, Setup } from "../setup.js";
import { knownClasses, placingFields } from "../shape/placing.js";
import type { Path } from "../source.js";

/** Labels of pods alone mean nothing to anybody else, and harm nobody. */
const SEEN_BY_FEW = Object.keys(placingFields).filter((field) => field !== "labels") as (keyof typeof placingFields)[];

export function checkPriorityClasses({ single, services }: Parts, to: Sayings): void {
  const known = knownClasses(single.priorityClasses ?? {});
  for (const [name, { priority, priorityClass }] of services) {
    const path = ["services", name, "priorityClass"];
    if (priorityClass === undefined) continue;
    if (priority !== undefined) to.say(path, "expected either priority or priorityClass, got both", { key: true });
    // A section with faults of its own names nothing.
    if (single.priorityClasses === undefined || known.includes(priorityClass)) continue;
    const { message, suggestion } = unknownName("priority class", priorityClass, known);
    to.say(path, message, { suggestion });
  }
}

/** A scheduler that sees sizes alone would place such pods as if nothing had been said. */
export function checkScheduler(
  { services, groups, scheduler, policy }: Setup,
  hasCluster: boolean,
  say: Sayings["say"],
): void {
  if (scheduler === undefined || scheduler.seesObjects) return;
  const got = hasCluster ? `got ${scheduler.name} in policy "${policy}"` : "got a scenario without a cluster";
  const blind = (path: Path): void =>
    say(path, `expected a scheduler that sees this, as kube-scheduler does, ${got}`, { key: true });
  for (const { name, service } of services)
    for (const field of SEEN_BY_FEW) if (service[field] !== undefined) blind(["services", name, field]);
  for (const { name, taints } of groups) if ((taints ?? []).length > 0) blind(["cluster", "nodes", name, "taints"]);
}
