/** Plays every policy under every seed, on as many threads as there are cores, in a result that no thread count changes. */
import { availableParallelism } from "node:os";
import Tinypool from "tinypool";
import type { LoadedScenario } from "./files.js";
import type { Outcome } from "./run.js";
import type { Task } from "./worker.js";

export interface Replication {
  readonly policies: readonly string[];
  readonly replications: number;
  /** Worker threads; by default one a core, and never more than there are runs. */
  readonly workers?: number;
  /** Told of each run that ends. */
  readonly progress?: (done: number, total: number) => void;
  /** Stops: runs not yet begun are left out. */
  readonly signal?: AbortSignal;
}

/** A run that did not come to an end. */
export interface FailedRun {
  readonly policy: string;
  readonly replication: number;
  readonly reason: string;
}

export interface Replicated {
  /** By policy, then by replication. */
  readonly outcomes: readonly Outcome[];
  readonly failed: readonly FailedRun[];
  readonly interrupted: boolean;
}

export async function replicate({ path, text }: LoadedScenario, about: Replication): Promise<Replicated> {
  const tasks = about.policies.flatMap((policy) =>
    Array.from({ length: about.replications }, (_, replication): Task => ({ path, text, policy, replication })),
  );
  const threads = Math.max(1, Math.min(about.workers ?? availableParallelism(), tasks.length));
  const pool = new Tinypool({
    filename: new URL("./worker.js", import.meta.url).href,
    runtime: "worker_threads",
    minThreads: threads,
    maxThreads: threads,
    isolateWorkers: false,
  });
  const failed: FailedRun[] = [];
  let done = 0;
  const play = async (task: Task): Promise<Outcome | undefined> => {
    try {
      return (await pool.run(task, about.signal ? { signal: about.signal } : {})) as Outcome;
    } catch (error) {
      if (about.signal?.aborted) return undefined;
      failed.push({ policy: task.policy, replication: task.replication, reason: (error as Error).message });
      return undefined;
    } finally {
      about.progress?.(++done, tasks.length);
    }
  };
  about.progress?.(0, tasks.length);
  // Replications of all policies in turn, so that an interruption leaves whole pairs.
  const byReplication = [...tasks].sort((one, two) => one.replication - two.replication);
  const found = await Promise.all(byReplication.map(play));
  await pool.destroy();
  const outcomes = tasks.flatMap(({ policy, replication }) => {
    const outcome = found.find((one) => one?.policy === policy && one.replication === replication);
    return outcome === undefined ? [] : [outcome];
  });
  return { outcomes, failed, interrupted: about.signal?.aborted === true };
}
