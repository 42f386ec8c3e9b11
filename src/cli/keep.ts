/**
 * Keeps results in a folder. They are written into a folder beside it, which then takes its name, so that
 * neither a full disk nor a kill leaves half of them. Other results are never replaced without being told to.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { reasonOf } from "../experiment/files.js";
import { KeepError, UsageError } from "./exit.js";

/** Names with their contents. */
export type ResultFiles = Readonly<Record<string, string>>;

/** What a folder's manifest says of it; the last of the files, as it vouches for the others. */
const MANIFEST = "manifest.json";

export interface Wanted {
  readonly folder: string;
  /** The user named the folder, so another name is no answer. */
  readonly named: boolean;
  readonly force: boolean;
  /** Whether the results under this manifest are the same as, or a part of, those to come. */
  isSame(manifest: string): boolean;
}

/** Where results will lie, found before anything is played: a folder that may be written to. */
export function placeFor(wanted: Wanted): string {
  const { folder, named } = wanted;
  try {
    mkdirSync(dirname(resolve(folder)), { recursive: true });
  } catch (error) {
    throw new KeepError(`${folder}: no results can be kept there: ${reasonOf(error)}`);
  }
  const free = firstFree(wanted);
  if (!named || free === folder) return free;
  const what = manifestIn(folder) === undefined ? "files that are no results" : "other results";
  const hint = what === "other results" ? ", or add --force to replace them" : "";
  throw new UsageError(`--out: ${folder} holds ${what}; choose another folder${hint}`);
}

/** Writes the files and says where they are now: the place found before, or the next if it was taken since. */
export function keep(files: ResultFiles, wanted: Wanted, write: typeof writeFileSync = writeFileSync): string {
  const parent = dirname(resolve(wanted.folder));
  const name = basename(resolve(wanted.folder));
  const partial = join(parent, `.${name}.${process.pid}.partial`);
  try {
    sweep(parent, name);
    mkdirSync(partial, { recursive: true });
    for (const [name, text] of Object.entries(files)) write(join(partial, name), text);
    const folder = firstFree(wanted);
    moveTo(partial, folder);
    return folder;
  } catch (error) {
    throw new KeepError(`${wanted.folder}: the results cannot be kept: ${reasonOf(error)}`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Takes away what a killed process was writing; one that lives is left alone. */
function sweep(parent: string, name: string): void {
  for (const entry of readdirSync(parent)) {
    if (!entry.startsWith(`.${name}.`)) continue;
    const [, pid] = /^\.(\d+)\.partial$/.exec(entry.slice(1 + name.length)) ?? [];
    if (pid !== undefined && !(lives(Number(pid)) && Number(pid) !== process.pid))
      rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The folder, or the first of folder-2, folder-3, … that does not exist or holds the same results. */
function firstFree({ folder, force, isSame }: Wanted): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? folder : `${folder}-${n}`;
    if (!existsSync(candidate) || isEmptyFolder(candidate)) return candidate;
    const manifest = manifestIn(candidate);
    if (manifest !== undefined && ((force && n === 1) || isSame(manifest))) return candidate;
  }
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false; // a file, or not to be read: taken
  }
}

function manifestIn(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, MANIFEST), "utf8");
  } catch {
    return undefined;
  }
}

function moveTo(partial: string, folder: string): void {
  const old = `${partial}.old`;
  rmSync(old, { recursive: true, force: true });
  try {
    if (existsSync(folder)) renameSync(folder, old);
    renameSync(partial, folder);
  } catch (error) {
    if (existsSync(old)) renameSync(old, folder);
    // A mount point cannot be renamed; its files can be replaced.
    if (!["EBUSY", "EXDEV"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    copyInto(partial, folder);
  }
  rmSync(old, { recursive: true, force: true });
}

function copyInto(partial: string, folder: string): void {
  rmSync(join(folder, MANIFEST), { force: true });
  const names = readdirSync(partial).filter((name) => name !== MANIFEST);
  for (const name of [...names, MANIFEST]) copyFileSync(join(partial, name), join(folder, name));
}

/** A scenario's name as a folder may be called. */
export const folderName = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N}_.-]+/gu, "-")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 80) || "scenario";
