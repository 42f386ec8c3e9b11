/**
 * AWS predictive scaling, by its documented behaviour: hourly forecasts for 48 hours from 24 hours of history at least, up
 * to 14 days of it, made anew every six hours. A forecast only lifts the floor, from a buffer before its hour on.
 *
 * Ours: how the forecast is made, which the vendor does not tell. The load of an hour is the mean of the same hour of the
 * days before; with less than two days it is that of the day before.
 */
import { type Decision, roundUp } from "./decision.js";

const HOUR = 3600;
const DAY_HOURS = 24;
const MOST_HOURS = 14 * DAY_HOURS;
const FORECAST_HOURS = 48;
const REFRESH_HOURS = 6;

export interface PredictiveSettings {
  /** Load that one instance is to carry. */
  readonly target: number;
  /** Seconds before an hour at which its capacity is started; below 3600. */
  readonly buffer: number;
  readonly mode: "ForecastOnly" | "ForecastAndScale";
}

/** Load of the next 48 hours from that of the hours so far, the latest last; empty with less than a day of them. */
export function forecast(history: readonly number[]): readonly number[] {
  if (history.length < DAY_HOURS) return [];
  const known = history.slice(-MOST_HOURS);
  return Array.from({ length: FORECAST_HOURS }, (_, ahead) => {
    const same: number[] = [];
    for (let hour = known.length + (ahead % DAY_HOURS) - DAY_HOURS; hour >= 0; hour -= DAY_HOURS)
      same.push(known[hour]);
    return same.reduce((sum, load) => sum + load, 0) / same.length;
  });
}

/** The greatest size that a forecast may reach: the group's own, or a share beyond the forecast. */
export function greatestSize(max: number, forecastSize: number, increaseMaxBy: number | undefined): number {
  if (increaseMaxBy === undefined || forecastSize < max) return max;
  return Math.max(max, roundUp(forecastSize * (1 + increaseMaxBy / 100)));
}

/** `history`: load of whole hours before the first look, the latest last. */
export function createPredictiveScaling(settings: PredictiveSettings, history: readonly number[]) {
  const hours = [...history];
  let made: { readonly hour: number; readonly loads: readonly number[] } | undefined;
  let sum = 0;
  let count = 0;
  let current = 0;

  /** Closes the hours that are over by now. */
  function close(hour: number): void {
    for (; current < hour; current++) {
      hours.push(count > 0 ? sum / count : (hours.at(-1) ?? 0));
      sum = 0;
      count = 0;
    }
  }

  function loadAt(hour: number): number {
    if (made === undefined || current >= made.hour + REFRESH_HOURS || made.loads.length === 0) {
      made = { hour: current, loads: forecast(hours) };
    }
    return made.loads[hour - made.hour] ?? NaN;
  }

  /** `load` is the whole group's; `size` what the other policies wish for. */
  return ({ at, load, size }: { readonly at: number; readonly load: number; readonly size: number }): Decision => {
    const hour = Math.floor(at / HOUR);
    close(hour);
    if (Number.isFinite(load)) {
      sum += load;
      count++;
    }
    const soon = Math.floor((at + settings.buffer) / HOUR);
    const expected = Math.max(loadAt(hour), loadAt(soon));
    if (Number.isNaN(expected))
      return { size, rule: "not enough history", trail: [{ what: "forecast", seen: { hours: hours.length } }] };
    const floor = roundUp(expected / settings.target);
    const trail = [
      { what: "forecast", seen: { load: expected, hours: hours.length }, wished: floor },
      { what: "dynamic", wished: size },
    ];
    if (settings.mode === "ForecastOnly") return { size, rule: "ForecastOnly", trail };
    return floor > size ? { size: floor, rule: "forecast", trail } : { size, rule: "above the forecast", trail };
  };
}
