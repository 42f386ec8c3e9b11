/**
 * Why did it scale? Each decision told in full: what it saw and how old that was, what every metric proposed, which
 * tolerance, stabilization or limit changed it, upstream's conditions, and when it took effect.
 */
import type { Decision } from "../model/decisions.js";
import type { Condition, Reason } from "../policy/contract.js";
import type { Seconds } from "../units.js";
import type { Run } from "./csv.js";
import { formatDuration, formatPlain } from "./numbers.js";
import type { Paint } from "./terminal.js";

export interface Question {
  /** The moment asked about: the latest decision of each subject then. Without it: every decision that changed something. */
  readonly at?: Seconds;
  /** A service's name, or "cluster". */
  readonly service?: string;
  readonly policy?: string;
}

/** What was decided under one policy, of what was asked about, in the order of time. */
export interface Story {
  readonly policy: string;
  readonly replication: number;
  readonly decisions: readonly Decision[];
}

/** The names that a question may hold for `service`: of services, and "cluster" where there is one. */
export function askable(runs: readonly Run[]): readonly string[] {
  const subjects = runs.flatMap(({ decisions }) => decisions.map(({ subject }) => ownerOf(subject)));
  return [...new Set(subjects)].sort();
}

/**
 * What a subject is or belongs to: "cart" of "service cart", "pod cart-3" and "replica set cart-r2", "backup" of
 * "job backup/29461080".
 */
const ownerOf = (subject: string): string =>
  subject
    .replace(/^(?:cpu|memory) of /, "")
    .replace(/^(?:pod|replica set) (.*)-r?\d+$/, "$1")
    .replace(/\/\d+$/, "")
    .replace(/^(?:fault|node|route|service|deployment|stateful set|(?:cron |scaled )?job) /, "");

/** What a sizer has changed: of new pods, or of the one that it names. */
const isSize = (subject: string): boolean => /^(?:cpu|memory) of /.test(subject);

export function storiesOf(runs: readonly Run[], question: Question): readonly Story[] {
  return runs
    .filter(({ policy }) => question.policy === undefined || policy === question.policy)
    .map(({ policy, replication, decisions }) => {
      const asked = decisions.filter(({ subject }) => (question.service ?? ownerOf(subject)) === ownerOf(subject));
      const told = question.at === undefined ? asked.filter(changesSomething) : inForceAt(question.at, asked);
      return { policy, replication, decisions: told };
    });
}

/**
 * A pod that waits has asked for a place and not got it, which its numbers say as 0 to 1. A workload speaks only when
 * somebody has changed it, or it has, or one of its conditions has changed. A moment that no Job met is worth a word. Limits change
 * all the time, and are told of when the latency that they go by has been measured.
 */
const changesSomething = ({ subject, policy, from, asked, rule }: Decision): boolean =>
  from !== asked ||
  policy === "adaptive-concurrency" ||
  isNews.test(subject) ||
  isWorkload.test(subject) ||
  rule === "MissSchedule" ||
  rule === "JobAlreadyActive";
/** Of faults, and of nodes whose kubelet says nothing. */
const isNews = /^(?:fault|node) /;
const isWorkload = /^(?:deployment|stateful set|route) /;

/** The latest decision of each service and of the cluster, and of the pods those that waited then. */
function inForceAt(at: Seconds, decisions: readonly Decision[]): readonly Decision[] {
  const latest = new Map<string, Decision>();
  for (const one of decisions) if (one.time <= at) latest.set(one.subject, one);
  return [...latest.values()].filter(
    ({ subject, effectiveAt }) => !/^(?:\w+ of )?pod /.test(subject) || !(effectiveAt <= at),
  );
}

export function whyText(stories: readonly Story[], question: Question, paint: Paint = (_style, text) => text): string {
  const parts = stories.map(({ policy, replication, decisions }) => {
    const when = question.at === undefined ? "" : ` at ${formatDuration(question.at)}`;
    const heading = paint("bold", `under ${policy}, replication ${replication + 1}${when}`);
    if (decisions.length > 0) return [heading, ...decisions.map((one) => told(one, paint))].join("\n\n");
    return `${heading}\n\n${question.at === undefined ? "No decision changed anything." : "Nothing had been decided yet."}`;
  });
  return `${parts.join("\n\n")}\n`;
}

function told(one: Decision, paint: Paint): string {
  const { time, subject, policy, rule, seen, why } = one;
  const trail = why?.trail ?? [{ what: "seen", seen }];
  const change = changeOf(one);
  const heading = `${formatDuration(time)}  ${subject}${change === "" ? "" : `  ${paint("bold", change)}`}`;
  return [
    `${heading}\n  ${policy}: ${rule}`,
    ...trail.filter(({ what, seen }) => what !== "seen" || Object.keys(seen ?? {}).length > 0).map(reasonLine),
    ...(why?.conditions ?? []).map(conditionLine),
    ...effectLines(one),
  ].join("\n");
}

function changeOf({ subject, policy, from, wished, asked }: Decision): string {
  if (policy === "adaptive-concurrency") return `lets ${formatPlain(asked)} in at once`;
  if (subject.startsWith("pod ") && from === asked) return policy === "kubelet" ? "starts again" : "";
  if (subject.startsWith("pod ")) return asked > from ? "waits for a node" : "is evicted";
  if (isNews.test(subject)) return "";
  const of = unitOf(subject);
  if (subject.startsWith("route "))
    return from === asked ? `stays at ${formatPlain(from)}` : `${formatPlain(from)} → ${formatPlain(asked)}`;
  if (from === asked && isWorkload.test(subject)) return `of ${formatPlain(asked)} replicas`;
  if (from === asked) return `stays at ${formatPlain(from)} ${of}`;
  // What the bounds or the number of machines cut off is worth knowing.
  const cut = Number.isFinite(wished) && Math.ceil(wished) !== asked ? ` (wished ${formatPlain(wished)})` : "";
  return `${formatPlain(from)} → ${formatPlain(asked)} ${of}${cut}`;
}

function unitOf(subject: string): string {
  if (isSize(subject)) return subject.startsWith("cpu ") ? "millicores" : "MiB";
  if (subject === "cluster") return "nodes";
  if (subject.startsWith("job ")) return "pods";
  return /^(?:scaled|cron) job /.test(subject) ? "jobs" : "replicas";
}

/** One step of the way: what, with what it rests on, and the number that came out of it. */
export function reasonText({ what, seen = {}, wished }: Reason): string {
  const facts = Object.entries(seen).map(([name, value]) => `${name} ${fact(name, value)}`);
  const outcome = wished === undefined ? "" : ` → ${formatPlain(wished)}`;
  return `${what}${facts.length === 0 ? "" : `: ${facts.join(", ")}`}${outcome}`;
}

const reasonLine = (reason: Reason): string => `    ${reasonText(reason)}`;

const conditionLine = ({ type, status, reason, message }: Condition): string =>
  `    ${type} is ${status}: ${reason}${message === undefined ? "" : ` (${message})`}`;

/** Ages and windows are spans of time; everything else is a number in the unit that its name says. */
const fact = (name: string, value: number | string): string => {
  if (typeof value === "string") return value;
  return /^(age|window|period|delay)$|(Age|Window|Period|Delay)$/.test(name)
    ? formatDuration(value)
    : formatPlain(value);
};

function effectLines({ subject, time, from, asked, effectiveAt }: Decision): readonly string[] {
  if (from === asked || subject.startsWith("route ") || (isSize(subject) && effectiveAt === time)) return [];
  if (!Number.isFinite(effectiveAt)) return ["  never in effect: a later decision, or the end of the run, came first"];
  const pod = asked > from ? "placed" : "ended";
  const all = asked > from ? "in effect, all ready," : "in effect, all gone,";
  const done = isSize(subject) ? "done" : subject.startsWith("pod ") ? pod : all;
  return [`  ${done} after ${formatDuration(effectiveAt - time)}, at ${formatDuration(effectiveAt)}`];
}
