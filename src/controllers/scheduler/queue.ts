/**
 * Pods that wait to be scheduled, as kube-scheduler keeps them: those to be tried next, those that wait a while after
 * a failure, and those that wait for something to happen that could help.
 *
 * A move asks what a rejecting plugin could gain from the kind of event. Not modelled: upstream's closer look at the
 * object of the event, which spares attempts in vain, and gates, groups and attempts that end in an error.
 */
import type { Seconds } from "../../units.js";
import { type Pod, priorityOf } from "./objects.js";

export type ClusterEvent = "NodeAdd" | "NodeUpdate" | "NodeDelete" | "PodAdd" | "PodDelete";

/** What may make a plugin think otherwise. */
const HELPS: Readonly<Record<string, readonly ClusterEvent[]>> = {
  NodeUnschedulable: ["NodeAdd", "NodeUpdate"],
  NodeName: ["NodeAdd"],
  TaintToleration: ["NodeAdd", "NodeUpdate"],
  NodeAffinity: ["NodeAdd"],
  NodePorts: ["NodeAdd", "PodDelete"],
  NodeResourcesFit: ["NodeAdd", "PodDelete"],
  PodTopologySpread: ["NodeAdd", "NodeDelete", "PodAdd", "PodDelete"],
  InterPodAffinity: ["NodeAdd", "PodAdd", "PodDelete"],
};

const FIRST_BACKOFF = 1;
const MOST_BACKOFF = 10;
/** A pod that nothing has helped is tried again after so long; looked at so often. */
const UNSCHEDULABLE_FOR = 300;
const FLUSH_PERIOD = 30;
/**
 * An attempt takes no time here. A pod that takes away others whose replacements come at once, and are in its way as they
 * were, would be tried for ever at one instant: after so many attempts in vain it waits for its back-off to end.
 */
const MOST_AT_ONCE = 10;

interface Entry {
  readonly pod: Pod;
  /** When it came, or came back. */
  since: Seconds;
  failures: number;
  /** How many of them at the very instant of the last. */
  atOnce: number;
  plugins: ReadonlySet<string>;
}

const before = (one: Entry, other: Entry): number =>
  priorityOf(other.pod) - priorityOf(one.pod) || one.since - other.since;

/** The wait after so many failures in a row: 1 s doubled each time, 10 s at most. */
export const backoff = (failures: number): Seconds =>
  failures === 0 ? 0 : Math.min(MOST_BACKOFF, FIRST_BACKOFF * 2 ** (failures - 1));

/** Waits end on whole seconds, so that pods of one second are in order of priority. */
const backoffEnds = ({ since, failures }: Entry): Seconds => Math.trunc(since + backoff(failures));

export class SchedulingQueue {
  readonly #active = new Map<string, Entry>();
  readonly #backingOff = new Map<string, Entry>();
  readonly #unschedulable = new Map<string, Entry>();

  add(pod: Pod, now: Seconds): void {
    this.#active.set(pod.name, { pod, since: now, failures: 0, atOnce: 0, plugins: new Set() });
  }

  remove(name: string): void {
    for (const pods of [this.#active, this.#backingOff, this.#unschedulable]) pods.delete(name);
  }

  /** The next to try. When none is left the scheduler does not idle: it takes those that back off before their time. */
  pop(now: Seconds): Entry | undefined {
    for (const [name, entry] of this.#backingOff) {
      if (backoffEnds(entry) >= Math.trunc(now)) continue;
      this.#backingOff.delete(name);
      this.#active.set(name, entry);
    }
    const next =
      first(this.#active, before) ??
      first(this.#early(now), (one, other) => backoffEnds(one) - backoffEnds(other) || before(one, other));
    if (next !== undefined) this.remove(next.pod.name);
    return next;
  }

  /** It fits nowhere, because of these plugins. */
  failed(entry: Entry, plugins: ReadonlySet<string>, now: Seconds): void {
    const { pod, failures, since } = entry;
    const atOnce = failures > 0 && since === now ? entry.atOnce + 1 : 1;
    this.#unschedulable.set(pod.name, { ...entry, since: now, failures: failures + 1, atOnce, plugins });
  }

  /** Something has happened: whom it may help is tried again. */
  moveAll(event: ClusterEvent, now: Seconds): void {
    for (const entry of [...this.#unschedulable.values()])
      if ([...entry.plugins].some((plugin) => HELPS[plugin]?.includes(event) ?? true)) this.#move(entry, now);
  }

  /** Those that have waited longest are tried again, whatever has happened. */
  flush(now: Seconds): void {
    for (const entry of [...this.#unschedulable.values()])
      if (now - entry.since > UNSCHEDULABLE_FOR) this.#move(entry, now);
  }

  /** When a pod's turn comes though nothing happens: by the first flush that finds one, or as a back-off ends. */
  get retriesAt(): Seconds {
    const oldest = Math.min(...[...this.#unschedulable.values()].map(({ since }) => since));
    const flush = (Math.floor((oldest + UNSCHEDULABLE_FOR) / FLUSH_PERIOD) + 1) * FLUSH_PERIOD;
    const held = [...this.#backingOff.values()].filter(({ atOnce }) => atOnce >= MOST_AT_ONCE);
    return Math.min(flush, ...held.map((entry) => backoffEnds(entry) + 1));
  }

  /** Whether there is a pod to try now. */
  get ready(): boolean {
    return this.#active.size + this.#backingOff.size > 0;
  }

  /** Those whose back-off an idle scheduler does not wait for. */
  #early(now: Seconds): ReadonlyMap<string, Entry> {
    return new Map([...this.#backingOff].filter(([, one]) => one.since < now || one.atOnce < MOST_AT_ONCE));
  }

  #move(entry: Entry, now: Seconds): void {
    this.#unschedulable.delete(entry.pod.name);
    const waits = backoffEnds(entry) >= Math.trunc(now);
    (waits ? this.#backingOff : this.#active).set(entry.pod.name, entry);
  }
}

function first(entries: ReadonlyMap<string, Entry>, order: (one: Entry, other: Entry) => number): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of entries.values()) if (best === undefined || order(entry, best) < 0) best = entry;
  return best;
}
