/** What controllers may know of services and pods: one of the two ways in which a scenario may have it measured. */
import type { Signal } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { Service } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";

/** Writes each pod's latest sample into the table of pods, and answers for services. */
export interface Metrics {
  start(): void;
  /** The signal's mean over the samples that the window holds, one at least; NaN while there is nothing to measure. */
  mean(service: Service, signal: Signal, window: Seconds): number;
  /** When the latest sample of the signal was taken; NaN before the first. */
  sampledAt(service: Service, signal: Signal): Seconds;
  /** A container runs from now on. */
  started(pod: PodId): void;
  /** A container has ended; its pod may start another. */
  ended(pod: PodId): void;
}

/** Samples kept at least: 17 hours' worth at the usual 15 s. */
export const LONGEST_HISTORY = 4096;

/** What is in a service, and waits for it, at this moment. */
export function presentLoad({ pods }: State, { members, waiting, inboxes }: Service) {
  let queue = waiting;
  let concurrency = waiting;
  for (let i = 0; i < members.count; i++) {
    queue += pods.queued[members.items[i]];
    concurrency += pods.inFlight[members.items[i]];
  }
  let backlog = 0;
  let backlogAge = 0;
  for (const inbox of inboxes) {
    backlog += inbox.backlog();
    backlogAge = Math.max(backlogAge, inbox.oldest());
  }
  return { queue, concurrency, backlog, backlogAge };
}

/** The use of a service's ready pods that have a sample, as shares of what these request. NaN where there is none. */
export function meanUse({ pods }: State, { members }: Service) {
  const used = { cpu: 0, memory: 0 };
  const requested = { cpu: 0, memory: 0 };
  for (let i = 0; i < members.count; i++) {
    const pod = members.items[i];
    if (pods.phase[pod] !== Phase.Ready || Number.isNaN(pods.sample[pod])) continue;
    used.cpu += pods.sample[pod];
    used.memory += pods.memorySample[pod];
    requested.cpu += pods.cpuMillicores[pod];
    requested.memory += pods.memoryMiB[pod];
  }
  return { cpu: used.cpu / requested.cpu, memory: used.memory / requested.memory };
}
