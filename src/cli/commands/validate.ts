/** Reads scenarios without playing them. */
import { FileError, type LoadedScenario, loadScenario } from "../../experiment/files.js";
import { type Complaint, renderComplaint, ScenarioError } from "../../scenario/complaint.js";
import type { Command } from "../command.js";
import { Exit } from "../exit.js";
import { formatOf } from "../options.js";

interface Checked {
  readonly file: string;
  readonly loaded?: LoadedScenario;
  readonly complaints: readonly (Complaint | { readonly file: string; readonly message: string })[];
}

export const validate: Command = {
  name: "validate",
  says: "Reads scenarios with the traces and policies that they name, and tells all that is wrong",
  arguments: [{ name: "files", says: "The scenarios; - for stdin", needed: true, many: true }],
  flags: {},
  examples: [
    ["validate shop.yaml", "one file"],
    ["validate scenarios/*.yaml --json", "many, for programs"],
  ],
  async act(given, voice) {
    const format = formatOf(given, ["table", "json"]);
    const checked: Checked[] = [];
    for (const file of given.files as readonly string[]) checked.push(await check(file));
    if (format === "json") voice.result(JSON.stringify(checked.map(plain), null, 2));
    for (const { loaded, complaints } of checked) {
      if (format === "json") break;
      for (const complaint of complaints)
        voice.error(`${"line" in complaint ? renderComplaint(complaint) : complaint.message}\n`);
      for (const warning of loaded?.warnings ?? []) voice.note(`warning: ${renderComplaint(warning)}\n`);
      if (loaded !== undefined) voice.result(sentence(loaded));
    }
    const faults = checked.reduce((sum, { complaints }) => sum + complaints.length, 0);
    if (faults > 0) voice.note(`${faults} ${faults === 1 ? "fault" : "faults"}`);
    return faults > 0 ? Exit.Input : Exit.Done;
  },
};

async function check(file: string): Promise<Checked> {
  try {
    return { file, loaded: await loadScenario(file), complaints: [] };
  } catch (error) {
    if (error instanceof ScenarioError) return { file, complaints: error.complaints };
    if (error instanceof FileError) return { file, complaints: [{ file, message: error.message }] };
    throw error;
  }
}

const plain = ({ file, loaded, complaints }: Checked) => ({
  file,
  valid: loaded !== undefined,
  complaints,
  warnings: loaded?.warnings ?? [],
});

/** "shop.yaml: valid: 6 services, 14 endpoints, 1 load, 4 policies" */
function sentence({ path, scenario }: LoadedScenario): string {
  const { services, loads } = scenario.world(scenario.policies[0]);
  const endpoints = services.reduce((sum, service) => sum + service.endpoints.length, 0);
  const parts = [
    counted(services.length, "service", "services"),
    counted(endpoints, "endpoint", "endpoints"),
    counted(loads.length, "load", "loads"),
    counted(scenario.policies.length, "policy", "policies"),
    counted(scenario.slo.length, "objective", "objectives"),
  ];
  return `${path}: valid: ${parts.join(", ")}`;
}

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
