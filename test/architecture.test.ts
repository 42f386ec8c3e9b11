/** Layers, lowest first. A file may import from its own folder and from lower ones, never from higher. */
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

const layers = [
  "units.ts",
  "kernel",
  "measure",
  "workload",
  "controllers",
  "policy",
  "catalogue",
  "model",
  "scenario",
  "experiment",
  "report",
  "cli",
  "cli.ts",
];
/** The library's front door: it may import from everywhere below the commands, and does nothing but export. */
const frontDoor = "index.ts";
const firstWithNode = layers.indexOf("experiment");

const root = resolve("src");
const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");
const layerOf = (file: string): number => layers.indexOf(file.split(sep)[0]);

function importsOf(file: string): readonly string[] {
  return [...textOf(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, target]) => target);
}

/** A relative import as a path below src. */
const targetOf = (file: string, target: string): string =>
  relative(root, resolve(root, dirname(file), target.replace(/\.js$/, ".ts")));

test("the check sees the whole tree", () => {
  expect(files.length).toBeGreaterThan(60);
  expect(files.flatMap(importsOf).length).toBeGreaterThan(200);
});

describe("imports point down", () => {
  for (const file of files.filter((one) => one !== frontDoor)) {
    test(file, () => {
      expect(layerOf(file), `${file} is in no layer; add its folder to the list`).not.toBe(-1);
      for (const target of importsOf(file).filter((one) => one.startsWith("."))) {
        const imported = targetOf(file, target);
        const message = `${file} imports ${target}: ${layers[layerOf(file)]} may not know ${imported}`;
        // The user's policies import the front door by the package's name; only the loader may know where it lies.
        expect(layerOf(imported), message).toBeLessThanOrEqual(layerOf(file));
        expect(layerOf(imported), message).not.toBe(-1);
      }
    });
  }
});

describe("the core runs anywhere", () => {
  const core = files.filter((file) => file === frontDoor || layerOf(file) < firstWithNode);
  const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
  for (const file of core.filter((one) => one !== frontDoor)) {
    test(`${file} imports no Node module, and knows no clock and no chance of its own`, () => {
      expect(importsOf(file).filter((target) => builtin.has(target))).toEqual([]);
      const code = textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect(code).not.toMatch(
        /Math\.random|Date\.now|new Date\(\)|performance\.now|process\.(env|argv|exit|std|memoryUsage|hrtime|cwd|platform)/,
      );
    });
  }
});

test("policies know of the kernel nothing but random streams", () => {
  for (const file of files.filter((one) => one.startsWith("policy"))) {
    for (const target of importsOf(file).filter((one) => one.includes("/kernel/"))) {
      expect(target, file).toMatch(/kernel\/random\.js$/);
    }
  }
});

test("only the commands print or exit", () => {
  for (const file of files.filter((one) => !one.startsWith("cli"))) {
    const code = textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(code, file).not.toMatch(/\bconsole\.|process\.(exit|stdout|stderr)/);
  }
});

test("only the fleet changes a pod's phase", () => {
  for (const file of files.filter((one) => one.startsWith("model"))) {
    if (file.endsWith("fleet.ts")) continue;
    expect(textOf(file), file).not.toMatch(/pods\.phase\[\w+\] = /);
  }
});

test("only control asks a scaler, and only provisioning a provisioner", () => {
  for (const file of files.filter((one) => one.startsWith("model"))) {
    if (!file.endsWith("control.ts")) expect(textOf(file), file).not.toMatch(/\.desiredReplicas\(/);
    if (!file.endsWith("provisioning.ts")) expect(textOf(file), file).not.toMatch(/provisioner!?\.plan\(/);
  }
});
