/** The editors' schema says the same as the reader, and every-field.yaml shows every field with its default. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { instanceTypes } from "../../src/catalogue/instances.js";
import type { WorldSpec } from "../../src/model/spec.js";
import { scalers } from "../../src/policy/scaler/index.js";
import { type ReadOptions, readScenario } from "../../src/scenario/read.js";
import { jsonSchema } from "../../src/scenario/schema.js";

type Schema = Readonly<Record<string, unknown>> & {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
};
type Map = Record<string, unknown>;

const schema = jsonSchema() as Schema;
const folder = path.join(import.meta.dirname, "../../scenarios");
const files = fs.readdirSync(folder).filter((file) => file.endsWith(".yaml"));
const text = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
const read = (content: string, options: Partial<ReadOptions> = {}) =>
  readScenario(content, { name: "test.yaml", ...options });
const isMap = (data: unknown): data is Map => typeof data === "object" && data !== null && !Array.isArray(data);
/** A reference with what it refers to; what stands beside it counts first. */
function resolve({ $ref, ...own }: Schema): Schema {
  return $ref === undefined ? own : { ...resolve(schema.$defs![$ref.split("/").at(-1)!]), ...own };
}

describe("every scenario", () => {
  test.each(files)("%s is read without a complaint or a warning, and every policy has a world", (file) => {
    const { scenario, warnings } = read(text(file));
    expect(warnings).toEqual([]);
    for (const policy of scenario.policies) expect(scenario.world(policy).services.length).toBeGreaterThan(0);
  });

  // zod reads the schema back: another implementation of JSON Schema than the shapes it was made from.
  const editor = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  test.each(files)("%s satisfies the editors' schema", (file) => {
    expect(editor.safeParse(parse(text(file)))).toMatchObject({ success: true });
  });

  test.each([
    ["an unknown section", { polices: {} }],
    ["an unknown field of a service", { services: { web: { endpoints: { get: [] }, replica: 3 } } }],
    ["a step that is none", { services: { web: { endpoints: { get: [{ cpus: "5ms" }] } } } }],
    ["an unknown field of a policy", { policies: { hpa: { scaler: { use: "hpa", targets: "60%" } } } }],
  ])("the editors' schema refuses %s", (_, wrong) => {
    const good = parse(text("minimal.yaml"));
    expect(editor.safeParse(good).success).toBe(true);
    expect(editor.safeParse({ ...good, ...wrong }).success).toBe(false);
  });
});

describe("the editors' schema", () => {
  test("names policies, instance types and defaults", () => {
    const everything = JSON.stringify(schema);
    for (const { name } of scalers) expect(everything).toContain(`"const":"${name}"`);
    for (const type of instanceTypes) expect(everything).toContain(`"${type}"`);
    expect(schema.properties!.duration).toMatchObject({ default: "10m" });
  });

  test("has a sentence for every field", () => {
    const without: string[] = [];
    const look = (given: unknown, where: string): void => {
      if (Array.isArray(given)) for (const [i, entry] of given.entries()) look(entry, `${where}[${i}]`);
      if (!isMap(given)) return;
      for (const [name, field] of Object.entries((given.properties ?? {}) as Map)) {
        const { description } = resolve(field as Schema) as { description?: string };
        if (description === undefined && !("const" in (field as Map))) without.push(`${where}.${name}`);
      }
      for (const [key, value] of Object.entries(given)) look(value, `${where}.${key}`);
    };
    look(schema, "");
    expect(without.filter((field) => !OBVIOUS.some((known) => field.endsWith(known)))).toEqual([]);
  });
});

/** Fields whose name and unit are the whole sentence: the parameters of profiles and distributions. */
const OBVIOUS = [
  ".from .to .end .at .rate .mean .amplitude .period .phase .base .peak .duration .every .rise .hold .decay .ramp",
  ".k .cv .scale .power .low .high .alpha .exponential .lognormal .uniform .gamma .erlang .hyperexponential .weibull",
  ".pareto .empirical .geometric .replicas",
].flatMap((line) => line.split(" "));

describe("every-field.yaml", () => {
  const whole = parse(text("every-field.yaml"), { merge: true }) as Map;

  test("shows every field but those of policies", () => {
    const shown = new Set<string>();
    const all = new Set<string>();
    const look = (given: Schema, data: unknown, where: string): void => {
      const at = resolve(given);
      // A definition is one and the same wherever it is used.
      const name = given.$ref ?? where;
      if (at.anyOf !== undefined) {
        for (const [i, way] of at.anyOf.entries()) if (fits(resolve(way), data)) look(way, data, `${name}|${i}`);
        return;
      }
      if (Array.isArray(data)) for (const entry of data) look(at.items ?? {}, entry, `${name}[]`);
      if (!isMap(data)) return;
      for (const field of Object.keys(at.properties ?? {})) all.add(`${name}.${field}`);
      for (const [key, value] of Object.entries(data)) {
        const field = at.properties?.[key];
        if (field !== undefined) shown.add(`${name}.${key}`);
        if (field === undefined) look((at.additionalProperties || {}) as Schema, value, `${name}.*`);
        else if (!POLICIES.includes(key)) look(field, value, `${name}.${key}`);
      }
    };
    look(schema, whole, "");
    expect(all.size).toBeGreaterThan(100);
    // Of the two ways to say what is called, each kind of load shows one; limits in a quota would forbid pods without limits.
    const elsewhere = /^\.load\.\*\|\d\.mix$|^\.quota\.hard\.limits\./;
    const hidden = [...all].filter((field) => !shown.has(field) && !elsewhere.test(field));
    expect(hidden).toEqual([]);
  });

  test("shows every default as it is", () => {
    const others: string[] = [];
    eachDefault(schema, whole, "", (where, given, fallback) => {
      if (!where.startsWith(".policies") && !SHOWN_OTHERWISE.includes(where) && !sameData(given, fallback))
        others.push(`${where}: ${JSON.stringify(given)} instead of ${JSON.stringify(fallback)}`);
    });
    expect(others).toEqual([]);
  });

  test("is the same scenario without its defaults", () => {
    const bare = structuredClone(whole);
    let left = 0;
    eachDefault(schema, bare, "", (_, given, fallback, leaveOut) => {
      if (!sameData(given, fallback)) return;
      leaveOut();
      left++;
    });
    expect(left).toBeGreaterThan(20);
    // Defaults that hang on other fields, or are the whole of a field.
    const web = (bare.services as Record<string, Map>).web;
    for (const field of ["replicas", "cpu", "memory", "scaler", "sizer", "balancer", "hop"]) delete web[field];
    const cluster = bare.cluster as Record<string, Record<string, Map>>;
    for (const field of ["min", "max", "count"]) delete cluster.nodes.general[field];
    delete (cluster as Map).provisioner;
    const one = read(text("every-field.yaml"), { openTrace }).scenario;
    const other = read(stringify(bare), { openTrace }).scenario;
    expect(JSON.stringify({ ...other, traces: one.traces })).toBe(JSON.stringify(one));
    for (const policy of one.policies) {
      expect(plain(other.world(policy))).toEqual(plain(one.world(policy)));
      expect(firstArrivals(other.world(policy))).toEqual(firstArrivals(one.world(policy)));
    }
  });
});

/** Sections whose fields are the policies' own. */
const POLICIES = ["scaler", "sizer", "provisioner", "scheduler", "balancer"];

/** Where every-field.yaml shows something else beside the default, which it shows elsewhere. */
const SHOWN_OTHERWISE = [
  ".slo",
  ".services.web.concurrency",
  ".services.store.concurrency",
  ".services.store.kind",
  ".jobs.cleanup.completionMode",
  ".load.burst.batch",
  ".load.ramp.arrivals",
  ".load.steps.arrivals",
  ".load.wave.arrivals",
  ".load.burst.arrivals",
  ".load.modulated.arrivals",
  ".routes.shop.rules[].retries.on",
  ".load.replayed.trace.scale",
  ".name",
  ".faults",
  ".faults[].nodeLoss.silent",
  ".faults[].nodeLoss.nodes",
  ".faults[].zoneLoss.silent",
  ".faults[].brownOut.times",
  ".faults[].network.loss",
  ".network.zones.pairs",
  ".cluster.nodes.own.zones",
];

const openTrace = (name: string) => {
  const pieces = /outages/.test(name)
    ? ["begin,end\n8m,9m\n"]
    : ["minute,requests\n1998-06-30 00:00,20000\n1998-06-30 00:01,20000\n"];
  return { name, read: () => pieces.shift() };
};

const firstArrivals = ({ loads }: WorldSpec): unknown =>
  loads.map((load) => {
    if (load.kind === "closed") return load.name;
    const arrivals = load.arrivals(1);
    return Array.from({ length: 10 }, () => arrivals.next());
  });

/** Functions have no text; two worlds made from the same fields have the same ones. */
const plain = (world: unknown): unknown =>
  JSON.parse(JSON.stringify(world, (_, value) => (value === Infinity ? "unlimited" : value)));

const sameData = (one: unknown, other: unknown): boolean => {
  if (isMap(other)) return isMap(one) && Object.entries(other).every(([key, value]) => sameData(one[key], value));
  return JSON.stringify(one) === JSON.stringify(other);
};

/** Whether this way to write a value is that of the data, by its keys. */
const fits = (way: Schema, data: unknown): boolean => {
  if (way.anyOf !== undefined) return way.anyOf.some((inner) => fits(resolve(inner), data));
  if (Array.isArray(data)) return way.type === "array";
  if (!isMap(data)) return way.type !== "object" && way.type !== "array";
  return (
    way.type === "object" && Object.keys(data).every((key) => way.properties === undefined || key in way.properties)
  );
};

type Found = (where: string, given: unknown, fallback: unknown, leaveOut: () => void) => void;

function eachDefault(given: Schema, data: unknown, where: string, found: Found): void {
  const at = resolve(given);
  for (const way of at.anyOf ?? []) if (fits(resolve(way), data)) eachDefault(way, data, where, found);
  if (Array.isArray(data)) for (const entry of data) eachDefault(at.items ?? {}, entry, `${where}[]`, found);
  if (!isMap(data)) return;
  for (const [key, value] of Object.entries(data)) {
    const field = at.properties?.[key] ?? ((at.additionalProperties || {}) as Schema);
    const { default: fallback } = resolve(field);
    // A map of defaults is left out field by field.
    if (!isMap(fallback)) {
      if (fallback !== undefined) found(`${where}.${key}`, value, fallback, () => delete data[key]);
    }
    eachDefault(field, value, `${where}.${key}`, found);
  }
}
