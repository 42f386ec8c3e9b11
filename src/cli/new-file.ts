/** Files that commands write for the user to go on with. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { reasonOf } from "../experiment/files.js";
import { KeepError, UsageError } from "./exit.js";

/** Writes a file, and the folders above it; what is there already is replaced only when asked to. */
export function writeNew(path: string, text: string, replace: boolean): void {
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeFileSync(path, text, { flag: replace ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new UsageError(`${path} is there already; choose another name, or add --force to replace it`);
    throw new KeepError(`${path}: cannot be written: ${reasonOf(error)}`);
  }
}
