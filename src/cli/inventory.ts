/** What there is to choose from, as rows; read from the registries, so that nothing can be forgotten here. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { instanceType, instanceTypes } from "../catalogue/instances.js";
import { shippedScenarios } from "../experiment/files.js";
import { measuresOf } from "../experiment/measures.js";
import { readScenario } from "../scenario/read.js";
import { bounds, type Question, registries } from "../scenario/shape/policy.js";

export interface Inventory {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

/** Short: names with a sentence. Full: with all that can be said. */
export type Depth = "short" | "full";

export const inventories = { policies, scenarios, instances, measures } as const satisfies Record<
  string,
  (depth: Depth) => Inventory
>;

function policies(depth: Depth): Inventory {
  const questions = Object.keys(registries) as Question[];
  const rows = questions.flatMap((question) =>
    registries[question].flatMap(({ name, summary, fields }) => {
      const policy = `${question} ${name}`;
      if (depth === "short") return [{ policy, says: summary }];
      return [{ policy, field: "", default: "", says: summary }, ...fieldsOf(question, fields, policy)];
    }),
  );
  return {
    title: "policies",
    columns: depth === "short" ? ["policy", "says"] : ["policy", "field", "default", "says"],
    rows,
  };
}

interface FieldSchema {
  readonly default?: unknown;
  readonly description?: string;
  readonly anyOf?: readonly FieldSchema[];
}

/** By way of the JSON Schema: it knows the defaults and the sentences. */
function fieldsOf(question: Question, fields: Readonly<Record<string, z.ZodType>>, policy: string) {
  const all = question === "scaler" && policy !== "scaler none" ? { ...bounds, ...fields } : fields;
  const { properties = {}, required = [] } = z.toJSONSchema(z.strictObject(all), { io: "input" });
  return Object.entries(properties as Readonly<Record<string, FieldSchema>>).map(([field, schema]) => {
    const says = schema.description ?? schema.anyOf?.find((one) => one.description !== undefined)?.description ?? "";
    const value = schema.default === undefined ? (required.includes(field) ? "needed" : "") : plain(schema.default);
    return { policy, field, default: value, says };
  });
}

const plain = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function scenarios(): Inventory {
  const files = readdirSync(shippedScenarios).filter((file) => file.endsWith(".yaml"));
  const rows = files.sort().map((file) => {
    const path = join(shippedScenarios, file);
    const { question = "" } = parse(readFileSync(path, "utf8"), { logLevel: "error" }) as { question?: string };
    const near = relative(process.cwd(), path);
    return { scenario: near.startsWith("..") ? path : near, says: question };
  });
  return { title: "scenarios", columns: ["scenario", "says"], rows };
}

function instances(depth: Depth): Inventory {
  const all = instanceTypes.map((name) => instanceType(name)!);
  if (depth === "short") {
    const providers = [...new Set(all.map(({ provider }) => provider))];
    const rows = providers.map((provider) => {
      const ofIt = all.filter((one) => one.provider === provider);
      return {
        provider,
        says: `${ofIt.length} types, ${ofIt
          .map(({ type }) => type)
          .slice(0, 4)
          .join(", ")}, …`,
      };
    });
    return { title: "instances", columns: ["provider", "says"], rows };
  }
  const rows = all.map(({ type, provider, region, capacity, usdPerHour }) => ({
    type,
    provider,
    region,
    vCPU: capacity.cpuMillicores / 1000,
    GiB: capacity.memoryMiB / 1024,
    "USD/h": usdPerHour,
  }));
  return { title: "instances", columns: ["type", "provider", "region", "vCPU", "GiB", "USD/h"], rows };
}

/** Those that every scenario has, and one of each kind that depends on the scenario's names. */
function measures(depth: Depth): Inventory {
  const text = `slo: [{ latency: 100ms }]\nservices: { SERVICE: { endpoints: { ENDPOINT: { cpu: 1ms } } } }
load: { visitors: { rate: 1/s, to: SERVICE/ENDPOINT } }`;
  const { scenario } = readScenario(text, { name: "example" });
  const all = measuresOf(scenario);
  const rows = all.map(({ name, label, unit, better }) => ({ measure: name, unit, better, says: label }));
  if (depth === "full") return { title: "measures", columns: ["measure", "unit", "better", "says"], rows };
  const groups = [...new Set(all.map(({ group }) => group))];
  const short = groups.map((group) => {
    const names = all.filter((one) => one.group === group).map(({ name }) => name);
    return { group, says: `${names.slice(0, 4).join(", ")}${names.length > 4 ? `, … (${names.length})` : ""}` };
  });
  return { title: "measures", columns: ["group", "says"], rows: short };
}
