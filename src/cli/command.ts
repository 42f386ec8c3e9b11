import type { Exit } from "./exit.js";
import type { Voice } from "./io.js";
import type { Flag, Given } from "./options.js";

interface Argument {
  readonly name: string;
  readonly says: string;
  readonly needed?: true;
  readonly many?: true;
  readonly choices?: readonly string[];
}

/** What a command is called, takes and does. */
export interface Command {
  readonly name: string;
  readonly says: string;
  readonly arguments: readonly Argument[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly examples: readonly (readonly [command: string, says: string])[];
  /** Takes a seed; the others refuse it. */
  readonly plays?: true;
  act(given: Given, voice: Voice): Promise<Exit>;
}
