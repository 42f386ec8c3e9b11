/**
 * A vector: a situation that was played through the real controller, and what that decided.
 *
 * `conformance/vectors/<controller>*.jsonl.gz` (or `.jsonl`, `.json`) hold one a line. A script's entry is what happens at
 * `at` seconds; the decision beside it in `expected` is the real controller's answer. Where upstream is free to choose (ties
 * broken by chance, the order of a Go map) the place holds `{ "anyOf": [ … ] }`: every answer that it may give.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export interface Vector {
  /** Which player plays it, such as "hpa". */
  readonly controller: string;
  /** Upstream's repository and version, such as "kubernetes v1.36.2". */
  readonly version: string;
  /** Says what the situation is about. */
  readonly name: string;
  /** "seeded" for a generated situation; a script's or an upstream test's name; "vendor documentation", or that it is remembered. */
  readonly origin?: string;
  /** What stays the same through the script: the object's spec, flags, constants in force. */
  readonly settings?: unknown;
  readonly script: readonly unknown[];
  /** As many as the script has entries. */
  readonly expected: readonly unknown[];
}

const VECTORS = /\.jsonl?(\.gz)?$/;

/** Every vector of a folder, in the order of file names; throws with the file's name and line where one is none. */
export function readVectors(folder: string): readonly Vector[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => VECTORS.test(file) && statSync(join(folder, file)).isFile())
    .sort();
  if (files.length === 0) throw new Error(`${folder}: expected vectors (*.jsonl.gz, *.jsonl or *.json), found none`);
  return files.flatMap((file) => vectorsOf(join(folder, file)));
}

function vectorsOf(path: string): readonly Vector[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  if (/\.json(\.gz)?$/.test(path)) return [JSON.parse(text)].flat().map((vector) => checked(vector, path));
  return text
    .split("\n")
    .map((line, i) => ({ line, place: `${path}:${i + 1}` }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, place }) => checked(JSON.parse(line), place));
}

function checked(given: Partial<Vector>, place: string): Vector {
  const { controller, version, name, script, expected } = given;
  const named = [controller, version, name].every((text) => typeof text === "string" && text !== "");
  if (!named) throw new Error(`${place}: expected a vector with controller, version and name`);
  if (!Array.isArray(script) || !Array.isArray(expected) || script.length === 0 || script.length !== expected.length) {
    throw new Error(`${place}: expected a script and as many expected decisions, one at least`);
  }
  return given as Vector;
}
