/** Where scenarios, traces and users' policies are on disk: the only file below the commands that reads any. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "sucrase";
import type { Complaint } from "../scenario/complaint.js";
import { policyPathsIn, readScenario, type Scenario } from "../scenario/read.js";
import type { TextSource } from "../workload/trace.js";

/** A scenario file that was read without complaint. */
export interface LoadedScenario {
  readonly path: string;
  readonly text: string;
  readonly scenario: Scenario;
  readonly warnings: readonly Complaint[];
}

/** What cannot be read from disk, in a sentence that starts with the path. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** Larger files are refused before they are read: no scenario that people write comes near. */
const LARGEST_SCENARIO = 1024 * 1024;

/** Reads a scenario with the traces and policies that it names, whose paths are relative to the file. */
export async function loadScenario(path: string): Promise<LoadedScenario> {
  return readLoaded(path, readText(path));
}

/** The same from a text already read: what worker threads do, so that all play the same scenario. */
export async function readLoaded(path: string, text: string): Promise<LoadedScenario> {
  const folder = dirname(resolve(path));
  const policies = new Map<string, unknown>();
  for (const file of policyPathsIn(text)) policies.set(file, await loadPolicy(resolve(folder, file), file));
  const { scenario, warnings } = readScenario(text, {
    name: path,
    loadPolicy: (file) => policies.get(file) as never,
    openTrace: (file) => openText(resolve(folder, file), file),
  });
  return { path, text, scenario, warnings };
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_SCENARIO) {
      throw new FileError(
        `${path}: expected a scenario of at most 1 MiB, got a file of ${Math.round(size / 2 ** 20)} MiB`,
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(`${path}: cannot be read: ${reasonOf(error)}`);
  }
}

/** A file in pieces of 64 KiB, so that a trace of any size fits. It is closed at its end. */
function openText(path: string, name: string): TextSource {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new FileError(`${name}: cannot be read: ${reasonOf(error)}`);
  }
  const buffer = Buffer.alloc(64 * 1024);
  const decoder = new TextDecoder();
  return {
    name,
    read() {
      if (file === undefined) return undefined;
      const count = readSync(file, buffer);
      if (count > 0) return decoder.decode(buffer.subarray(0, count), { stream: true });
      closeSync(file);
      file = undefined;
      return undefined;
    },
  };
}

/**
 * A user's policy: the default export of one TypeScript or JavaScript file. Types are taken off first, and
 * `dryscale` means this very package, wherever the file lies; other imports must be absolute or built in.
 */
async function loadPolicy(path: string, name: string): Promise<unknown> {
  try {
    const source = readFileSync(path, "utf8");
    const { code } = transform(source, { transforms: ["typescript"], disableESTransforms: true, filePath: path });
    const self = new URL("../index.js", import.meta.url).href;
    const linked = code.replace(/(\bfrom\s*|\bimport\s*)(["'])dryscale\2/g, `$1"${self}"`);
    const module = (await import(`data:text/javascript;base64,${Buffer.from(linked).toString("base64")}`)) as {
      default?: unknown;
    };
    return module.default;
  } catch (error) {
    throw new FileError(`${name}: cannot be loaded as a policy: ${reasonOf(error)}`);
  }
}

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "permission is denied";
  if (code === "EISDIR") return "it is a folder";
  return message ?? String(error);
};

/** The scenarios that come with the package. */
export const shippedScenarios = resolve(dirname(fileURLToPath(import.meta.url)), "../../../scenarios");
