/** What a worker thread does: read the scenario's text, once, and play the replications that it is given. */
import { readLoaded } from "./files.js";
import { type Outcome, runOnce } from "./run.js";

export interface Task {
  readonly path: string;
  readonly text: string;
  readonly policy: string;
  readonly replication: number;
}

let known: { readonly text: string; readonly loaded: ReturnType<typeof readLoaded> } | undefined;

export default async function play({ path, text, policy, replication }: Task): Promise<Outcome> {
  if (known?.text !== text) known = { text, loaded: readLoaded(path, text) };
  const { scenario } = await known.loaded;
  return runOnce(scenario, policy, replication);
}
