/**
 * What made the results: enough to make them again, and to see whether two folders hold the same. No time, no path of
 * a machine's, no number of threads: the same question gives the same bytes everywhere.
 */
import { z } from "zod";
import { parsedBy } from "./parsed.js";

/** The file's shape. */
const manifestShape = z.strictObject({
  schemaVersion: z.literal(1),
  createdBy: z.strictObject({ name: z.literal("dryscale"), version: z.string() }),
  scenario: z.strictObject({
    name: z.string(),
    /** As it was given. */
    path: z.string(),
    /** SHA-256 of its text, in hex. */
    hash: z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hex"),
  }),
  /** SHA-256 of the traces and policies that it rests on, by their paths as written. */
  files: z.record(z.string(), z.string()),
  seed: z.int(),
  replications: z.int().min(1),
  policies: z.array(z.string()).min(1),
  /** Whether every run came to its end. */
  complete: z.boolean(),
});

export type Manifest = z.output<typeof manifestShape>;

export interface Made {
  readonly version: string;
  readonly scenario: { readonly name: string; readonly seed: number };
  readonly path: string;
  readonly scenarioHash: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly replications: number;
  readonly policies: readonly string[];
  readonly complete: boolean;
}

export function manifestOf({ version, scenario, path, scenarioHash, files = {}, ...made }: Made): Manifest {
  const inOrder = Object.entries(files).sort(([one], [two]) => (one < two ? -1 : 1));
  return {
    schemaVersion: 1,
    createdBy: { name: "dryscale", version },
    scenario: { name: scenario.name, path, hash: scenarioHash },
    files: Object.fromEntries(inOrder),
    seed: scenario.seed,
    replications: made.replications,
    policies: [...made.policies],
    complete: made.complete,
  };
}

/** The text of manifest.json. */
export const manifestJson = (manifest: Manifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`;

/** Reads manifest.json back; throws a ResultsError that names the file and what is wrong in it. */
export const parseManifest = (text: string, file = "manifest.json"): Manifest => parsedBy(manifestShape, text, file);
