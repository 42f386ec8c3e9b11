/**
 * Kubernetes' Job controller (batch/v1, kubernetes v1.36.2): one look at a time, it makes and deletes pods until enough of
 * them have succeeded, too many have failed or the time is up. A Job has its last condition once its pods are gone.
 *
 * Not followed: a back-off limit per index, containers restarted in place (OnFailure), Jobs managed by others, failures of
 * the API server.
 */
import type { Seconds } from "../../units.js";
import { type Failures, NO_FAILURES, remaining, withEnded } from "./back-off.js";
import { type Indexes, missing, shortened, superfluous } from "./indexes.js";
import { hasFailed, isActive, isTerminating, type JobPod, leastWanted } from "./pods.js";
import { actionOn, type FailurePolicy, hasEnough, type SuccessPolicy } from "./policies.js";

export interface JobSpec {
  /** Absent: a work queue, done once a pod has succeeded and all have ended. */
  readonly completions?: number | undefined;
  readonly backoffLimit: number;
  readonly activeDeadline?: Seconds | undefined;
  /** Pods bear the numbers from 0 to completions, and each must succeed once. */
  readonly indexed?: boolean | undefined;
  /** Whether a pod on its way out is replaced at once, or only when it has failed. */
  readonly podReplacementPolicy: "TerminatingOrFailed" | "Failed";
  /** Which failures count, which do not, and which are the Job's. Beside it only what has failed is replaced. */
  readonly podFailurePolicy?: FailurePolicy | undefined;
  /** Of an indexed Job: when it has succeeded without all of its pods. */
  readonly successPolicy?: SuccessPolicy | undefined;
}

/** What holds when the controller looks. */
export interface JobSeen {
  readonly parallelism: number;
  readonly suspend?: boolean | undefined;
  /** Those that have ended are seen once at least; whether they are seen again does not matter. */
  readonly pods: readonly JobPod[];
}

export interface JobCondition {
  readonly type: "Suspended" | "FailureTarget" | "SuccessCriteriaMet" | "Failed" | "Complete";
  readonly status: boolean;
  readonly reason: string;
}

interface Counts {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
}

export interface JobLook extends Counts {
  /** Pods to make; of an indexed Job, their numbers. */
  readonly create: number;
  readonly indexes: readonly number[];
  /** Pods to delete, by id. */
  readonly remove: readonly number[];
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: string;
  readonly startTime: Seconds | undefined;
  readonly completionTime: Seconds | undefined;
  readonly conditions: readonly JobCondition[];
  /** Look again after so long, even if nothing happens. */
  readonly again: Seconds | undefined;
}

/** What a look asks for. */
interface Asked {
  readonly create: number;
  readonly indexes: readonly number[];
  readonly remove: readonly JobPod[];
  readonly active: number;
  readonly again?: Seconds | undefined;
}

interface Verdict {
  readonly done: "Failed" | "Complete";
  readonly reason: string;
}

/** Pods made or deleted in one look at most. */
const BURST = 500;

export class Job {
  private succeeded = 0;
  private failed = 0;
  private failures: Failures = NO_FAILURES;
  private looked = false;
  /** Pods that count no more, as long as they are there. */
  private settled = new Set<number>();
  private done: Indexes = new Set();
  private readonly conditions: JobCondition[] = [];
  private startTime: Seconds | undefined;
  private completionTime: Seconds | undefined;
  private counts: Counts = { active: 0, ready: 0, terminating: 0 };

  constructor(private readonly spec: JobSpec) {}

  get finished(): boolean {
    return this.conditions.some(({ type, status }) => status && (type === "Failed" || type === "Complete"));
  }

  private get hasSucceeded(): boolean {
    return this.success !== undefined;
  }

  private get success(): JobCondition | undefined {
    return this.conditions.find(({ type }) => type === "SuccessCriteriaMet");
  }

  sync(seen: JobSeen, now: Seconds): JobLook {
    if (this.finished) return this.report({ create: 0, indexes: [], remove: [], active: 0 });
    if (this.startTime === undefined && seen.suspend !== true) this.startTime = now;
    const active = seen.pods.filter(isActive);
    const terminating = seen.pods.filter(isTerminating);
    const [before, known] = [this.status(), this.failures];
    this.count(seen.pods, now);

    const failure = this.failureOf(seen, now);
    const deadline = this.untilDeadline(seen, failure, now);
    let verdict = failure ?? this.successOf();
    let asked: Asked;
    if (verdict !== undefined) asked = { create: 0, indexes: [], remove: active, active: 0 };
    else {
      asked = this.manage(seen, active, terminating, now);
      if (this.isComplete(asked.active)) verdict = { done: "Complete", reason: "CompletionsReached" };
      else this.tellSuspended(seen.suspend === true, now);
    }
    const left = active.filter((pod) => !asked.remove.includes(pod));
    this.counts = {
      active: asked.active,
      ready: left.filter(({ ready }) => ready).length,
      terminating: terminating.length + asked.remove.length,
    };
    const last = [...this.settle(asked.remove), ...(verdict === undefined ? [] : this.settle(terminating))];
    // Whatever is still there when a Job fails has failed with it.
    if (failure !== undefined) this.failed += last.filter((pod) => this.isCounted(pod)).length;
    if (verdict !== undefined) this.conclude(verdict, now);
    // Upstream keeps its record of failures only together with a change of the status, which one that is ignored may not be.
    if (this.looked && this.status() === before) this.failures = known;
    this.looked = true;
    return this.report({ ...asked, again: earlier(asked.again, deadline) });
  }

  /** Takes note of pods that have ended since the last look. */
  private count(pods: readonly JobPod[], now: Seconds): void {
    const fresh = pods.filter(({ id }) => !this.settled.has(id));
    const succeeded = fresh.filter(({ phase }) => phase === "Succeeded");
    const failed = fresh.filter((pod) => hasFailed(pod, this.spec.podReplacementPolicy));
    const endOf = ({ finishedAt, deletedAt = now }: JobPod): Seconds => finishedAt ?? deletedAt;
    this.failures = withEnded(this.failures, [
      ...succeeded.map((pod) => ({ at: endOf(pod), succeeded: true })),
      ...failed.map((pod) => ({ at: endOf(pod), succeeded: false })),
    ]);
    this.failed += failed.filter((pod) => this.isCounted(pod)).length;
    if (this.spec.indexed) {
      const within = succeeded.flatMap(({ index = -1 }) => (index < this.spec.completions! ? [index] : []));
      this.done = new Set([...this.done, ...within]);
      this.succeeded = this.done.size;
    } else this.succeeded += succeeded.length;
    const there = new Set(pods.map(({ id }) => id));
    this.settled = new Set([...this.settled].filter((id) => there.has(id)));
    for (const { id } of [...succeeded, ...failed]) this.settled.add(id);
  }

  /** These count no more; answers those that did. */
  private settle(pods: readonly JobPod[]): readonly JobPod[] {
    const fresh = pods.filter(({ id }) => !this.settled.has(id));
    for (const { id } of fresh) this.settled.add(id);
    return fresh;
  }

  /** As one of the failures that the back-off limit allows. */
  private isCounted(pod: JobPod): boolean {
    return actionOn(pod, this.spec.podFailurePolicy) !== "Ignore";
  }

  /** Why the Job has failed, if it has. */
  private failureOf({ suspend, pods }: JobSeen, now: Seconds): Verdict | undefined {
    const target = this.conditions.find(({ type }) => type === "FailureTarget");
    if (target !== undefined) return { done: "Failed", reason: target.reason };
    if (this.hasSucceeded) return undefined;
    const { podFailurePolicy, podReplacementPolicy } = this.spec;
    const failed = pods.filter((pod) => hasFailed(pod, podReplacementPolicy));
    if (failed.some((pod) => actionOn(pod, podFailurePolicy) === "FailJob"))
      return { done: "Failed", reason: "PodFailurePolicy" };
    if (this.failed > this.spec.backoffLimit) return { done: "Failed", reason: "BackoffLimitExceeded" };
    const { activeDeadline = Infinity } = this.spec;
    if (suspend !== true && this.startTime !== undefined && now - this.startTime >= activeDeadline)
      return { done: "Failed", reason: "DeadlineExceeded" };
    return undefined;
  }

  /** Why the Job has succeeded, though pods may be wanted or there. */
  private successOf(): Verdict | undefined {
    const { success } = this;
    if (success !== undefined) return { done: "Complete", reason: success.reason };
    const { completions, successPolicy } = this.spec;
    const enough = completions !== undefined && hasEnough(this.done, completions, successPolicy);
    return enough ? { done: "Complete", reason: "SuccessPolicy" } : undefined;
  }

  private untilDeadline({ suspend }: JobSeen, failure: Verdict | undefined, now: Seconds): Seconds | undefined {
    const { activeDeadline } = this.spec;
    if (activeDeadline === undefined || failure !== undefined || suspend === true || this.hasSucceeded)
      return undefined;
    return activeDeadline - (now - this.startTime!);
  }

  /** Makes pods that are missing, or deletes those too many; never both in one look. */
  private manage(
    { parallelism, suspend }: JobSeen,
    active: readonly JobPod[],
    terminating: readonly JobPod[],
    now: Seconds,
  ): Asked {
    const nothing: Asked = { create: 0, indexes: [], remove: [], active: active.length };
    if (suspend === true) return { ...nothing, remove: active, active: 0 };
    const wanted = this.wanted(parallelism, active.length);
    const remove = this.tooMany(active, Math.max(0, active.length - wanted)).slice(0, BURST);
    if (remove.length > 0) return { ...nothing, remove, active: active.length - remove.length };
    const awaited = this.spec.podReplacementPolicy === "Failed" ? terminating : [];
    const lacking = Math.min(BURST, wanted - awaited.length - active.length);
    if (lacking <= 0) return nothing;
    const again = remaining(this.failures, now);
    if (again > 0) return { ...nothing, active: 0, again };
    if (!this.spec.indexed) return { ...nothing, create: lacking, active: active.length + lacking };
    const taken = new Set([...this.done, ...[...active, ...awaited].map(({ index = -1 }) => index)]);
    const indexes = missing(lacking, this.spec.completions!, taken);
    return { ...nothing, create: indexes.length, indexes, active: active.length + indexes.length };
  }

  private wanted(parallelism: number, active: number): number {
    const { completions } = this.spec;
    if (completions !== undefined) return Math.max(0, Math.min(parallelism, completions - this.succeeded));
    return this.succeeded > 0 ? active : parallelism;
  }

  private tooMany(active: readonly JobPod[], atLeast: number): readonly JobPod[] {
    const ranked = leastWanted(active);
    const first = this.spec.indexed ? superfluous(ranked, this.spec.completions!, this.done) : [];
    const more = ranked.filter((pod) => !first.includes(pod)).slice(0, Math.max(0, atLeast - first.length));
    return [...first, ...more];
  }

  private isComplete(active: number): boolean {
    const { completions } = this.spec;
    return active === 0 && (completions === undefined ? this.succeeded > 0 : this.succeeded >= completions);
  }

  /** Says whether the Job is suspended, once it has been; its time begins anew when it is not any more. */
  private tellSuspended(suspend: boolean, now: Seconds): void {
    const at = this.conditions.findIndex(({ type }) => type === "Suspended");
    if (at < 0 ? !suspend : this.conditions[at].status === suspend) return;
    const reason = suspend ? "JobSuspended" : "JobResumed";
    this.conditions.splice(at < 0 ? this.conditions.length : at, 1, { type: "Suspended", status: suspend, reason });
    this.startTime = suspend ? undefined : now;
  }

  /** First what is aimed at, and when no pod is there any more, that it is so. */
  private conclude({ done, reason }: Verdict, now: Seconds): void {
    const aim = done === "Failed" ? "FailureTarget" : "SuccessCriteriaMet";
    if (!this.conditions.some(({ type }) => type === aim)) this.conditions.push({ type: aim, status: true, reason });
    if (this.counts.terminating > 0) return;
    this.conditions.push({ type: done, status: true, reason });
    if (done === "Complete") this.completionTime = now;
  }

  private status(): string {
    const { counts, succeeded, failed, conditions } = this;
    return JSON.stringify([counts, succeeded, failed, conditions, [...this.done]]);
  }

  private report({ create, indexes, remove, again }: Asked): JobLook {
    return {
      create,
      indexes,
      remove: remove.map(({ id }) => id),
      ...this.counts,
      succeeded: this.succeeded,
      failed: this.failed,
      completedIndexes: shortened(this.done),
      startTime: this.startTime,
      completionTime: this.completionTime,
      conditions: [...this.conditions],
      again,
    };
  }
}

const earlier = (one: Seconds | undefined, other: Seconds | undefined): Seconds | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
