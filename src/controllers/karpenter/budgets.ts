/** How many nodes of a NodePool may be disrupted at once, and when: percentages round up, schedules are cron in UTC. */
import type { Budget, Cluster, NodePool } from "./objects.js";

export type DisruptionReason = "Empty" | "Drifted" | "Underutilized";

/** Per pool: the least of its active budgets, less the nodes that are not ready or on their way out. */
export function allowedDisruptions(cluster: Cluster, reason: DisruptionReason, now: number): Map<string, number> {
  const allowed = new Map<string, number>();
  for (const pool of cluster.pools) {
    const nodes = (cluster.nodes ?? []).filter(({ pool: name, starting }) => name === pool.name && !starting);
    const disrupted = nodes.filter(({ notReady, deleting }) => notReady === true || deleting === true).length;
    allowed.set(pool.name, Math.max(0, ofPool(pool, nodes.length, reason, now) - disrupted));
  }
  return allowed;
}

function ofPool({ budgets = [] }: NodePool, nodes: number, reason: DisruptionReason, now: number): number {
  const asked = budgets.filter(({ reasons }) => reasons === undefined || reasons.includes(reason));
  return Math.min(2 ** 31 - 1, ...asked.filter((budget) => active(budget, now)).map((budget) => most(budget, nodes)));
}

function most({ nodes: text }: Budget, nodes: number): number {
  const number = Number.parseInt(text, 10);
  return text.endsWith("%") ? Math.ceil((number * nodes) / 100) : number;
}

const MINUTE = 60;

/** Whether the schedule has hit within the last `duration` seconds, now included. */
export function active({ schedule, duration }: Budget, now: number): boolean {
  if (schedule === undefined && duration === undefined) return true;
  if (schedule === undefined) return false;
  const hits = cron(schedule);
  for (let at = Math.floor(now / MINUTE) * MINUTE; at > now - (duration ?? 0); at -= MINUTE) if (hits(at)) return true;
  return false;
}

const ALIASES: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Whether a cron expression hits at a whole minute (seconds since 1970). Either day field suffices if both are given. */
function cron(expression: string): (at: number) => boolean {
  const fields = (ALIASES[expression] ?? expression).trim().split(/\s+/);
  const [minute, hour, day] = [field(fields[0], 0, 59), field(fields[1], 0, 23), field(fields[2], 1, 31)];
  const month = field(fields[3], 1, 12, MONTHS);
  const weekday = field(fields[4], 0, 6, DAYS);
  const anyDay = /^[*?]/.test(fields[2]) || /^[*?]/.test(fields[4]);
  return (at) => {
    const days = Math.floor(at / 86_400);
    const date = civil(days);
    const [ofMonth, ofWeek] = [day.has(date.day), weekday.has((((days + 4) % 7) + 7) % 7)];
    const today = anyDay ? ofMonth && ofWeek : ofMonth || ofWeek;
    const second = at - days * 86_400;
    return (
      today &&
      month.has(date.month) &&
      hour.has(Math.floor(second / 3600)) &&
      minute.has(Math.floor((second % 3600) / MINUTE))
    );
  };
}

function field(text: string, low: number, high: number, names: readonly string[] = []): ReadonlySet<number> {
  const number = (word: string): number => {
    const index = names.indexOf(word.toLowerCase());
    return index < 0 ? Number(word) : index + low;
  };
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range, step] = part.split("/");
    const [from, to] = range === "*" || range === "?" ? [low, high] : range.split("-").map(number);
    const last = to ?? (step === undefined ? from : high);
    for (let value = from; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

/** Month and day of the Gregorian calendar, for days since 1970. */
function civil(days: number): { readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const year = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    month: fromMarch < 10 ? fromMarch + 3 : fromMarch - 9,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}
