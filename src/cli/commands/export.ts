/** A policy out, as manifests. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadScenario, readKept } from "../../experiment/files.js";
import { unknownName } from "../../scenario/complaint.js";
import { type ExportedPart, exportSetup } from "../../scenario/kubernetes/export/export.js";
import { exportText, type Origin } from "../../scenario/kubernetes/export/text.js";
import type { Scenario } from "../../scenario/read.js";
import { about } from "../about.js";
import type { Command } from "../command.js";
import { Exit, UsageError } from "../exit.js";
import type { Voice } from "../io.js";
import { writeNew } from "../new-file.js";
import { formatOf, type Given, textOf } from "../options.js";
import { policiesNamed } from "../play.js";

export const exporting: Command = {
  name: "export",
  says: "Writes a policy as Kubernetes manifests, and tells what none can hold",
  arguments: [
    { name: "to", says: "What kind of manifests", needed: true, choices: ["k8s"] },
    { name: "scenario", says: "A scenario, - for stdin, or a folder of results", needed: true },
  ],
  flags: {
    policy: { value: "NAME", says: "Which policy; default: the scenario's first" },
    service: { value: "NAMES", says: "Of these services alone, with commas between" },
    workloads: { says: "What runs too, such as Deployments; images to be filled in" },
    out: { value: "DIR", says: "A folder, a file for each service; default: stdout", alias: "o" },
    force: { says: "Replace files that are there" },
  },
  examples: [
    ["export k8s shop.yaml --policy hpa | kubectl apply -f -", "autoscalers and disruption budgets"],
    ["export k8s results/shop --service cart --workloads -o k8s/", "as it was played"],
  ],
  async act(given, voice) {
    const format = formatOf(given, ["table", "json"]);
    const path = String(given.scenario).replace(/(?<=.)\/+$/, "");
    const scenario = await read(path);
    const policy = policyOf(given, scenario, voice);
    const setup = scenario.setup(policy);
    const names = setup.services.map(({ name }) => name);
    const workloads = given.workloads === true;
    const services = servicesOf(given, names);
    const { parts, impossible } = exportSetup(setup, { workloads, ...(services === undefined ? {} : { services }) });
    if (impossible.length > 0) throw new UsageError(refusal(policy, impossible, names));
    const origin = { program: `dryscale ${about.version}`, scenario: path, policy, seed: scenario.seed, workloads };
    for (const { name, notes } of parts) for (const note of notes) voice.note(`${name}: ${note}`);
    if (parts.every(({ objects }) => objects.length === 0))
      voice.note(
        `Under ${policy} nothing scales, and no service has a disruption budget; --workloads writes what runs.`,
      );
    write(given, voice, parts, { origin, json: format === "json" });
    return Exit.Done;
  },
};

const read = async (path: string): Promise<Scenario> =>
  existsSync(join(path, "manifest.json")) ? readKept(path) : (await loadScenario(path)).scenario;

function policyOf(given: Given, { policies }: Scenario, voice: Voice): string {
  const policy = textOf(given, "policy");
  if (policy !== undefined) return policiesNamed([policy], "policy", policies)[0];
  if (policies.length > 1)
    voice.note(`Writing ${policies[0]}, the first of ${policies.length} policies; --policy names another.`);
  return policies[0];
}

function servicesOf(given: Given, names: readonly string[]): readonly string[] | undefined {
  const wanted = textOf(given, "service")?.split(",");
  for (const name of wanted ?? []) {
    if (names.includes(name)) continue;
    const { message, suggestion } = unknownName("service", name, names);
    throw new UsageError(`--service: ${message}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`);
  }
  return wanted;
}

function refusal(policy: string, impossible: readonly string[], names: readonly string[]): string {
  const advice = impossible.length < names.length ? "\n--service leaves them out." : "";
  return `policy ${policy} cannot be written for Kubernetes:\n  ${impossible.join("\n  ")}${advice}`;
}

interface How {
  readonly origin: Origin;
  readonly json: boolean;
}

function write(given: Given, voice: Voice, parts: readonly ExportedPart[], { origin, json }: How): void {
  const out = textOf(given, "out");
  const text = (some: readonly ExportedPart[]): string =>
    json ? `${JSON.stringify(listOf(some), null, 2)}\n` : exportText(some, origin);
  if (out === undefined || out === "-") {
    voice.result(text(parts));
    return;
  }
  for (const part of parts.filter(({ objects }) => objects.length > 0)) {
    const file = join(out, `${part.name}.${json ? "json" : "yaml"}`);
    writeNew(file, text([part]), given.force === true);
    voice.result(`${file} is written.`);
  }
}

/** As kubectl prints several objects. */
const listOf = (parts: readonly ExportedPart[]): object => ({
  apiVersion: "v1",
  kind: "List",
  items: parts.flatMap(({ objects }) => objects),
});
