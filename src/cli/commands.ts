/** Every command: its words, its flags, its sentence. What it does is in a file of its own below commands/. */
import { compare } from "./commands/compare.js";
import { demo } from "./commands/demo.js";
import { init } from "./commands/init.js";
import { list } from "./commands/list.js";
import { report } from "./commands/report.js";
import { run } from "./commands/run.js";
import { schema } from "./commands/schema.js";
import { validate } from "./commands/validate.js";
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

export const commands: readonly Command[] = [demo, init, validate, run, compare, report, list, schema];
