import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type * as InitModule from "../../src/cli/commands/init.js";
import type * as ExitModule from "../../src/cli/exit.js";
import { built, dryscale, temporaryFolder, tiny, twoPolicies } from "./harness.js";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("tiny.yaml"), tiny(twoPolicies));
writeFileSync(at("bad.yaml"), tiny().replace("20/s", "20 fish").replace("use: hpa", "use: hpaa"));
writeFileSync(at("strict.yaml"), tiny(twoPolicies).replace("latency: 1s", "latency: 1us"));
const T = at("tiny.yaml");

/** What is typed (FOLDER is a temporary folder), the exit code, and what stdout and stderr hold; "" is nothing at all. */
const lines: readonly (readonly [words: string, code: number, stdout: string | RegExp, stderr: string | RegExp])[] = [
  ["", 2, "", /expected a command: demo, init, .*\nTry: dryscale demo/],
  ["--version", 0, /^\d+\.\d+\.\d+\n$/, ""],
  ["-V", 0, /^\d+\.\d+\.\d+\n$/, ""],
  ["--help", 0, /Exit codes:\n +0 {2}done/, ""],
  ["run --help", 0, /^dryscale run <file>[\s\S]*--replications/, ""],
  ["comapre x", 2, "", /no command named "comapre".*did you mean compare\?/],
  ["frobnicate", 2, "", /no command named "frobnicate"; there are demo, init/],
  ["run", 2, "", /expected dryscale run <file>, got no file/],
  [`run ${T} --polciy fixed`, 2, "", /run has no flag --polciy; did you mean --policy\?/],
  [`run ${T} --Policy fixed`, 2, "", /run has no flag --Policy; did you mean --policy\?/],
  [`run ${T} --xyzzyx`, 2, "", /run has no flag --xyzzyx\n$/],
  [`run ${T} -x`, 2, "", /run has no flag -x/],
  [`run ${T} again.yaml`, 2, "", /dryscale run <file>: unexpected "again\.yaml"/],
  [`run ${T} --policy fixd`, 2, "", /--policy: no policy named "fixd"; there are fixed, scaled; did you mean fixed\?/],
  [`compare ${T} --policies fixed,`, 2, "", /--policies: expected names with commas, got "fixed,"/],
  [`run ${T} --seed`, 2, "", /--seed: expected a value, got none/],
  [`run ${T} --seed -1`, 2, "", /--seed: expected a whole number from 0 to 1000000000000000, got "-1"/],
  [`run ${T} --seed 1.5`, 2, "", /--seed: expected a whole number .* got "1\.5"/],
  [`run ${T} --seed 1e3`, 2, "", /--seed: expected a whole number .* got "1e3"/],
  [`run ${T} --seed 99999999999999999999`, 2, "", /--seed: expected a whole number/],
  [`run ${T} --seed 1 --seed 2`, 2, "", /--seed: expected one value, got 1 and 2/],
  [`run ${T} --replications 0`, 2, "", /--replications: expected a whole number from 1 to 10000, got "0"/],
  [`run ${T} --replications 10001`, 2, "", /--replications: expected a whole number from 1 to 10000/],
  [`run ${T} --workers 0`, 2, "", /--workers: expected a whole number from 1 to 256, got "0"/],
  [`run ${T} --duration 5`, 2, "", /--duration: expected a duration like "10m", above 0s, up to 366d, got "5"/],
  [`run ${T} --duration 0s`, 2, "", /--duration: expected a duration/],
  [`run ${T} --duration 400d`, 2, "", /--duration: expected a duration/],
  [`run ${T} --warmup -1s`, 2, "", /--warmup: expected a duration like "10m", from 0s to 366d, got "-1s"/],
  [
    `run ${T} --format tabel`,
    2,
    "",
    /--format: expected one of table, json, csv, markdown, got "tabel"; did you mean table\?/,
  ],
  [`run ${T} --json --format csv`, 2, "", /--json and --format csv exclude each other/],
  [`validate ${T} --format csv`, 2, "", /--format: expected one of table, json, got "csv"/],
  [`validate ${T} --seed 1`, 2, "", /validate plays nothing, so --seed has no meaning/],
  ["list polcies", 2, "", /expected policies, scenarios, instances, measures, got "polcies"; did you mean policies\?/],
  ["run -- -odd.yaml", 3, "", /-odd\.yaml: cannot be read/],
  ["run FOLDER/none.yaml", 3, "", /none\.yaml: cannot be read: there is no such file/],
  ["run FOLDER", 3, "", /cannot be read: it is a folder/],
  [
    "run FOLDER/bad.yaml",
    3,
    "",
    /bad\.yaml:11:20 .*hpaa.*did you mean "hpa"\?\n.*\n.*\^\^\^\^\n\n.*bad\.yaml:13:21 .*\n.*\n.*\^+\n\n2 faults\n$/,
  ],
  ["validate FOLDER/bad.yaml", 3, "", /2 faults/],
  [
    "validate FOLDER/bad.yaml FOLDER/tiny.yaml",
    3,
    /tiny\.yaml: valid: 1 service, 1 endpoint, 1 load, 2 policies, 1 objective\n$/,
    /bad/,
  ],
  ["validate FOLDER/tiny.yaml FOLDER/strict.yaml", 0, /tiny.yaml: valid.*\n.*strict\.yaml: valid/, ""],
  ["validate FOLDER/tiny.yaml --quiet", 0, /valid/, ""],
  ["schema", 0, /^\{\n {2}"\$schema"/, ""],
  ["list", 0, /scaler hpa .*\n[\s\S]*m5\.large[\s\S]*latency\.p90/, /More: dryscale list policies/],
  ["list policies", 0, /stabilization +5m +A scale-down/, ""],
  [
    "list instances --format csv",
    0,
    /^type,provider,region,vCPU,GiB,USD\/h\nt3\.medium,aws,us-east-1,2,4,0\.0416\n/,
    "",
  ],
  ["list scenarios --format markdown", 0, /\| scenario \| says \|\n\| --- \| --- \|\n/, ""],
  ["completion", 0, /_dryscale_yargs_completions/, ""],
];

describe("a command line ends with its code, and says what it says on the right stream", () => {
  for (const [words, code, stdout, stderr] of lines) {
    test(`dryscale ${words.replaceAll(`${folder}/`, "")}`, async () => {
      const typed = words.replaceAll("FOLDER", folder);
      const ended = await dryscale(typed === "" ? [] : typed);
      for (const [said, expected] of [
        [ended.stdout, stdout],
        [ended.stderr, stderr],
      ] as const) {
        if (typeof expected === "string") expect(said).toBe(expected);
        else expect(said).toMatch(expected);
      }
      expect(ended.code).toBe(code);
    });
  }
});

test("the exit code of run says whether its policy kept the objectives", async () => {
  expect((await dryscale(`run ${T} --quiet --out ${at("kept")}`)).code).toBe(0);
  expect((await dryscale(`run ${at("strict.yaml")} --quiet --out ${at("missed")}`)).code).toBe(99);
});

test("compare fails for missed objectives only when told to", async () => {
  const strict = at("strict.yaml");
  expect((await dryscale(`compare ${strict} --quiet --out ${at("c1")}`)).code).toBe(0);
  expect((await dryscale(`compare ${strict} --quiet --out ${at("c2")} --fail-on-slo`)).code).toBe(99);
  expect((await dryscale(`compare ${T} --quiet --out ${at("c3")} --fail-on-slo`)).code).toBe(0);
});

test("validate --json tells complaints to programs", async () => {
  const { code, stdout } = await dryscale(`validate ${at("bad.yaml")} ${T} --json`);
  const [bad, good] = JSON.parse(stdout) as { valid: boolean; complaints: { line: number; suggestion?: string }[] }[];
  expect(code).toBe(3);
  expect(bad.valid).toBe(false);
  expect(bad.complaints).toMatchObject([
    { line: 11, column: 20, suggestion: "hpa" },
    { line: 13, column: 21 },
  ]);
  expect(good).toMatchObject({ valid: true, complaints: [], warnings: [] });
});

test("init writes a scenario that is valid and says the same as the minimal one", async () => {
  const file = at("new/mine.yaml");
  const { code, stdout, stderr } = await dryscale(`init ${file}`);
  expect([code, stdout]).toEqual([0, `${file} is written.\n`]);
  expect(stderr).toContain(`dryscale run ${file}`);
  expect(readFileSync(file, "utf8")).toMatch(/^# yaml-language-server: \$schema=/);
  expect((await dryscale(`validate ${file}`)).code).toBe(0);
  const { STARTER } = await built<typeof InitModule>("cli/commands/init.js");
  expect(parse(STARTER)).toEqual(parse(readFileSync("scenarios/minimal.yaml", "utf8")));
});

test("init replaces a file only when told to", async () => {
  const file = at("precious.yaml");
  writeFileSync(file, "mine");
  const refused = await dryscale(`init ${file}`);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("is there already")]);
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect((await dryscale(`init ${file} --force`)).code).toBe(0);
  expect(readFileSync(file, "utf8")).toContain("services:");
});

test("a bug of ours ends with 1, its stack and a request to report it", async () => {
  const { verdictOn } = await built<typeof ExitModule>("cli/exit.js");
  const { code, text } = verdictOn(new TypeError("of undefined"));
  expect(code).toBe(1);
  expect(text).toMatch(/bug of dryscale \d.*Please report it[\s\S]*TypeError: of undefined\n {4}at /);
});

test("completion knows commands and flags", async () => {
  const { stdout } = await dryscale("--get-yargs-completions dryscale run --");
  expect(stdout.split("\n")).toEqual(expect.arrayContaining(["--policy", "--replications", "--seed"]));
});
