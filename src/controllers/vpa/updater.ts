/**
 * The updater's loop over the pods of one VerticalPodAutoscaler: who is to be evicted, so that it comes back in another size,
 * and who is resized where it stands.
 *
 * It speaks one wish at a time and must be told whether the API server granted it, for a refusal leaves room for the next pod.
 * Of equals the first given comes first (upstream has them in no order). Not modelled: the mode InPlace, which is off unless a
 * feature gate is set, eviction requirements, and the startup boost.
 */
import type { Fraction, Seconds } from "../../units.js";
import { resized } from "./admission.js";
import { type DisruptionSpec, Group } from "./disruption.js";
import { type Policies, policyOf } from "./policy.js";
import { type ContainerState, compare, type Priority, priorityOf, type Recommendations } from "./priority.js";
import { RateLimit } from "./rate-limit.js";
import type { Amounts } from "./recommender.js";

export type UpdateMode = "Off" | "Initial" | "Recreate" | "Auto" | "InPlaceOrRecreate";

export interface UpdaterSpec extends DisruptionSpec {
  readonly updateMode: UpdateMode;
  readonly policies: Policies;
  /** A pod within the recommended range is touched only when it is that old and that far from the target. */
  readonly podLifetimeThreshold: Seconds;
  readonly updateThreshold: Fraction;
  /** A container killed for memory within that time from its start has its pod updated, if that happened as lately. */
  readonly evictAfterOomThreshold: Seconds;
  /** A second; 0 or less: no limit. For evictions, and for resizes apart. */
  readonly evictionRateLimit: number;
  readonly evictionRateBurst: number;
  /** Resizes that restart no container are not counted as disruptions. */
  readonly inPlaceSkipDisruptionBudget: boolean;
}

/** What the kubelet says of a resize: no room now; none ever; under way; failed. */
export type ResizeStatus = "Deferred" | "Infeasible" | "InProgress" | "Error";

export interface UpdatablePod {
  readonly name: string;
  /** Its ReplicaSet or the like. */
  readonly controller: string;
  readonly pending: boolean;
  /** Undefined until the kubelet has seen it. */
  readonly startedAt: Seconds | undefined;
  readonly resize: ResizeStatus | undefined;
  readonly containers: readonly ContainerState[];
}

export interface UpdaterView {
  readonly now: Seconds;
  /** For these very pods, after their policies; undefined as long as there is none. */
  readonly recommended: (pod: UpdatablePod) => Recommendations | undefined;
  /** Replicas that each controller is to have. */
  readonly replicas: Readonly<Record<string, number>>;
  /** None that is being deleted. */
  readonly pods: readonly UpdatablePod[];
}

export interface Update {
  readonly what: "evict" | "resize";
  readonly pod: UpdatablePod;
  readonly priority: Priority;
  /** Why, in a few words. */
  readonly reason: string;
  /** Of a resize: the containers' new resources. */
  readonly containers: Readonly<Record<string, { readonly requests: Amounts; readonly limits: Amounts }>>;
  /** The rate limit has it wait so long first. */
  readonly wait: Seconds;
}

const DEFERRED_TIMEOUT: Seconds = 300;
const IN_PROGRESS_TIMEOUT: Seconds = 3600;

interface Candidate {
  readonly pod: UpdatablePod;
  readonly priority: Priority;
  readonly reason: string;
  readonly recommended: Recommendations;
}

export class Updater {
  private readonly evictions: RateLimit;
  private readonly resizes: RateLimit;
  /** When the updater first saw a pod in the middle of a resize. */
  private readonly resizingSince = new Map<string, Seconds>();

  constructor(private readonly spec: UpdaterSpec) {
    this.evictions = new RateLimit(spec.evictionRateLimit, spec.evictionRateBurst);
    this.resizes = new RateLimit(spec.evictionRateLimit, spec.evictionRateBurst);
  }

  *loop(view: UpdaterView): Generator<Update, void, boolean> {
    const { updateMode } = this.spec;
    if (updateMode === "Off" || updateMode === "Initial") return;
    const inPlace = updateMode === "InPlaceOrRecreate";
    const groups = this.groupsOf(view);
    const due = this.due(view);
    const toEvict: Candidate[] = [];
    let now = view.now;
    for (const one of inPlace ? due : []) {
      const decision = this.inPlace(one.pod, groups.get(one.pod.controller), now);
      if (decision === "evict") toEvict.push(one);
      if (decision !== "resize") continue;
      const wait = this.resizes.take(now);
      now += wait;
      const containers = resized(one.pod.containers, one.recommended, this.spec.policies);
      const { pod, priority, reason } = one;
      if (yield { what: "resize", pod, priority, reason, containers, wait }) groups.get(pod.controller)?.disturb();
      else toEvict.push(one);
    }
    for (const { pod, priority, reason } of inPlace ? toEvict : due) {
      const group = groups.get(pod.controller);
      if (group === undefined || !(pod.pending || group.disruptable)) continue;
      const wait = this.evictions.take(now);
      now += wait;
      const granted = yield { what: "evict", pod, priority, reason, containers: {}, wait };
      if (granted && !pod.pending) group.disturb();
    }
  }

  /** Of the controllers that have enough pods and are to have any. */
  private groupsOf({ pods, replicas }: UpdaterView): ReadonlyMap<string, Group> {
    const byController = new Map<string, UpdatablePod[]>();
    for (const pod of pods) byController.set(pod.controller, [...(byController.get(pod.controller) ?? []), pod]);
    const groups = new Map<string, Group>();
    for (const [controller, own] of byController) {
      if (own.length < this.spec.minReplicas || !(replicas[controller] > 0)) continue;
      const pending = own.filter((pod) => pod.pending).length;
      groups.set(controller, new Group(this.spec, replicas[controller], { pods: own.length, pending }));
    }
    return groups;
  }

  /** Who is to be updated, most pressing first. */
  private due(view: UpdaterView): readonly Candidate[] {
    return view.pods
      .flatMap((pod): readonly Candidate[] => {
        const recommended = view.recommended(pod);
        if (recommended === undefined) return [];
        const priority = priorityOf(pod.containers, recommended);
        const reason = this.reason(pod, priority, view.now);
        return reason === undefined ? [] : [{ pod, priority, reason, recommended }];
      })
      .sort((one, two) => compare(one.priority, two.priority));
  }

  private reason(pod: UpdatablePod, priority: Priority, now: Seconds): string | undefined {
    const { spec } = this;
    const { outsideRecommendedRange, resourceDiff } = priority;
    if (outsideRecommendedRange) return resourceDiff > 0 ? "outside the recommended range" : undefined;
    const quickOom = pod.containers.some(
      ({ name, ended }) =>
        policyOf(spec.policies, name).mode !== "Off" &&
        ended?.reason === "OOMKilled" &&
        ended.finishedAt - ended.startedAt < spec.evictAfterOomThreshold &&
        now - ended.finishedAt < spec.evictAfterOomThreshold,
    );
    if (quickOom) return resourceDiff > 0 ? "killed for memory soon after its start" : undefined;
    if (pod.startedAt === undefined || now < pod.startedAt + spec.podLifetimeThreshold) return undefined;
    return resourceDiff >= spec.updateThreshold ? "away from the target for long" : undefined;
  }

  private inPlace(pod: UpdatablePod, group: Group | undefined, now: Seconds): "resize" | "evict" | "wait" {
    if (pod.pending) return "wait";
    if (pod.resize !== undefined) return this.stalled(pod, now) ? "evict" : "wait";
    if (this.spec.inPlaceSkipDisruptionBudget && pod.containers.every(restartsNothing)) return "resize";
    return group?.disruptable ? "resize" : "wait";
  }

  private stalled({ name, resize }: UpdatablePod, now: Seconds): boolean {
    const since = this.resizingSince.get(name) ?? now;
    this.resizingSince.set(name, since);
    if (resize === "Deferred") return now - since > DEFERRED_TIMEOUT;
    if (resize === "InProgress") return now - since > IN_PROGRESS_TIMEOUT;
    return true;
  }
}

const restartsNothing = ({ resizePolicy = {} }: ContainerState): boolean =>
  Object.values(resizePolicy).every((policy) => policy === "NotRequired");
