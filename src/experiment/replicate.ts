/** Plays every policy under every seed, on as many threads as there are cores, in a result that no thread count changes. */
import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import Tinypool from "tinypool";
import type { LoadedScenario } from "./files.js";
import type { Outcome } from "./run.js";
import type { Failure, Reply, Task } from "./worker.js";

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
export interface FailedRun extends Failure {
  readonly policy: string;
  readonly replication: number;
}

export interface Replicated {
  /** By policy, then by replication; so are those that failed. */
  readonly outcomes: readonly Outcome[];
  readonly failed: readonly FailedRun[];
  readonly interrupted: boolean;
}

/** Plays them all. What fails is told beside what succeeds; only a fault of the thread pool itself is thrown. */
export async function replicate({ path, played }: LoadedScenario, about: Replication): Promise<Replicated> {
  const tasks = about.policies.flatMap((policy) =>
    Array.from({ length: about.replications }, (_, replication): Task => ({ path, text: played, policy, replication })),
  );
  const threads = Math.max(1, Math.min(about.workers ?? availableParallelism(), tasks.length));
  const pool = new Tinypool({
    filename: new URL("./worker.js", import.meta.url).href,
    runtime: "worker_threads",
    minThreads: threads,
    maxThreads: threads,
    isolateWorkers: false,
  });
  // Every run listens to it, and there may be thousands.
  if (about.signal !== undefined) setMaxListeners(0, about.signal);
  let done = 0;
  about.progress?.(0, tasks.length);
  const play = async (task: Task): Promise<Reply | undefined> => {
    const reply = await answer(pool, task, about.signal);
    if (reply !== undefined) about.progress?.(++done, tasks.length);
    return reply;
  };
  // Replications of all policies in turn, so that an interruption leaves whole pairs.
  const order = tasks.map((task, i) => ({ task, i })).sort((one, two) => one.task.replication - two.task.replication);
  const replies = new Map<number, Reply>();
  await Promise.all(
    order.map(async ({ task, i }) => {
      const reply = await play(task);
      if (reply !== undefined) replies.set(i, reply);
    }),
  );
  await pool.destroy();
  return sorted(tasks, replies, about.signal?.aborted === true);
}

/** Undefined when stopped before its end: a thread that computes cannot be asked, only ended. */
async function answer(pool: Tinypool, task: Task, signal: AbortSignal | undefined): Promise<Reply | undefined> {
  try {
    return (await pool.run(task, signal ? { signal } : {})) as Reply;
  } catch (error) {
    if (signal?.aborted) return undefined;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ERR_WORKER_OUT_OF_MEMORY" ? "out of memory" : `its thread ended: ${message}`;
    return { failure: { blame: "thread", reason } };
  }
}

function sorted(tasks: readonly Task[], replies: ReadonlyMap<number, Reply>, interrupted: boolean): Replicated {
  const outcomes: Outcome[] = [];
  const failed: FailedRun[] = [];
  tasks.forEach(({ policy, replication }, i) => {
    const reply = replies.get(i);
    if (reply === undefined) return;
    if ("outcome" in reply) outcomes.push(reply.outcome);
    else failed.push({ policy, replication, ...reply.failure });
  });
  return { outcomes, failed, interrupted: interrupted && replies.size < tasks.length };
}
