import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type * as KeepModule from "../../src/cli/keep.js";
import { built, contents, dryscale, type Ended, spawned, temporaryFolder, tiny, twoPolicies } from "./harness.js";

const { folderName, keep } = await built<typeof KeepModule>("cli/keep.js");
const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);
writeFileSync(at("tiny.yaml"), tiny(twoPolicies));

const FILES = [
  "decisions.csv",
  "manifest.json",
  "outcomes.csv",
  "report.html",
  "scenario.yaml",
  "series.csv",
  "summary.json",
];

const compare = (out: string, more = ""): Promise<Ended> =>
  dryscale(`compare ${at("tiny.yaml")} --out ${at(out)}${more === "" ? "" : ` ${more}`}`);

const manifestOf = (out: string) =>
  JSON.parse(readFileSync(at(out, "manifest.json"), "utf8")) as Record<string, unknown>;

describe("same scenario and seed, same bytes", () => {
  test("twice, with one worker and with two, through the real command", () => {
    for (const [out, workers] of [
      ["one", "1"],
      ["two", "2"],
      ["again", "2"],
    ]) {
      const { status, stderr } = spawned(["compare", "tiny.yaml", "--out", out, "--workers", workers], { cwd: folder });
      expect([status, stderr]).toEqual([0, expect.stringContaining("Results: ")]);
    }
    const one = contents(at("one"));
    expect(Object.keys(one)).toEqual(FILES);
    for (const other of ["two", "again"]) {
      for (const [name, text] of Object.entries(contents(at(other)))) expect(text === one[name], name).toBe(true);
      expect(Object.keys(contents(at(other)))).toEqual(FILES);
    }
  });

  test("another seed gives others", async () => {
    await compare("seed-1");
    await compare("seed-2", "--seed 2");
    expect(contents(at("seed-2"))["outcomes.csv"]).not.toBe(contents(at("seed-1"))["outcomes.csv"]);
  });
});

test("what the command line says otherwise is in the manifest and in the kept scenario", async () => {
  await compare("overridden", "--seed 77 --replications 3 --duration 20s --warmup 1s --policies scaled");
  expect(manifestOf("overridden")).toMatchObject({ seed: 77, replications: 3, policies: ["scaled"], complete: true });
  const again = await dryscale(
    `compare ${at("overridden", "scenario.yaml")} --policies scaled --out ${at("replayed")}`,
  );
  expect(again.code).toBe(0);
  expect(contents(at("replayed"))["outcomes.csv"]).toBe(contents(at("overridden"))["outcomes.csv"]);
});

describe("results are never overwritten silently", () => {
  test("the same results take the place of the same", async () => {
    await compare("same");
    const before = contents(at("same"));
    const { code } = await compare("same");
    expect(code).toBe(0);
    expect(contents(at("same"))).toEqual(before);
    expect(existsSync(at("same-2"))).toBe(false);
  });

  test("a folder that the user named is refused before anything is played, unless forced", async () => {
    await compare("named");
    const refused = await compare("named", "--seed 5");
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/--out: .*named holds other results; choose another folder, or add --force/);
    expect(manifestOf("named")).toMatchObject({ seed: 1 });
    expect((await compare("named", "--seed 5 --force")).code).toBe(0);
    expect(manifestOf("named")).toMatchObject({ seed: 5 });
  });

  test("files that are no results are not replaced by any means", async () => {
    mkdirSync(at("photos"));
    writeFileSync(at("photos", "cat.jpg"), "cat");
    const { code, stderr } = await compare("photos", "--force");
    expect([code, stderr]).toEqual([2, expect.stringContaining("holds files that are no results")]);
    expect(readdirSync(at("photos"))).toEqual(["cat.jpg"]);
  });

  test("by default other results get the next free name, which is told", () => {
    const play = (seed: string) =>
      spawned(["run", "tiny.yaml", "--workers", "1", "--seed", seed], { cwd: folder }).stderr;
    expect(play("1")).toContain("Results: results/tiny\n");
    expect(play("2")).toContain("results/tiny holds other results, so these are in results/tiny-2.");
    expect(play("2")).toContain("Results: results/tiny-2\n");
  });
});

describe("no folder is left half written", () => {
  const wanted = (out: string) => ({ folder: at(out), named: true, force: false, isSame: () => false });
  const files = { "a.csv": "1", "manifest.json": "{}" };

  test("when the disk is full", () => {
    const full = (): never => {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    };
    expect(() => keep(files, wanted("full"), full)).toThrow(/full: the results cannot be kept: the disk is full/);
    expect(readdirSync(folder).filter((name) => name.includes("full"))).toEqual([]);
  });

  test("and what a killed process left is taken away by the next", () => {
    // No process has this number: Linux counts to 4194304 at most.
    mkdirSync(at(".swept.99999999.partial"));
    mkdirSync(at(`.swept.${process.ppid}.partial`));
    expect(keep(files, wanted("swept"))).toBe(at("swept"));
    expect(readdirSync(folder).filter((name) => name.startsWith(".swept"))).toEqual([`.swept.${process.ppid}.partial`]);
    expect(contents(at("swept"))).toEqual(files);
  });

  test("when a real disk is full: the answer is shown, the code is 4", async () => {
    const disk = at("disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      return; // Only root may mount; the test above does without.
    }
    try {
      const words = `run ${at("tiny.yaml")} --policy fixed --out ${join(disk, "out")}`;
      const { code, stdout, stderr } = await dryscale(words);
      expect([code, stderr]).toEqual([4, expect.stringContaining("the results cannot be kept: the disk is full")]);
      expect(stdout).toContain("latency");
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  test("a path that leads through a file is refused before anything is played", async () => {
    const { code, stdout, stderr } = await compare("tiny.yaml/out");
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(/no results can be kept there/);
  });
});

test("a scenario's name becomes a folder's, whatever is in it", () => {
  expect(["shop", "My shop / 2", "../../etc", "größer", "...", "a\nb"].map(folderName)).toEqual([
    "shop",
    "My-shop-2",
    "etc",
    "größer",
    "scenario",
    "a-b",
  ]);
});

describe("an interruption", () => {
  test("keeps what is done and says how to do the rest", async () => {
    const words = ["compare", at("tiny.yaml"), "--replications", "200", "--workers", "1", "--out", at("part")];
    const { code, stderr } = await dryscale(words, { interruptAt: "3 of 400 runs done" });
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /Interrupted: \d+ of 400 runs are done\. To play them all:\n {2}dryscale compare .* --replications 200/,
    );
    const done = Number(/Interrupted: (\d+)/.exec(stderr)![1]);
    expect(done).toBeGreaterThanOrEqual(3);
    expect(manifestOf("part")).toMatchObject({ complete: false });
    expect(contents(at("part"))["outcomes.csv"].trim().split("\n")).toHaveLength(done + 1);
  });

  test("before the first run is done leaves nothing behind", async () => {
    const { code, stdout, stderr } = await dryscale(`compare ${at("tiny.yaml")} --out ${at("never")}`, {
      interruptAt: "",
    });
    expect([code, stdout, existsSync(at("never"))]).toEqual([130, "", false]);
    expect(stderr).toContain("nothing was written");
  });
});

describe("report", () => {
  test("prints kept results again, and draws the same page", async () => {
    const first = await compare("kept");
    const page = contents(at("kept"))["report.html"];
    writeFileSync(at("kept", "report.html"), "torn");
    const { code, stdout } = await dryscale(`report ${at("kept")}`);
    expect([code, stdout]).toEqual([0, first.stdout]);
    expect(contents(at("kept"))["report.html"]).toBe(page);
    expect(Object.keys(contents(at("kept")))).toEqual(FILES);
  });

  test.each(["json", "csv", "markdown"])("prints them as %s, too", async (format) => {
    const first = await compare(`as-${format}`, `--format ${format}`);
    expect(first.code).toBe(0);
    expect((await dryscale(`report ${at(`as-${format}`)} --format ${format}`)).stdout).toBe(first.stdout);
    if (format === "json") expect(JSON.parse(first.stdout)).toMatchObject({ scenario: "tiny", seed: 1 });
    if (format === "csv") expect(first.stdout.trim().split("\n")).toHaveLength(1 + 2 * 2);
    if (format === "markdown") expect(first.stdout).toMatch(/^## tiny\n\n\| {2}\| fixed \| scaled \|\n/);
  });

  test.each([
    ["nowhere", (_: string) => {}, /nowhere\/manifest\.json: cannot be read: there is no such file/],
    ["torn", (out: string) => writeFileSync(join(out, "summary.json"), "{"), /summary\.json: expected JSON/],
    ["newer", (out: string) => writeFileSync(join(out, "manifest.json"), '{"schemaVersion":9}'), /a newer dryscale/],
    ["empty", (out: string) => writeFileSync(join(out, "series.csv"), ""), /series\.csv:1: expected columns/],
  ])("refuses a folder that is %s", async (out, damage, message) => {
    if (out !== "nowhere") await compare(out);
    damage(at(out));
    const { code, stderr } = await dryscale(`report ${at(out)}`);
    expect([code, stderr]).toEqual([3, expect.stringMatching(message)]);
  });
});

test("colours are for terminals, and NO_COLOR and --no-color are heard", async () => {
  const dressed = "\u001B[";
  const run = (name: string, more: readonly string[], env = {}, isTTY = true) =>
    dryscale(["run", at("tiny.yaml"), "--no-progress", "--out", at(name), ...more], { isTTY, env });
  expect((await run("c1", [])).stdout).toContain(dressed);
  expect((await run("c2", ["--no-color"])).stdout).not.toContain(dressed);
  expect((await run("c3", [], { NO_COLOR: "1" })).stdout).not.toContain(dressed);
  expect((await run("c4", [], {}, false)).stdout).not.toContain(dressed);
  expect((await run("c5", ["--json"])).stdout).not.toContain(dressed);
});

test("on a terminal, progress is one line that is rewritten and taken away", async () => {
  const { stderr } = await dryscale(`run ${at("tiny.yaml")} --out ${at("tty")}`, { isTTY: true });
  const [progress, rest] = stderr.split("Results: ");
  expect(progress).toContain("1 of 2 runs done");
  expect(progress).toContain("\u001B[2K"); // the line erased
  expect(rest).not.toContain("runs done");
});

test("progress goes to stderr, and goes when asked", async () => {
  const run = (name: string, more: string) => dryscale(`run ${at("tiny.yaml")} --out ${at(name)}${more}`);
  expect((await run("p1", "")).stderr).toMatch(/\d of 2 runs done, \d+ s/);
  expect((await run("p2", " --no-progress")).stderr).not.toContain("runs done");
  expect((await run("p3", " --quiet")).stderr).toBe("");
});
