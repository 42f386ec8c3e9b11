/** What a worker thread does: read the scenario's text, once, and play the replications that it is given. */
import { TraceError } from "../workload/trace.js";
import { FileError, readLoaded } from "./files.js";
import { PolicyError } from "./guard.js";
import { type Outcome, runOnce } from "./run.js";

export interface Task {
  readonly path: string;
  readonly text: string;
  readonly policy: string;
  readonly replication: number;
}

/** Whose fault it is that a run did not end: of what was read, of a user's policy, of this program, or of the thread. */
export type Blame = "input" | "policy" | "program" | "thread";

/** Why a run did not end. Errors lose their class between threads; this does not. */
export interface Failure {
  readonly blame: Blame;
  readonly reason: string;
  readonly stack?: string | undefined;
}

export type Reply = { readonly outcome: Outcome } | { readonly failure: Failure };

// What a user's policy prints must not get between the lines of a result.
const { error: toStderr } = globalThis.console;
Object.assign(globalThis.console, { log: toStderr, info: toStderr, debug: toStderr });

// Nor may it end the thread, for which the other runs would wait for ever.
Object.defineProperty(globalThis.process, "exit", {
  value() {
    throw new Error("a policy may not end the process");
  },
});

let known: { readonly text: string; readonly loaded: ReturnType<typeof readLoaded> } | undefined;

export default async function play({ path, text, policy, replication }: Task): Promise<Reply> {
  try {
    if (known?.text !== text) known = { text, loaded: readLoaded(path, text) };
    const { scenario } = await known.loaded;
    return { outcome: runOnce(scenario, policy, replication) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { failure: { blame: blameFor(error), reason, stack: error instanceof Error ? error.stack : undefined } };
  }
}

function blameFor(error: unknown): Blame {
  if (error instanceof PolicyError) return "policy";
  if (error instanceof TraceError || error instanceof FileError) return "input";
  return "program";
}
