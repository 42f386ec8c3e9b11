/**
 * Commands as a user gives them, mostly in this very process. They run as they are built, in dist/, because worker
 * threads read no TypeScript; `npm test` builds first.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll } from "vitest";
import type * as MainModule from "../../src/cli/main.js";

export const binary = resolve("dist/src/cli.js");
if (!existsSync(binary)) throw new Error("these tests run the built program: npm run build");

/** A module of the built program. */
export const built = async <M>(path: string): Promise<M> =>
  (await import(/* @vite-ignore */ pathToFileURL(resolve("dist/src", path)).href)) as M;

const { main } = await built<typeof MainModule>("cli/main.js");

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Ctrl-C comes as soon as this is said on stderr; "" is at once. */
  readonly interruptAt?: string;
}

/** Runs a command in this process. Words are split at spaces. One worker is enough, and starts sooner than two. */
export async function dryscale(words: string | readonly string[], terminal: Terminal = {}): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const { isTTY = false, columns = 100, env = {}, interruptAt } = terminal;
  let interrupt = (): void => {};
  const output = (name: "stdout" | "stderr") => ({
    isTTY,
    columns,
    write(text: string) {
      said[name] += text;
      if (interruptAt !== undefined && said.stderr.includes(interruptAt)) interrupt();
    },
  });
  let now = 0;
  const typed = typeof words === "string" ? words.split(" ") : words;
  const plays = ["run", "compare"].includes(typed[0]) && typed.includes("--out") && !typed.includes("--workers");
  const code = await main([...typed, ...(plays ? ["--workers", "1"] : [])], {
    stdout: output("stdout"),
    stderr: output("stderr"),
    env,
    // Ten seconds from one look to the next: no test waits for a clock.
    now: () => (now += 10_000),
    onInterrupt(stop) {
      interrupt = stop;
      if (interruptAt === "") stop();
      return () => {};
    },
  });
  return { code, ...said };
}

/** Runs it as a process of its own. */
export const spawned = (
  words: readonly string[],
  options: { readonly cwd: string; readonly input?: string },
): SpawnSyncReturns<string> => spawnSync(process.execPath, [binary, ...words], { encoding: "utf8", ...options });

/** A folder that is gone after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dryscale-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file of a folder with its content. */
export const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "latin1")]),
  );

/** A scenario that takes a few milliseconds to play. */
export const tiny = (more = "", scaler = "{ use: hpa, target: 60%, min: 1, max: 4 }"): string => `name: tiny
duration: 40s
warmup: 5s
replications: 2
slo: [{ latency: 1s, share: 90% }]
services:
  web:
    replicas: 2
    cpu: 500m
    endpoints: { get: { cpu: { exponential: 5ms } } }
    scaler: ${scaler}
load:
  visitors: { rate: 20/s, to: web/get }
${more}`;

export const twoPolicies = "policies:\n  fixed: { scaler: none }\n  scaled: {}\n";
