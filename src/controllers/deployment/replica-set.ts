/** One ReplicaSet as the Deployment controller sees it: what was asked of it, and what it last said. */
export class ReplicaSet {
  /** Of the Deployment when this set was last scaled: its replicas, and those with the surge. Kept as annotations upstream. */
  desired = 0;
  most = 0;
  status: ReplicaSetStatus = { replicas: 0, ready: 0, available: 0 };

  constructor(
    readonly version: string,
    /** Sets are created one at a time: a later one has a higher number. */
    readonly serial: number,
    public replicas: number,
  ) {}
}

export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly ready: number;
  readonly available: number;
  /** Pods that are on their way out, and no longer counted in `replicas`. */
  readonly terminating?: number;
}

export const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + of(set), 0);

export const active = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  sets.filter(({ replicas }) => replicas > 0);

export const oldestFirst = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  [...sets].sort((one, two) => one.serial - two.serial);
