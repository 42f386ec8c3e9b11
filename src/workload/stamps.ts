/**
 * Time stamps as people write them into traces. A stamp is kept as whole seconds
 * and a fraction: 1.7 · 10⁹ s in one number would leave no digit below 0.2 µs, and
 * the differences between stamps are what a replay is about.
 */
export interface Stamp {
  /** Seconds, since 1970 for dates, since whatever the file means for numbers. */
  readonly whole: number;
  /** Of a second, from 0 to below 1; of the sign of `whole` for negative numbers. */
  readonly fraction: number;
}

export type StampUnit = "s" | "ms" | "us" | "ns";
const DECIMALS: Readonly<Record<StampUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };
export const STAMP_UNITS = Object.keys(DECIMALS) as readonly StampUnit[];

const PLAIN = /^\d+(?:\.\d*)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s*(?:(Z|UTC)|([+-])(\d\d):?(\d\d))?)?$/i;
const LOG_DATE = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A number in `unit`, or a date "YYYY-MM-DD HH:MM:SS.fraction" with "T" or a space,
 * with or without seconds and zone (UTC when it names none); undefined for
 * anything else.
 */
export function parseStamp(text: string, unit: StampUnit): Stamp | undefined {
  if (PLAIN.test(text)) return parsePlain(text, DECIMALS[unit]);
  if (NUMBER.test(text)) {
    const seconds = Number(text) / 10 ** DECIMALS[unit];
    return { whole: Math.trunc(seconds), fraction: seconds - Math.trunc(seconds) };
  }
  const date = DATE.exec(text);
  if (date === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, , sign, zoneHour, zoneMinute] = date;
  const whole = epochSeconds(
    [Number(year), Number(month), Number(day), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)],
    zoneSeconds(sign, zoneHour, zoneMinute),
  );
  return whole === undefined ? undefined : { whole, fraction: Number(fraction ?? 0) };
}

/** Whole seconds since 1970 of a stamp such as "10/Oct/2000:13:55:36 -0700"; undefined for anything else. */
export function parseLogStamp(text: string): number | undefined {
  const date = LOG_DATE.exec(text);
  if (date === null) return undefined;
  const [, day, month, year, hour, minute, second, sign, zoneHour, zoneMinute] = date;
  return epochSeconds(
    [Number(year), MONTHS.indexOf(month!) + 1, Number(day), Number(hour), Number(minute), Number(second)],
    zoneSeconds(sign, zoneHour, zoneMinute),
  );
}

/** Moves the decimal point by shifting digits, so that a stamp in nanoseconds keeps its last digit. */
function parsePlain(text: string, decimals: number): Stamp {
  const point = text.indexOf(".");
  const digits = point < 0 ? text : text.slice(0, point);
  const rest = point < 0 ? "" : text.slice(point + 1);
  const padded = digits.padStart(decimals + 1, "0");
  const cut = padded.length - decimals;
  return { whole: Number(padded.slice(0, cut)), fraction: Number(`0.${padded.slice(cut)}${rest}0`) };
}

type Calendar = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

function epochSeconds([year, month, day, hour, minute, second]: Calendar, zone: number): number | undefined {
  // A second of 60 is a leap second; Date.UTC makes it the first of the next minute.
  if (hour > 23 || minute > 59 || second > 60 || month < 1 || month > 12) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  // Date.UTC would take the 31st of June for the 1st of July.
  if (day < 1 || midnight >= Date.UTC(year, month, 1)) return undefined;
  return midnight / 1000 + hour * 3600 + minute * 60 + second - zone;
}

function zoneSeconds(sign: string | undefined, hour: string | undefined, minute: string | undefined): number {
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hour) * 3600 + Number(minute) * 60);
}
