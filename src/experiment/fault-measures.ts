/** What faults come to in numbers: how often each happened, and how long until somebody knew and until all was well again. */
import type { FaultRecord } from "../model/faults/fault-log.js";
import type { FaultSpec } from "../model/faults/spec.js";
import type { Seconds } from "../units.js";
import type { Measure } from "./measures.js";

export function measuresOfFaults(faults: readonly FaultSpec[]): readonly Measure[] {
  return faults.flatMap(({ name }): Measure[] => {
    const of = (what: string, label: string, unit: Measure["unit"], better: Measure["better"]) => ({
      ...{ name: `fault.${name}.${what}`, label: `${name}: ${label}`, unit, better },
      group: "fault" as const,
    });
    return [
      of("count", "times that it happened", "1", "neither"),
      of("detected", "until detected, mean", "s", "lower"),
      { ...of("healed", "until healed, mean", "s", "lower"), headline: true },
      of("unhealed", "times not healed by the end", "1", "lower"),
    ];
  });
}

/** Of faults that began in the measured time. Those not detected, or not healed, have no time until they were. */
export function faultValues(
  faults: readonly FaultSpec[],
  records: readonly FaultRecord[],
  start: Seconds,
): Record<string, number> {
  const values = faults.flatMap(({ name }): [string, number][] => {
    const own = records.filter(({ fault, begin }) => fault === name && begin >= start);
    const key = (what: string): string => `fault.${name}.${what}`;
    return [
      [key("count"), own.length],
      [key("detected"), meanOf(own.map(({ detected, begin }) => detected - begin))],
      [key("healed"), meanOf(own.map(({ healed, begin }) => healed - begin))],
      [key("unhealed"), own.filter(({ healed }) => Number.isNaN(healed)).length],
    ];
  });
  return Object.fromEntries(values);
}

function meanOf(times: readonly Seconds[]): Seconds {
  const known = times.filter((time) => !Number.isNaN(time));
  return known.reduce((sum, time) => sum + time, 0) / known.length;
}
