/** The style guide's rules that a machine can check. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((file) => /^(src|test|bench|lab|conformance|docs|scenarios)\/.*\.(ts|mjs)$/.test(file));
const sources = tracked.filter((file) => file.startsWith("src/"));
const linesOf = (file: string): readonly string[] => readFileSync(file, "utf8").split("\n");

test("the check sees the whole tree", () => {
  expect(sources.length).toBeGreaterThan(60);
});

test("files are at most 300 lines long", () => {
  const long = tracked.map((file) => [file, linesOf(file).length - 1] as const).filter(([, lines]) => lines > 300);
  expect(long).toEqual([]);
});

test("a source file begins by saying what it is, or with the thing itself documented", () => {
  const silent = sources.filter((file) => !readFileSync(file, "utf8").includes("/**"));
  expect(silent).toEqual([]);
});

test("names say what a thing is", () => {
  const vague = sources.filter((file) =>
    /\b(class|function|interface|type)\s+\w*(Manager|Helper|Utils?|Processor|Impl)\b/.test(readFileSync(file, "utf8")),
  );
  expect(vague).toEqual([]);
  expect(sources.filter((file) => /(util|helper|common|constants|misc)s?\.ts$/.test(file))).toEqual([]);
});

test("nothing is left unfinished, skipped or switched off", () => {
  const marks = /\bTODO\b|\bFIXME\b|\bXXX\b|@ts-ignore|@ts-nocheck|\b(test|it|describe)\.(only|todo|skip)\(/;
  const found = tracked
    .filter((file) => file !== "test/style.test.ts")
    .flatMap((file) =>
      linesOf(file).flatMap((line, i) => (marks.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
});

test("types are not talked out of", () => {
  const found = sources.flatMap((file) =>
    linesOf(file).flatMap((line, i) =>
      /\bas any\b|: any\b|<any>/.test(line.replace(/^\s*(\*|\/\/).*/, "")) ? [`${file}:${i + 1}`] : [],
    ),
  );
  expect(found).toEqual([]);
});
