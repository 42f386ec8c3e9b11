/** Every command: its words, its flags, its sentence. What it does is in a file of its own below commands/. */
import type { Command } from "./command.js";
import { compare } from "./commands/compare.js";
import { demo } from "./commands/demo.js";
import { exporting } from "./commands/export.js";
import { importing } from "./commands/import.js";
import { init } from "./commands/init.js";
import { list } from "./commands/list.js";
import { report } from "./commands/report.js";
import { run } from "./commands/run.js";
import { schema } from "./commands/schema.js";
import { validate } from "./commands/validate.js";
import { why } from "./commands/why.js";

export const commands: readonly Command[] = [
  demo,
  init,
  importing,
  exporting,
  validate,
  run,
  compare,
  report,
  why,
  list,
  schema,
];
