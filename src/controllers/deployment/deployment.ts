/**
 * Kubernetes' Deployment controller (apps/v1, kubernetes v1.36.2): one look at a time, it changes the sizes of ReplicaSets.
 * A rolling update scales the new set up, or else the old ones down, never both in one look. Not followed: rollback by
 * annotation, the history limit (old sets stay, empty), hash collisions, failures of the API server.
 */
import type { Seconds } from "../../units.js";
import { type Fenceposts, fenceposts, type Strategy } from "./fenceposts.js";
import { proportions } from "./proportional.js";
import { active, oldestFirst, ReplicaSet, type ReplicaSetStatus, sum } from "./replica-set.js";
import { type Counts, countsOf, NOTHING, Progress, type Progressing } from "./status.js";

export interface DeploymentSettings extends Strategy {
  /** Absent: the rollout may stand still for ever. */
  readonly progressDeadline?: Seconds;
}

/** What holds when the controller looks. */
export interface Observed {
  readonly replicas: number;
  /** Names the pod template. */
  readonly version: string;
  readonly paused?: boolean;
  /** By version; a set without an entry has no pods. */
  readonly sets: Readonly<Record<string, ReplicaSetStatus>>;
}

export interface Rollout extends Counts {
  /** Sizes asked of each set, by version. */
  readonly sets: Readonly<Record<string, number>>;
  readonly minimumAvailable: boolean;
  readonly progressing: Progressing | undefined;
}

export class Deployment {
  private readonly sets: ReplicaSet[] = [];
  private readonly progress: Progress;
  private counts: Counts = NOTHING;
  // Of the present look.
  private wanted = 0;
  private limits: Fenceposts = { surge: 0, unavailable: 0 };

  constructor(private readonly settings: DeploymentSettings) {
    this.progress = new Progress(settings.progressDeadline);
  }

  sync({ replicas, version, paused = false, sets }: Observed, now: Seconds): Rollout {
    this.wanted = replicas;
    this.limits = fenceposts(this.settings, replicas);
    for (const set of this.sets) set.status = sets[set.version] ?? { replicas: 0, ready: 0, available: 0 };
    let newest = this.sets.find((set) => set.version === version);
    const old = this.sets.filter((set) => set !== newest);
    // Counts go by the sizes that were asked for before this look.
    let asked = sum(this.sets, (set) => set.replicas);

    this.progress.paused(paused, now);
    const rolls = !paused && !this.isScaled();
    if (!rolls) this.scale(newest, old);
    else if (this.settings.type === "Recreate") {
      const emptied = this.emptied(old);
      if (emptied && newest === undefined) {
        newest = this.create(version, replicas, now);
        asked += replicas;
      } else if (emptied) this.resize(newest!, replicas);
    } else {
      if (newest === undefined) {
        newest = this.create(version, this.sizeOfNew(0), now);
        asked += newest.replicas;
      }
      this.roll(newest, old);
    }
    return this.report(newest, asked, rolls, now);
  }

  private report(newest: ReplicaSet | undefined, asked: number, rolls: boolean, now: Seconds): Rollout {
    const counts = countsOf(this.sets, newest, asked);
    if (rolls) this.progress.judge(this.counts, counts, this.wanted, now);
    this.counts = counts;
    return {
      ...counts,
      sets: Object.fromEntries(this.sets.map((set) => [set.version, set.replicas])),
      minimumAvailable: counts.available >= this.wanted - this.limits.unavailable,
      progressing: this.progress.condition,
    };
  }

  /** Whether the Deployment has another size than when its sets got theirs. */
  private isScaled(): boolean {
    return active(this.sets).some(({ desired }) => desired !== this.wanted);
  }

  private create(version: string, replicas: number, now: Seconds): ReplicaSet {
    const set = new ReplicaSet(version, this.sets.length, replicas);
    this.annotate(set);
    this.sets.push(set);
    this.progress.created(now);
    return set;
  }

  private annotate(set: ReplicaSet): void {
    set.desired = this.wanted;
    set.most = this.wanted + this.limits.surge;
  }

  /** A set that has the size already is left alone, what it remembers of the Deployment's size included. */
  private resize(set: ReplicaSet, replicas: number): boolean {
    if (set.replicas === replicas) return false;
    set.replicas = replicas;
    this.annotate(set);
    return true;
  }

  /** As many as the surge has room for beside all there are, but no more than wanted. */
  private sizeOfNew(size: number): number {
    const room = this.wanted + this.limits.surge - sum(this.sets, (set) => set.replicas);
    return room <= 0 ? size : size + Math.min(room, this.wanted - size);
  }

  private roll(newest: ReplicaSet, old: readonly ReplicaSet[]): void {
    const size = newest.replicas > this.wanted ? this.wanted : this.sizeOfNew(newest.replicas);
    if (!this.resize(newest, size)) this.shrink(newest, oldestFirst(active(old)));
  }

  /** Takes from the old sets what can be missed: first pods that serve nobody, then as many as are available to spare. */
  private shrink(newest: ReplicaSet, old: readonly ReplicaSet[]): void {
    const least = this.wanted - this.limits.unavailable;
    const coming = newest.replicas - newest.status.available;
    let spare = sum(old, (set) => set.replicas) + newest.replicas - least - coming;
    if (old.length === 0 || spare <= 0) return;
    for (const set of old) {
      if (spare <= 0) break;
      const gone = Math.min(spare, set.replicas - set.status.available);
      // A set that has just been scaled down still says that more are available: upstream takes that for an error, and waits.
      if (gone < 0) return;
      this.resize(set, set.replicas - gone);
      spare -= gone;
    }
    let excess = sum(old, ({ status }) => status.available) + newest.status.available - least;
    for (const set of old) {
      if (excess <= 0) break;
      const gone = Math.min(set.replicas, excess);
      this.resize(set, set.replicas - gone);
      excess -= gone;
    }
  }

  /** Scales the old sets to nothing; true once none of their pods is left. */
  private emptied(old: readonly ReplicaSet[]): boolean {
    const scaled = old.filter((set) => this.resize(set, 0)).length > 0;
    return !scaled && old.every(({ status }) => status.replicas + (status.terminating ?? 0) === 0);
  }

  /** Of a paused Deployment, or of one that has got another size: no rollout, the sets there are share the change. */
  private scale(newest: ReplicaSet | undefined, old: readonly ReplicaSet[]): void {
    const candidates = active(this.sets);
    if (candidates.length <= 1) {
      const only = candidates[0] ?? newest ?? oldestFirst(old).at(-1);
      if (only !== undefined) this.resize(only, this.wanted);
      return;
    }
    if (newest !== undefined && this.isSaturated(newest)) {
      for (const set of active(old)) this.resize(set, 0);
      return;
    }
    if (this.settings.type === "Recreate") return;
    const { surge } = this.limits;
    const sizes = proportions(candidates, { replicas: this.wanted, surge, said: this.counts.replicas });
    for (const [set, size] of sizes) {
      set.replicas = size;
      this.annotate(set);
    }
  }

  private isSaturated({ replicas, desired, status }: ReplicaSet): boolean {
    return replicas === this.wanted && desired === this.wanted && status.available === this.wanted;
  }
}
