/**
 * A timetable: so many replicas from each given time of the day on, as scheduled scaling does it. The
 * last entry holds until the next, over midnight too: before the day's first entry, yesterday's last
 * one holds, on the first day as well.
 *
 * It decides at every whole step that hits all entries, the greatest there is, thus exactly at each.
 *
 * Not modelled: entries that set the bounds in place of the replicas; days that differ; the delay with
 * which a cloud starts its scheduled actions.
 */
import { defineScaler } from "../define.js";
import { interval, list, record, seconds, whole } from "../fields.js";

/** Times are compared in whole milliseconds: sums of fractions of a second may miss an entry by a hair. */
const milliseconds = (time: number): number => Math.round(time * 1000);

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

export const timetable = defineScaler({
  name: "timetable",
  summary: "Sets the replicas by the time of day.",
  fields: {
    entries: list(
      record({
        at: seconds().describe("Time since the start of the day."),
        replicas: whole(0).describe("Replicas from then on."),
      }),
    ).describe("From when on how many replicas."),
    every: interval().prefault("24h").describe("Length of the day, after which the entries repeat."),
  },
  create: ({ entries, every }) => {
    const day = milliseconds(every);
    const plan = entries
      .map(({ at, replicas }) => ({ at: milliseconds(at), replicas }))
      .sort((one, other) => one.at - other.at);
    for (const [i, { at }] of plan.entries()) {
      if (at >= day) throw new Error(`a timetable's entry at ${at / 1000} s is not within its day of ${every} s`);
      if (at === plan[i + 1]?.at) throw new Error(`a timetable has two entries at ${at / 1000} s`);
    }
    const step = plan.reduce((divisor, { at }) => greatestCommonDivisor(divisor, at), day);
    return {
      period: step / 1000,
      desiredReplicas(view) {
        const time = milliseconds(view.now) % day;
        const entry = plan.findLast(({ at }) => at <= time) ?? plan[plan.length - 1];
        return { replicas: entry.replicas, rule: "timetable entry", seen: { at: entry.at / 1000 } };
      },
    };
  },
});
