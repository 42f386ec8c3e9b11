/**
 * AWS scheduled scaling, by its documented behaviour: at a time, once or by cron, it sets any of minimum, maximum and size.
 *
 * Exactly in time here; the vendor says within seconds, up to two minutes late.
 */
import { Cron } from "croner";
import type { Decision } from "./decision.js";

export interface ScheduledAction {
  readonly name: string;
  /** Milliseconds since 1970 for a single time, or a cron expression of five fields. */
  readonly when: number | { readonly cron: string; readonly timeZone: string };
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly desired?: number | undefined;
}

export interface GroupBounds {
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

/** The group after an action: the size is kept within whatever bounds there are now. */
export function afterAction(group: GroupBounds, action: ScheduledAction): GroupBounds {
  const min = action.min ?? group.min;
  const max = Math.max(min, action.max ?? group.max);
  return { min, max, desired: Math.max(min, Math.min(max, action.desired ?? group.desired)) };
}

/** Milliseconds of the first time after `since` at which the action is due, or undefined. */
export function nextTime({ when }: ScheduledAction, since: number): number | undefined {
  if (typeof when === "number") return when > since ? when : undefined;
  const { cron, timeZone } = when;
  return new Cron(cron, { timezone: timeZone }).nextRun(new Date(since))?.getTime();
}

/** `startsAt` is the moment at which the clock of the looks begins. */
export function createScheduledScaling(actions: readonly ScheduledAction[], startsAt: number) {
  let bounds: Pick<GroupBounds, "min" | "max"> | undefined;
  const clock = (at: number): number => startsAt + Math.round(at * 1000);
  // An action of the very first moment counts.
  const due = actions.map((action) => ({ action, time: nextTime(action, startsAt - 1) }));

  return (look: { readonly at: number } & GroupBounds): Decision & { readonly again: number | undefined } => {
    let group: GroupBounds = { ...look, ...bounds };
    group = { ...group, desired: Math.max(group.min, Math.min(group.max, group.desired)) };
    const trail: { what: string; seen: Record<string, number>; wished: number }[] = [];
    const now = clock(look.at);
    for (;;) {
      const first = due
        .filter(({ time }) => time !== undefined && time <= now)
        .sort((one, other) => one.time! - other.time!)[0];
      if (first === undefined) break;
      group = afterAction(group, first.action);
      trail.push({ what: first.action.name, seen: { min: group.min, max: group.max }, wished: group.desired });
      first.time = nextTime(first.action, first.time!);
    }
    bounds = { min: group.min, max: group.max };
    const next = Math.min(...due.flatMap(({ time }) => time ?? []));
    const again = Number.isFinite(next) ? (next - now) / 1000 : undefined;
    return { size: group.desired, rule: trail.length > 0 ? "scheduled action" : "no action due", trail, again };
  };
}
