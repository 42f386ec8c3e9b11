/**
 * What was imported as a scenario that runs as it is. What manifests cannot know (service times, who calls whom, load)
 * is assumed, marked as such, and stands beside a commented block to be filled in.
 */
import { DEFAULT_CPU, DEFAULT_MEMORY } from "../fields.js";
import { plainRule } from "../mesh/written-route.js";
import { loadLines, WORK_MILLISECONDS } from "./assumed-load.js";
import type { ImportedBackground } from "./background.js";
import { flow } from "./flow.js";
import type { Imported, ImportedService } from "./import.js";
import { ASSUMED, type Written, type WrittenFields } from "./written.js";

/** A service as the section `services` has it, in the spellings of a scenario. */
export const serviceFields = (service: ImportedService): Readonly<Record<string, unknown>> =>
  plainFields(writtenFields(service));

/** Without what is said beside them. */
export const plainFields = (fields: WrittenFields): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));

/** A job or a daemon, likewise. */
export const backgroundFields = (one: ImportedBackground): Readonly<Record<string, unknown>> =>
  plainFields(writtenBackground(one));

const writtenBackground = ({ workload, fields }: ImportedBackground): WrittenFields => ({
  ...sizeFields(workload),
  ...fields,
});

function sizeFields({ cpu, memory }: ImportedService["workload"]): WrittenFields {
  const millicores = sized(cpu.request, cpu.limit, (m) => `${m}m`);
  const mebibytes = sized(memory.request, memory.limit, (MiB) => `${MiB}Mi`);
  const none = { remark: `${ASSUMED}: the manifest requests none` };
  return {
    cpu: millicores === undefined ? { value: DEFAULT_CPU, ...none } : { value: millicores },
    memory: mebibytes === undefined ? { value: DEFAULT_MEMORY, ...none } : { value: mebibytes },
  };
}

function writtenFields({
  workload,
  scaler,
  sizer,
  placing,
  budget,
  called,
  endpoints,
}: ImportedService): WrittenFields {
  const { memory, replicas, fields } = workload;
  const memoryCounts = goesByMemory(scaler) || sizesMemory(sizer);
  return {
    replicas: { value: scaler === undefined ? replicas : within(replicas, scaler.fields) },
    ...sizeFields(workload),
    ...fields,
    ...placing,
    ...called,
    ...(memoryCounts ? { memoryUse: memoryUse(memory.request) } : {}),
    ...(budget === undefined ? {} : { disruptionBudget: budgetWritten(budget) }),
    ...(scaler === undefined ? {} : { scaler: { value: scaler.fields } }),
    ...(sizer === undefined ? {} : { sizer: { value: sizer.fields } }),
    endpoints: { value: endpointsOf(endpoints), remark: endpointsRemark(workload) },
  };
}

/** One, or those that the paths of routes ask for. */
const endpointsOf = (names: readonly string[]) =>
  Object.fromEntries(
    (names.length === 0 ? ["assumed"] : names).map((name) => [name, { cpu: `${WORK_MILLISECONDS}ms` }]),
  );

const goesByMemory = (scaler: ImportedService["scaler"]): boolean =>
  [scaler?.fields.metrics, scaler?.fields.triggers].some(
    (list) => Array.isArray(list) && list.some((one) => one.resource === "memory" || "memory" in one),
  );

const sizesMemory = (sizer: ImportedService["sizer"]): boolean => {
  const { controlledResources = ["memory"] } = sizer?.fields ?? { controlledResources: [] };
  return (controlledResources as readonly string[]).includes("memory");
};

/** Half of the request at rest, without which nothing could be scaled or sized by it. */
const memoryUse = (request = 256): Written => ({
  value: { base: `${Math.floor(request / 2)}Mi`, perCall: "1Mi" },
  remark: `${ASSUMED}: what a pod holds at rest and for each call`,
});

const budgetWritten = ({ budget, remark }: NonNullable<ImportedService["budget"]>): Written =>
  remark === undefined ? { value: budget } : { value: budget, remark };

function endpointsRemark({ mentions, name }: ImportedService["workload"]): string {
  const known = [...new Set(mentions)].filter((other) => other !== name);
  return known.length === 0 ? ASSUMED : `${ASSUMED}; it knows ${known.join(", ")}`;
}

/** An autoscaler's first sync would bring the replicas within its bounds. */
const within = (replicas: number, { min, max }: NonNullable<ImportedService["scaler"]>["fields"]): number =>
  Math.min(Math.max(replicas, Number(min)), Number(max));

/** No request is none, for which the scenario has no word: the caller says what is assumed. */
function sized(request: number | undefined, limit: number | undefined, unit: (n: number) => string) {
  if (!request) return undefined;
  return limit === undefined ? unit(request) : { request: unit(request), limit: unit(limit) };
}

/** A service that stands for those of which the manifests say nothing. */
const NOBODY: readonly string[] = [
  "services:",
  `  assumed: # ${ASSUMED}: no workload is in these manifests`,
  "    replicas: 1",
  `    endpoints: { assumed: { cpu: ${WORK_MILLISECONDS}ms } }`,
  "load:",
  "  assumed: { rate: 10/s, to: assumed/assumed }",
];

export function scenarioText(imported: Imported, files: readonly string[]): string {
  const { services } = imported;
  const body =
    services.length === 0
      ? NOBODY
      : ["services:", ...services.flatMap(serviceLines), "", ...routeLines(imported), ...loadLines(imported)];
  const parts = [...head(imported, files), "", ...clusterLines(imported), ...backgroundLines(imported), ...body];
  return [...parts, "", ...account(imported), ""].join("\n");
}

/** Whom a caller would name: by a route where there is one. */
const calledName = ({ services, routes }: Imported): string =>
  routes.find(({ entered }) => !entered)?.name ?? services.at(-1)!.name;
const enteredName = ({ services, routes }: Imported): string =>
  (routes.find(({ entered }) => entered) ?? services.find(({ entry }) => entry !== undefined) ?? services[0])?.name ??
  "web";

const head = (imported: Imported, files: readonly string[]): string[] => [
  `# Imported from ${files.length > 4 ? `${files.length} manifests` : files.join(", ")}.`,
  `# Manifests know neither service times nor who calls whom nor the load. What stands in their place is marked`,
  `# ${ASSUMED}: replace it before you believe a result. To be filled in, for each service:`,
  "#",
  ...imported.services
    .slice(0, 1)
    .flatMap(({ name }) => [
      `#   ${name}:`,
      "#     startup: 20s                                      # from the container's start until it could answer",
      "#     endpoints:",
      "#       get:",
      "#         - cpu: { lognormal: { mean: 4ms, cv: 1 } }      # CPU time of a request, from your profiler",
      "#         - wait: { exponential: 10ms }                   # time without a core: a disk, somebody else's service",
      `#         - call: ${calledName(imported)}/assumed          # whom it calls, from your traces`,
    ]),
  "#",
  "# and the load, from your access log or your metrics:",
  "#",
  `#   visitors: { rate: 200/s, to: ${enteredName(imported)}/get }`,
  "",
  "duration: 10m",
  "replications: 1",
];

function clusterLines({ cluster, quota, priorityClasses, mesh }: Imported): string[] {
  const classes = Object.entries(priorityClasses).map(([name, one]) => `  ${name}: ${flow(one)}`);
  const bounds = [
    ...(mesh === undefined ? [] : [`mesh: ${mesh} # ${ASSUMED}: every pod has its proxy`, ""]),
    ...(quota === undefined ? [] : [`quota: ${flow(quota)}`, ""]),
    ...(classes.length === 0 ? [] : ["priorityClasses:", ...classes, ""]),
  ];
  if (cluster === undefined) return bounds;
  const lines = Object.entries(cluster).map(([key, one]) => `  ${key}: ${flow(one.value)}${beside(one)}`);
  return ["cluster:", ...lines, "", ...bounds];
}

function routeLines({ routes }: Imported): string[] {
  if (routes.length === 0) return [];
  const lines = routes.flatMap(({ name, says, rules, remarks }) => [
    `  ${name}: # ${says}`,
    ...remarks.map((line) => `    # ${line}`),
    ...rules.map((rule) => `    - ${flow(plainRule(rule))}`),
  ]);
  return ["routes:", ...lines, ""];
}

const backgroundLines = ({ background }: Imported): string[] =>
  (["jobs", "daemons"] as const).flatMap((section) => {
    const lines = background.filter((one) => one.section === section).flatMap(backgroundEntry);
    return lines.length === 0 ? [] : [`${section}:`, ...lines, ""];
  });

const backgroundEntry = (one: ImportedBackground): string[] => [
  `  ${one.workload.service}: # ${one.workload.kind} ${spaced(one.workload)}`,
  ...one.remarks.map((line) => `    # ${line}`),
  ...Object.entries(writtenBackground(one)).map(([key, field]) => `    ${key}: ${flow(field.value)}${beside(field)}`),
];

const spaced = ({ namespace, name }: ImportedService["workload"]): string =>
  namespace === "default" ? name : `${namespace}/${name}`;

const beside = ({ remark }: Written): string => (remark === undefined ? "" : ` # ${remark}`);

function serviceLines(service: ImportedService): string[] {
  const { name, workload, reached, entry } = service;
  const from = entry === undefined ? (reached ? "" : ", which no Service selects") : `, entered by ${entry}`;
  return [
    `  ${name}: # ${workload.kind} ${spaced(workload)}${from}`,
    ...Object.entries(writtenFields(service)).flatMap(([key, one]) => [
      ...(key === "scaler" || key === "sizer" ? service[key]!.remarks.map((line) => `    # ${line}`) : []),
      `    ${key}: ${flow(one.value)}${beside(one)}`,
    ]),
  ];
}

function account({ read, left, unknown, warnings }: Imported): string[] {
  const listed = (head: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`# ${head}`, ...lines.map((line) => `#   ${line}`)];
  return [
    `# ${sentenceOf({ read, left })}.`,
    ...listed(
      "To look at:",
      warnings.map(({ file, line, message }) => `${file}:${line} ${message}`),
    ),
    ...listed("Not simulated:", left),
    ...listed("Of other kinds, not read:", unknown),
  ];
}

/** "120 fields read, 14 fields not simulated" */
export const sentenceOf = ({ read, left }: Pick<Imported, "read" | "left">): string =>
  `${read} ${read === 1 ? "field" : "fields"} read, ${left.length} ${left.length === 1 ? "field" : "fields"} not simulated`;
