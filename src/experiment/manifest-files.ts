/** Manifests on disk: files, and folders of them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ManifestFile } from "../scenario/kubernetes/objects.js";
import { FileError, reasonOf } from "./files.js";

/** The files at these paths, read; of folders all YAML and JSON below them, by name. "-": from stdin. */
export function readManifests(paths: readonly string[], at: (path: string) => string = (path) => path): ManifestFile[] {
  return paths.flatMap((path) => {
    try {
      if (path === "-") return [{ file: "stdin", text: readFileSync(0, "utf8") }];
      if (!statSync(at(path)).isDirectory()) return [{ file: path, text: readFileSync(at(path), "utf8") }];
      const names = (readdirSync(at(path), { recursive: true }) as string[])
        .filter((name) => /\.(ya?ml|json)$/.test(name))
        .sort();
      if (names.length === 0)
        throw new FileError(`${path}: expected manifests (.yaml, .yml, .json), got a folder without any`);
      return names.map((name) => ({ file: join(path, name), text: readFileSync(at(join(path, name)), "utf8") }));
    } catch (error) {
      throw error instanceof FileError ? error : new FileError(`${path}: cannot be read: ${reasonOf(error)}`);
    }
  });
}
