/** What only a process of its own can show: pipes, signals, the working folder. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { binary, spawned, temporaryFolder, tiny } from "./harness.js";

const folder = temporaryFolder();
writeFileSync(join(folder, "tiny.yaml"), tiny());
mkdirSync(join(folder, "own"));
writeFileSync(
  join(folder, "own", "endless.ts"),
  `import { defineScaler } from "dryscale";
export default defineScaler({ name: "endless", summary: "", fields: {}, create: () => ({
  period: 15,
  desiredReplicas() { for (;;); },
}) });`,
);
writeFileSync(join(folder, "own", "broken.ts"), "\nthrow new Error('broken');\n");
for (const name of ["endless", "broken"])
  writeFileSync(join(folder, "own", `${name}.yaml`), tiny("", `{ use: ./${name}.ts }`));

interface Quit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts it, and sends signals so many milliseconds after it has begun to speak of its runs. */
function signalled(words: readonly string[], signals: readonly NodeJS.Signals[]): Promise<Quit> {
  const child = spawn(process.execPath, [binary, ...words], { cwd: folder });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => {
    stderr += text;
    if (!stderr.includes("Playing")) return;
    for (const [i, signal] of signals.entries()) setTimeout(() => child.kill(signal), 1000 + 300 * i);
  });
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

test("a scenario comes through a pipe as well", () => {
  const { status, stdout } = spawned(["validate", "-"], { cwd: folder, input: tiny() });
  expect([status, stdout]).toEqual([0, expect.stringContaining("stdin: valid: 1 service")]);
  const bad = spawned(["validate", "-"], { cwd: folder, input: tiny().replace("40s", "forty") });
  expect([bad.status, bad.stderr]).toEqual([3, expect.stringContaining("stdin:2:11 duration:")]);
});

test("a policy that fails when it is loaded is shown with its line", () => {
  const { status, stderr } = spawned(["run", "own/broken.yaml"], { cwd: folder });
  expect([status, stderr]).toEqual([3, expect.stringMatching(/^\.\/broken\.ts:2:7 Error: broken\n {4}2 \| throw/)]);
});

test("a reader that has seen enough is no error", async () => {
  const child = spawn("sh", [
    "-c",
    `"${process.execPath}" "${binary}" schema | head -c 10; "${process.execPath}" "${binary}" list policies | true`,
  ]);
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += text));
  const code = await new Promise((done) => child.on("close", done));
  expect([code, stderr]).toEqual([0, ""]);
});

test("a result that cannot be written is told", () => {
  if (!existsSync("/dev/full")) return;
  const { status, stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${binary}" schema > /dev/full`], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([4, "stdout: cannot be written: the disk is full\n"]);
});

test("Ctrl-C ends runs that would never end, and leaves no folder", async () => {
  const twoVariants = tiny("policies: { endless: {}, other: {} }\n", "{ use: ./endless.ts }");
  writeFileSync(join(folder, "own", "endless.yaml"), twoVariants);
  const { code, stdout, stderr } = await signalled(["run", "own/endless.yaml"], ["SIGINT"]);
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain("Interrupted: 0 of 2 runs are done. To play them all:\n  dryscale run own/endless.yaml");
  expect(readdirSync(folder)).not.toContain(".endless");
});

test("the command needs no other folder than the user's", () => {
  const { status, stdout, stderr } = spawned(["run", "tiny.yaml", "--quiet"], { cwd: folder });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).not.toBe("");
  expect(readdirSync(join(folder, "results"))).toEqual(["tiny"]);
});
