/** KEDA's triggers over what the simulated world measures: each gives a metric for the HPA, and says whether it is active. */
import { Cron } from "croner";
import { formula } from "../../controllers/keda/formula.js";
import type { Seconds } from "../../units.js";
import type { ServiceView } from "../contract.js";
import { either, interval, level, list, oneOf, positive, record, signed, text, wholePercent } from "../fields.js";

/** Signals that a queue's length or a Prometheus query could report, summed over the service. */
const sources = ["queue", "rate", "concurrency", "backlog", "backlogAge"] as const;

function readable(cron: string, timezone: string): boolean {
  try {
    return new Cron(cron, { timezone }).nextRun(new Date(0)) !== null && cron.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

const expression = () =>
  text('a cron expression of five fields like "0 8 * * 1-5"', (cron: string) => readable(cron, "UTC"));

const triggerName = () =>
  text("a name of letters, digits and underscores", (given) => /^[A-Za-z_]\w*$/.test(given))
    .optional()
    .describe("What a formula calls it.");

const signalTrigger = record({
  name: triggerName(),
  signal: oneOf(...sources).describe(
    "What is measured: calls waiting, calls a second, calls in the service, messages for it, or the age of the first.",
  ),
  threshold: level().describe("How much of it one replica is there for."),
  activation: level().optional().describe("Active above this; default: above nothing."),
  window: interval().prefault("30s").describe("What the mean is taken over."),
});

const cronTrigger = record({
  name: triggerName(),
  cron: record({
    start: expression().describe("When the time of more replicas begins."),
    end: expression().describe("When it ends."),
    timeZone: text('a time zone like "UTC" or "Europe/Paris"', (zone: string) => readable("0 0 * * *", zone))
      .default("UTC")
      .describe("Where they are read."),
    desiredReplicas: positive().describe("Replicas in that time."),
  }).describe("A time of the day or week."),
});

const cpuTrigger = record({ cpu: wholePercent().describe("CPU use to aim for, as a share of the request.") });

const memoryTrigger = record({
  memory: wholePercent().describe(
    "Memory use to aim for, as a share of the request; the service's `memoryUse` says it.",
  ),
});

/** The list as a scenario holds it. */
export const triggersField = () =>
  list(
    either(
      "a trigger like { signal: queue, threshold: 5 }, { cron: { … } }, { cpu: 80% } or { memory: 80% }",
      signalTrigger,
      cronTrigger,
      cpuTrigger,
      memoryTrigger,
    ),
  );

type Given = ReturnType<ReturnType<typeof triggersField>["parse"]>[number];

/** A trigger with an external metric: what it reads, and above which value it is active. */
export interface ExternalTrigger {
  readonly name: string;
  readonly target: number;
  /** What it measures, if that is a signal. */
  readonly signal?: (typeof sources)[number];
  /** Undefined while there is nothing to read. */
  read(view: ServiceView): { readonly value: number; readonly active: boolean } | undefined;
}

export interface Triggers {
  readonly external: readonly ExternalTrigger[];
  /** Triggers of CPU and memory belong to the HPA and never wake a service from zero. In whole per cent. */
  readonly resources: readonly { readonly name: "cpu" | "memory"; readonly averageUtilization: number }[];
}

export interface Modifiers {
  readonly formula: string;
  readonly target: number;
  readonly activationTarget: number;
}

export const modifiersField = () =>
  record({
    formula: text("a formula over the triggers' names", (given) => given.trim() !== "").describe(
      "Of the triggers' values, by their names, one value is made.",
    ),
    target: positive().describe("How much of it one replica is there for."),
    activationTarget: signed().default(0).describe("Active above this."),
  });

/** One metric in the place of all that a formula is made of. */
function composite(
  given: readonly Given[],
  external: readonly ExternalTrigger[],
  modifiers: Modifiers,
): ExternalTrigger {
  const names = given.flatMap((one) => ("signal" in one || "cron" in one ? [one.name ?? ""] : []));
  const unnamed = names.indexOf("");
  if (unnamed >= 0)
    throw new Error(
      `scalingModifiers needs a name of every trigger but cpu and memory, and ${external[unnamed].name} has none`,
    );
  const value = formula(modifiers.formula, names);
  return {
    name: "composite-metric",
    target: modifiers.target,
    read(view) {
      const readings = external.map((trigger) => trigger.read(view)?.value);
      if (readings.includes(undefined)) return undefined;
      const result = value(Object.fromEntries(names.map((name, i) => [name, readings[i]!])));
      return Number.isFinite(result) ? { value: result, active: result > modifiers.activationTarget } : undefined;
    },
  };
}

export function triggersOf(given: readonly Given[], startsAt: number, modifiers?: Modifiers): Triggers {
  const external = given.flatMap((one, i): ExternalTrigger[] => {
    if ("signal" in one) return [signalReader(one, `s${i}-${one.signal}`)];
    return "cron" in one ? [cronReader(one.cron, `s${i}-cron`, startsAt)] : [];
  });
  const resources = given.flatMap((one): Triggers["resources"] => {
    if ("cpu" in one) return [{ name: "cpu", averageUtilization: Math.round(one.cpu * 100) }];
    return "memory" in one ? [{ name: "memory", averageUtilization: Math.round(one.memory * 100) }] : [];
  });
  return { external: modifiers === undefined ? external : [composite(given, external, modifiers)], resources };
}

interface SignalTrigger {
  readonly signal: (typeof sources)[number];
  readonly threshold: number;
  readonly activation?: number | undefined;
  readonly window: Seconds;
}

const signalReader = ({ signal, threshold, activation = 0, window }: SignalTrigger, name: string): ExternalTrigger => ({
  name,
  signal,
  target: threshold,
  read(view) {
    const value = view.mean(signal, window);
    return Number.isNaN(value) ? undefined : { value, active: value > activation };
  },
});

interface CronTrigger {
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly desiredReplicas: number;
}

/** Within its time as long as the next end comes before the next start; outside it asks for nothing. */
function cronReader(
  { start, end, timeZone, desiredReplicas }: CronTrigger,
  name: string,
  startsAt: number,
): ExternalTrigger {
  const starts = new Cron(start, { timezone: timeZone });
  const ends = new Cron(end, { timezone: timeZone });
  const next = (cron: Cron, now: Date): number => cron.nextRun(now)?.getTime() ?? Infinity;
  return {
    name,
    target: 1,
    read({ now }) {
      const moment = new Date(startsAt + Math.round(now * 1000));
      const active = next(ends, moment) <= next(starts, moment);
      return { value: active ? desiredReplicas : 0, active };
    },
  };
}
