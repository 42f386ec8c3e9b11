/** YAML to Scenario: either one that can be simulated, or every complaint about it at once. */
import type { z } from "zod";
import type { WorldSpec } from "../model/spec.js";
import { readOutages } from "../workload/outages.js";
import { checkAdmission } from "./check/admission.js";
import { AS_WRITTEN, checkReferences, checkSetups, checkTypes, checkVariants, checkWorkloads } from "./check.js";
import { COMPLAINTS_LIMIT, type Complaint, inOrder, ScenarioError, unknownName } from "./complaint.js";
import { outageFiles } from "./faults.js";
import { name as nameField } from "./fields.js";
import { readBy, unknownKey } from "./issues.js";
import { type AnyDefinition, type Chosen, choose } from "./policies.js";
import { childOf, entriesOf, type FromManifests, type Raw, withManifests } from "./raw.js";
import { balancers, DEFAULTS, type Parts, type Setup, type Single, setupOf } from "./setup.js";
import type { QueueFields } from "./shape/async.js";
import type { Daemon } from "./shape/daemons.js";
import type { Job } from "./shape/jobs.js";
import type { Load } from "./shape/load.js";
import { isPolicyPath, policyFields, type Question, registries, type Use } from "./shape/policy.js";
import type { Route } from "./shape/routes.js";
import type { Service } from "./shape/service.js";
import { named, type Objective, single, type Variant } from "./shape.js";
import { type Path, readSource, type Source } from "./source.js";
import { type OpenTrace, replayed, worldOf } from "./world.js";

/** A question to the simulator, complete and without faults. */
export interface Scenario {
  readonly name: string;
  readonly question: string;
  readonly warmup: number;
  /** Measured seconds, after the warm-up. */
  readonly duration: number;
  readonly replications: number;
  readonly seed: number;
  readonly slo: readonly Objective[];
  /** The compared policies; the first is the baseline. */
  readonly policies: readonly string[];
  /** Paths of the traces and of the policies' files that it rests on, as written. */
  readonly traces: readonly string[];
  readonly policyFiles: readonly string[];
  /** What is simulated under one of the policies; the same for every replication. */
  world(policy: string): WorldSpec;
  /** Who decides and with how much under it, for those who write it down elsewhere. */
  setup(policy: string): Setup;
}

export interface ReadOptions {
  /** The file's path, as complaints show it. */
  readonly name: string;
  /** What the file at this path exports by default. For the paths to load beforehand see `policyPathsIn`. */
  readonly loadPolicy?: (path: string) => AnyDefinition | undefined;
  /** Opens the trace at this path anew, from its beginning; throws when there is none. */
  readonly openTrace?: OpenTrace;
  /** What the manifests that the file names say; its own fields come before theirs. */
  readonly manifests?: FromManifests;
}

/** Throws a ScenarioError with every complaint. Warnings are about what can be simulated but hardly is meant. */
export function readScenario(
  text: string,
  options: ReadOptions,
): { readonly scenario: Scenario; readonly warnings: readonly Complaint[] } {
  const source = readSource(text, options.name);
  const reading = new Reading(source, options);
  const raw = withManifests(source.data as Raw, options.manifests);
  const parts = reading.parts(raw);
  checkReferences(raw, parts, reading);
  checkAdmission(raw, parts, reading);
  checkVariants(raw, reading);
  checkWorkloads(raw, parts, reading);
  const policies = Object.keys((raw.policies as object | null | undefined) ?? {});
  if (policies.length === 0) policies.push(AS_WRITTEN);
  checkSetups(
    parts,
    policies.filter((policy) => policy === AS_WRITTEN || parts.variants.has(policy)),
    reading,
  );
  reading.tryTraces(parts);
  if (reading.complaints.length > 0) throw new ScenarioError(inOrder(reading.complaints), reading.unsaid);
  return { scenario: scenarioOf(parts, policies, options), warnings: inOrder(reading.warnings) };
}

/** The files that the text names as policies, to be loaded before it is read; none when it is no YAML. */
export function policyPathsIn(text: string): readonly string[] {
  const paths = new Set<string>();
  const look = (data: unknown): void => {
    if (typeof data !== "object" || data === null) return;
    for (const [key, value] of Object.entries(data)) {
      const use: unknown = typeof value === "object" && value !== null ? (value as { use?: unknown }).use : value;
      if (Object.hasOwn(registries, key) && typeof use === "string" && isPolicyPath(use)) paths.add(use);
      look(value);
    }
  };
  try {
    look(readSource(text, "").data);
  } catch (fault) {
    if (!(fault instanceof ScenarioError)) throw fault;
  }
  return [...paths];
}

/** The manifests that the text names, to be read before it is; none when it is no YAML. */
export function namedManifests(text: string): readonly string[] {
  try {
    const paths = childOf(readSource(text, "").data, "manifests");
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  } catch (fault) {
    if (!(fault instanceof ScenarioError)) throw fault;
    return [];
  }
}

function scenarioOf(parts: Parts, policies: readonly string[], { name, openTrace = noTraces }: ReadOptions): Scenario {
  const all = parts.single as Single;
  const { question, warmup, duration, replications, seed, slo } = all;
  const traces = [...parts.loads.values()].flatMap((load) => ("trace" in load ? [load.trace.file] : []));
  traces.push(...outageFiles(all.faults).map(({ file }) => file));
  const policyFiles = [...parts.chosen.values()].map((chosen) => chosen.name).filter(isPolicyPath);
  const setup = (policy: string): Setup => {
    if (!policies.includes(policy)) throw new Error(unknownName("policy", policy, policies).message);
    return setupOf(parts, policy);
  };
  return {
    name: all.name ?? name.replace(/^.*[/\\]/, "").replace(/\.ya?ml$/, ""),
    question,
    warmup,
    duration,
    replications,
    seed,
    slo,
    policies,
    traces: [...new Set(traces)],
    policyFiles: [...new Set(policyFiles)],
    world: (policy) => worldOf(all, setup(policy), parts.loads, openTrace),
    setup,
  };
}

const noTraces: OpenTrace = (path) => {
  throw new Error(`nobody said how to open the trace ${path}`);
};

type About = { readonly key?: boolean; readonly suggestion?: string | undefined };

/** One reading of one file: collects what is wrong and reads on. */
class Reading {
  readonly complaints: Complaint[] = [];
  readonly warnings: Complaint[] = [];
  unsaid = 0;
  private readonly chosen = new Map<Use, Chosen<unknown>>();
  private services: readonly string[] = [];

  constructor(
    private readonly source: Source,
    private readonly options: ReadOptions,
  ) {}

  say(path: Path, message: string, about?: About): void {
    if (this.complaints.length < COMPLAINTS_LIMIT) this.complaints.push(this.source.complaint(path, message, about));
    else this.unsaid++;
  }

  warn(path: Path, message: string, about?: About): void {
    this.warnings.push(this.source.complaint(path, message, about));
  }

  parts(raw: Raw): Parts {
    this.services = entriesOf(raw.services).map(([name]) => name);
    const sections = [...Object.keys(single), ...Object.keys(named)];
    for (const key of Object.keys(raw)) if (!sections.includes(key)) this.fault([], unknownKey([key], sections));
    const read = Object.entries(single).flatMap(([key, schema]) => {
      const value = this.take([key], schema, raw[key]);
      return value === undefined ? [] : [[key, value] as const];
    });
    const parts: Parts = {
      single: Object.fromEntries(read) as Partial<Single>,
      services: this.takeEach<Service>("services", named.services, raw.services),
      jobs: this.takeEach<Job>("jobs", named.jobs, raw.jobs ?? undefined, true),
      daemons: this.takeEach<Daemon>("daemons", named.daemons, raw.daemons ?? undefined, true),
      queues: this.takeEach<QueueFields>("queues", named.queues, raw.queues ?? undefined, true),
      loads: this.takeEach<Load>("load", named.load, raw.load),
      routes: this.takeEach<Route>("routes", named.routes, raw.routes ?? undefined, true),
      variants: this.takeEach<Variant>("policies", named.policies, raw.policies ?? undefined, true),
      chosen: this.chosen,
    };
    this.choosePolicies(parts);
    this.tryPolicies(raw, parts);
    checkTypes(parts, this);
    return parts;
  }

  private take<T extends z.ZodType>(path: Path, schema: T, data: unknown): z.output<T> | undefined {
    const read = readBy(schema, data);
    if ("value" in read) return read.value;
    for (const fault of read.faults) this.fault(path, fault);
    return undefined;
  }

  private fault(before: Path, { path, message, key = false, suggestion }: ReturnType<typeof unknownKey>): void {
    this.say([...before, ...path], message, { key, suggestion });
  }

  /** A section of named entries, each by itself, so that one with faults leaves the others to be checked. */
  private takeEach<V>(section: string, schema: z.ZodType<V>, data: unknown, optional = false): ReadonlyMap<string, V> {
    const entries = new Map<string, V>();
    if (data === undefined && optional) return entries;
    if (typeof data !== "object" || data === null || Array.isArray(data) || Object.keys(data).length === 0) {
      const what = section === "load" ? "loads" : section;
      const got = data === undefined || data === null ? "nothing" : Array.isArray(data) ? "a list" : "none";
      this.say([section], `expected a map of ${what} by name, got ${got}`);
      return entries;
    }
    for (const [name, fields] of Object.entries(data)) {
      const named = readBy(nameField(), name);
      if ("faults" in named) this.say([section, name], named.faults[0].message, { key: true });
      const value = this.take([section, name], schema, fields);
      if (value !== undefined) entries.set(name, value);
    }
    return entries;
  }

  private choosePolicies({ single: { cluster }, services, variants }: Parts): void {
    const choose = (path: Path, fields: { readonly [Q in Question]?: Use | undefined } | undefined): void => {
      for (const question of Object.keys(registries) as Question[]) {
        const use = fields?.[question];
        if (use !== undefined) this.choosePolicy(question, [...path, question], use);
      }
    };
    choose([], DEFAULTS);
    for (const balancer of balancers.values()) choose([], { balancer });
    choose(["cluster"], cluster);
    for (const [name, service] of services) choose(["services", name], service);
    for (const [name, variant] of variants) {
      choose(["policies", name], variant);
      for (const [service, fields] of Object.entries(variant.services))
        choose(["policies", name, "services", service], fields);
    }
  }

  /** The policies of what could not be read for other reasons: not to be used, but to be complained about. */
  private tryPolicies(raw: Raw, { single: { cluster }, services, variants }: Parts): void {
    const attempt = (path: Path, fields: unknown): void => {
      for (const [key, given] of entriesOf(fields)) {
        if (!Object.hasOwn(registries, key)) continue;
        const read = readBy(policyFields[key as Question], given);
        if ("value" in read) this.choosePolicy(key as Question, [...path, key], read.value);
      }
    };
    if (cluster === undefined) attempt(["cluster"], raw.cluster);
    for (const [name, fields] of entriesOf(raw.services)) if (!services.has(name)) attempt(["services", name], fields);
    for (const [name, fields] of entriesOf(raw.policies)) {
      if (variants.has(name)) continue;
      attempt(["policies", name], fields);
      for (const [service, own] of entriesOf(childOf(fields, "services")))
        attempt(["policies", name, "services", service], own);
    }
  }

  private choosePolicy(question: Question, path: Path, use: Use): void {
    const found = choose(question, use, (file) => this.options.loadPolicy?.(file));
    if ("faults" in found) {
      for (const fault of found.faults) this.fault(path, fault);
      return;
    }
    this.chosen.set(use, found.value);
    for (const { path: within, service } of found.value.mentions) {
      if (service === undefined || this.services.includes(service)) continue;
      const { message, suggestion } = unknownName("service", service, this.services);
      this.say([...path, ...within], message, { suggestion });
    }
  }

  /** Opens each trace once, so that a missing file is told with the other faults. */
  tryTraces({ loads, single: { faults } }: Parts): void {
    const { openTrace } = this.options;
    if (openTrace === undefined) return;
    const attempt = (path: Path, what: string, file: string, open: () => unknown): void => {
      try {
        open();
      } catch (fault) {
        const why = fault instanceof Error ? fault.message : String(fault);
        this.say(path, `expected ${what}, got "${file}": ${why}`);
      }
    };
    for (const [name, load] of loads) {
      if (!("trace" in load)) continue;
      const { trace } = load;
      attempt(["load", name, "trace", "file"], "a trace", trace.file, () => replayed(name, trace, 0, openTrace));
    }
    for (const { file, path } of outageFiles(faults))
      attempt(path, "a list of outages", file, () => readOutages(openTrace(file)));
  }
}
