/** Shows results again that were kept, and draws their page anew. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../experiment/files.js";
import type { Command } from "../command.js";
import { Exit, KeepError } from "../exit.js";
import { formatOf } from "../options.js";
import { keptIn, rendered } from "../reporting.js";

export const report: Command = {
  name: "report",
  says: "Prints kept results again and rewrites their report.html",
  arguments: [{ name: "results", says: "A folder that run, compare or demo wrote", needed: true }],
  flags: {},
  examples: [["report results/shop", "nothing is played again"]],
  async act(given, voice) {
    const format = formatOf(given);
    const folder = String(given.results).replace(/(?<=.)\/+$/, "");
    const kept = keptIn(folder);
    voice.result(rendered(kept, format, voice));
    replace(join(folder, "report.html"), await kept.html());
    voice.note(`Report: ${folder}/report.html`);
    return Exit.Done;
  },
};

/** Beside it first, so that a full disk costs nothing. */
function replace(path: string, text: string): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new KeepError(`${path}: cannot be written: ${reasonOf(error)}`);
  }
}
