/** Where scenarios, traces and users' policies are on disk: the only file below the commands that reads any. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import { type Complaint, ScenarioError } from "../scenario/complaint.js";
import { importManifests } from "../scenario/kubernetes/import.js";
import { backgroundFields, plainFields, serviceFields } from "../scenario/kubernetes/text.js";
import { plainRule } from "../scenario/mesh/written-route.js";
import { type FromManifests, manifestSections, type Raw, withManifests } from "../scenario/raw.js";
import { namedManifests, policyPathsIn, readScenario, type Scenario } from "../scenario/read.js";
import type { TextSource } from "../workload/trace.js";
import { readManifests } from "./manifest-files.js";
import { loadPolicyFile, PolicyFileError } from "./policy-file.js";

/** A scenario file that was read without complaint. */
export interface LoadedScenario {
  readonly path: string;
  /** As it stands in the file. */
  readonly text: string;
  /** With what the command line overrides; worker threads read this, so that all play the same scenario. */
  readonly played: string;
  readonly scenario: Scenario;
  readonly warnings: readonly Complaint[];
}

/** What the command line may say in place of the file. */
export interface Overrides {
  readonly seed?: number;
  readonly replications?: number;
  /** As in a file: "10m". */
  readonly duration?: string;
  readonly warmup?: string;
}

/** What cannot be read from disk, in a sentence that starts with the path. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** The name of a scenario that comes through a pipe. */
const STDIN = "stdin";

/** Reads a scenario with the traces and policies that it names, whose paths are relative to the file. "-": from stdin. */
export async function loadScenario(path: string, overrides: Overrides = {}): Promise<LoadedScenario> {
  const name = path === "-" ? STDIN : path;
  const text = path === "-" ? readInput() : readText(path);
  const asWritten = await readLoaded(name, text);
  const played = overridden(text, overrides);
  return played === text ? asWritten : { ...(await readLoaded(name, played)), text };
}

/** The same from a text already read. */
export async function readLoaded(path: string, text: string): Promise<LoadedScenario> {
  const folder = dirname(resolve(path));
  const manifests = fromManifests(text, folder);
  const policies = new Map<string, unknown>();
  const faults = new Map<string, PolicyFileError>();
  for (const file of policyPathsIn(text)) {
    try {
      policies.set(file, await loadPolicyFile(resolve(folder, file), file));
    } catch (error) {
      faults.set(file, error instanceof PolicyFileError ? error : new PolicyFileError(reasonOf(error)));
    }
  }
  try {
    const { scenario, warnings } = readScenario(text, {
      name: path,
      loadPolicy: (file) => policies.get(file) as never,
      openTrace: (file) => openText(resolve(folder, file), file),
      ...(manifests === undefined ? {} : { manifests }),
    });
    return {
      path,
      text,
      played: manifests === undefined ? text : withoutManifests(text, manifests),
      scenario,
      warnings,
    };
  } catch (error) {
    throw error instanceof ScenarioError ? withPolicyFaults(error, faults, folder) : error;
  }
}

/** The scenario of a folder of results, to be looked at and not played: its traces may lie elsewhere by now. */
export function readKept(folder: string): Scenario {
  const path = join(folder, "scenario.yaml");
  return readScenario(readText(path), { name: path }).scenario;
}

/** What the manifests that the text names say; undefined when it names none, or is no YAML. */
function fromManifests(text: string, folder: string): FromManifests | undefined {
  const paths = namedManifests(text);
  if (paths.length === 0) return undefined;
  const found = importManifests(readManifests(paths, (path) => resolve(folder, path)));
  const { services, background, cluster, quota, priorityClasses, routes, mesh } = found;
  const inSection = (section: "jobs" | "daemons") =>
    Object.fromEntries(
      background.filter((one) => one.section === section).map((one) => [one.workload.service, backgroundFields(one)]),
    );
  return {
    services: Object.fromEntries(services.map((service) => [service.name, serviceFields(service)])),
    priorityClasses,
    routes: Object.fromEntries(routes.map(({ name, rules }) => [name, { rules: rules.map(plainRule) }])),
    jobs: inSection("jobs"),
    daemons: inSection("daemons"),
    cluster: cluster && plainFields(cluster),
    quota,
    mesh,
  };
}

/** Results and threads get all in one text, for the manifests may lie elsewhere by then. */
function withoutManifests(text: string, manifests: FromManifests): string {
  const document = parseDocument(text, { uniqueKeys: false, merge: true, logLevel: "error" });
  const whole = withManifests(document.toJS() as Raw, manifests);
  for (const key of manifestSections) if (whole[key] !== undefined) document.set(key, document.createNode(whole[key]));
  document.delete("manifests");
  return document.toString({ lineWidth: 0 });
}

/** The scenario's text with other values; complaints have been made about the original, so lines may move. */
function overridden(text: string, overrides: Overrides): string {
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  if (given.length === 0) return text;
  const document = parseDocument(text, { uniqueKeys: false, merge: true, logLevel: "error" });
  for (const [key, value] of given) document.set(key, value);
  return document.toString({ lineWidth: 0 });
}

/** The reader only knows that a policy's file could not be loaded: here is why, and where in that file. */
function withPolicyFaults(
  { complaints }: ScenarioError,
  faults: ReadonlyMap<string, PolicyFileError>,
  folder: string,
): ScenarioError {
  return new ScenarioError(
    complaints.map((complaint) => {
      if (!complaint.message.endsWith("got nothing that could be loaded")) return complaint;
      const found = [...faults].find(([file]) => complaint.source.includes(file));
      if (found === undefined) return complaint;
      const [file, { message, place }] = found;
      if (place === undefined) return { ...complaint, message: `${file} cannot be loaded: ${message}` };
      const source = readText(resolve(folder, file)).split(/\r?\n/)[place.line - 1] ?? "";
      return { ...place, path: "", message, source, length: 1 };
    }),
  );
}

/** Larger files are refused before they are read: no scenario that people write comes near. */
const LARGEST_SCENARIO = 1024 * 1024;

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

function readInput(): string {
  try {
    return readFileSync(0, "utf8");
  } catch (error) {
    throw new FileError(`${STDIN}: cannot be read: ${reasonOf(error)}`);
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

/** A fault of the file system in the user's words. */
export const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "permission is denied";
  if (code === "EISDIR") return "it is a folder";
  if (code === "ENOTDIR") return "a part of the path is a file, not a folder";
  if (code === "ENOSPC") return "the disk is full";
  if (code === "EROFS") return "the file system is read-only";
  if (code === "EAGAIN") return "nothing comes through the pipe";
  return message ?? String(error);
};

/** The scenarios that come with the package. */
export const shippedScenarios = resolve(dirname(fileURLToPath(import.meta.url)), "../../../scenarios");
