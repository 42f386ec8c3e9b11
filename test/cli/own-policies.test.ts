import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contents, dryscale, temporaryFolder, tiny } from "./harness.js";

const folder = temporaryFolder();

/** A policy whose answer is the given code. */
const answering = (answer: string): string => `import { defineScaler } from "dryscale";
interface Unused { readonly typed: boolean }
export default defineScaler({ name: "mine", summary: "", fields: {}, create: () => ({
  period: 15,
  desiredReplicas(view) { ${answer} },
}) });`;

/** Plays the tiny scenario under a policy in a file of its own. */
async function played(name: string, source: string, question: "run" | "validate" = "run") {
  const own = join(folder, name.replaceAll(/\W/g, "-"));
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "mine.ts"), source);
  writeFileSync(join(own, "tiny.yaml"), tiny("", "{ use: ./mine.ts, min: 1, max: 4 }"));
  const out = question === "run" ? ["--out", join(own, "out")] : [];
  const ended = await dryscale([question, join(own, "tiny.yaml"), "--no-progress", ...out]);
  return { ...ended, own };
}

describe("what a user's policy answers is checked, and its run says what was wrong", () => {
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    [
      "throws",
      "throw new RangeError('no idea')",
      /\.\/mine\.ts:5:33: desiredReplicas failed for service web at 15 s: RangeError: no idea/,
    ],
    [
      "throws a text",
      "throw 'no idea'",
      /\.\/mine\.ts: desiredReplicas failed for service web at 15 s: threw "no idea"/,
    ],
    ["a text", "return '3'", /desiredReplicas for service web at 15 s: expected a number of replicas .*, got "3"/],
    ["nothing", "", /expected a number of replicas \(or NaN for no opinion\), got nothing/],
    ["a promise", "return Promise.resolve(3)", /expected a number of replicas .* in replicas, got nothing/],
    ["no rule", "return { replicas: 3 }", /expected the name of a rule in rule, got nothing/],
    ["a bad reminder", "return { replicas: 3, rule: 'r', again: -1 }", /expected seconds, 0 or more, in again, got -1/],
    [
      "bad numbers",
      "return { replicas: 3, rule: 'r', seen: { a: 'b' } }",
      /expected names with numbers in seen, got \{"a":"b"\}/,
    ],
    ["ends the process", "process.exit(0)", /a policy may not end the process/],
  ];
  for (const [name, answer, message] of wrong) {
    test(`${name} ends with 4`, async () => {
      const { code, stdout, stderr } = await played(name, answering(answer));
      expect(stderr).toMatch(/2 runs failed \(as-written, replication 0; as-written, replication 1\):/);
      expect(stderr).toMatch(message);
      expect([code, stdout]).toEqual([4, ""]);
    });
  }
});

describe("what a user's policy may do", () => {
  const right: readonly (readonly [string, string])[] = [
    ["have no opinion", "return NaN"],
    ["ask for less than nothing, which the bounds mend", "return -3"],
    ["ask for more than there may be", "return Infinity"],
    ["give its reasons", "return { replicas: view.replicas, rule: 'stay', seen: { load: view.mean('cpu', 15) } }"],
    ["print, though not into the result", "console.log('hello'); return 2"],
  ];
  for (const [name, answer] of right) {
    test(name, async () => {
      const { code, stdout } = await played(name, answering(answer));
      expect(code).toBe(0);
      expect(stdout).not.toContain("hello");
    });
  }

  test("import a neighbour, itself in TypeScript", async () => {
    const own = join(folder, "import-a-neighbour");
    mkdirSync(own);
    writeFileSync(join(own, "number.ts"), "export const three: number = 3;");
    const { code, own: kept } = await played(
      "import a neighbour",
      `import { three } from "./number.ts";\n${answering("return three")}`,
    );
    expect(code).toBe(0);
    expect(contents(join(kept, "out"))["decisions.csv"]).toContain("./mine.ts");
  });
});

describe("a file that is no policy is refused with its place, and ends with 3", () => {
  const faults: readonly (readonly [string, string, RegExp])[] = [
    [
      "syntax error",
      "export default {\n  a: ;\n}",
      /^\.\/mine\.ts:2:6 syntax error: Unexpected token\n {4}2 \| {3}a: ;\n {6}\| {6}\^\n/,
    ],
    [
      "no default export",
      "export const policy = 1;",
      /tiny\.yaml:11:20 services\.web\.scaler\.use: \.\/mine\.ts cannot be loaded: .*it exports policy\n/,
    ],
    ["nothing exported", "const a = 1;", /cannot be loaded: .*it exports nothing/],
    ["a wrong export", "export default 42;", /expected a file that exports a scaler by default, got 42/],
    ["another package", "import x from 'left-pad';\nexport default x;", /cannot import "left-pad": there is dryscale/],
    ["a missing name", "import { x } from 'dryscale';\nexport default x;", /does not provide an export named 'x'/],
    ["no period", answering("").replace("period: 15,", ""), /expected a period above 0 s, got nothing/],
    ["a period of nothing", answering("").replace("15", "0"), /expected a period above 0 s, got 0/],
    [
      "no answer",
      "import { defineScaler } from 'dryscale';\nexport default defineScaler({ name: 'm', summary: '', fields: {}, create: () => ({ period: 1 }) });",
      /expected a scaler, got a policy without desiredReplicas/,
    ],
    ["imports itself", "import './mine.ts';\nexport default 1;", /imports itself/],
  ];
  for (const [name, source, message] of faults) {
    test(name, async () => {
      const { code, stdout, stderr } = await played(name, source, "validate");
      expect(stderr).toMatch(message);
      expect([code, stdout]).toEqual([3, ""]);
    });
  }

  test("a missing file, beside the scenario's other faults", async () => {
    const file = join(folder, "missing.yaml");
    writeFileSync(file, tiny("", "{ use: ./nowhere.ts }").replace("20/s", "fast"));
    const { code, stderr } = await dryscale(["validate", file]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/\.\/nowhere\.ts cannot be loaded: there is no such file/);
    expect(stderr).toMatch(/load\.visitors\.rate/);
    expect(stderr).toMatch(/2 faults/);
  });
});

test("a policy that fails in some runs costs those runs alone", async () => {
  const source = answering("if (++asked > 2) throw new Error('tired'); return 2");
  // One variant has the faulty scaler, the other has none.
  const own = join(folder, "some");
  mkdirSync(own);
  writeFileSync(join(own, "mine.ts"), `let asked = 0;\n${source}`);
  writeFileSync(join(own, "tiny.yaml"), tiny("policies:\n  fixed: { scaler: none }\n  own: {}\n", "./mine.ts"));
  const { code, stdout, stderr } = await dryscale(["compare", join(own, "tiny.yaml"), "--out", join(own, "out")]);
  expect(code).toBe(4);
  expect(stderr).toMatch(/failed \(own, replication/);
  expect(stdout).toContain("fixed");
  expect(JSON.parse(contents(join(own, "out"))["manifest.json"])).toMatchObject({ complete: false });
});

test("a trace that turns out wrong while it is played ends with 3 and its line", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${i === 30 ? "many" : 20}`).join("\n");
  writeFileSync(join(folder, "trace.csv"), `second,requests\n${rows}\n`);
  const file = join(folder, "trace.yaml");
  const trace = "trace: { file: trace.csv, format: counts, interval: 1s }, to: web/get";
  writeFileSync(file, tiny().replace("rate: 20/s, to: web/get", trace));
  const { code, stderr } = await dryscale(["run", file, "--out", join(folder, "trace-out")]);
  expect(stderr).toMatch(/trace\.csv:32: .*many/);
  expect(code).toBe(3);
});
