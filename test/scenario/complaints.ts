/** What bad files are tested with. */
import { scalers } from "../../src/policy/scaler/index.js";
import { ScenarioError } from "../../src/scenario/complaint.js";
import { type ReadOptions, readScenario } from "../../src/scenario/read.js";

/** Every complaint in one line, with its place. */
export function complaintsOf(text: string, options: Partial<ReadOptions> = {}): string[] {
  try {
    readScenario(text, { name: "bad.yaml", ...options });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.complaints.map(
      ({ line, column, path, message, suggestion }) =>
        `${line}:${column} ${path === "" ? "" : `${path}: `}${message}${suggestion === undefined ? "" : ` (${suggestion}?)`}`,
    );
  }
  return [];
}

export const load = "load: { visitors: { rate: 5/s, to: web/get } }\n";
export const web = "services: { web: { endpoints: { get: { cpu: 5ms } } } }\n";
/** A file whose services stand in its first lines. */
export const services = (text: string): string => `${text}${load}`;
/** A file with the service `web` in its first line and something after it. */
export const rest = (text: string): string => `${web}${text}`;
export const withCluster = (cluster: string, more = ""): string => `${web}${load}cluster: ${cluster}\n${more}`;
export const scalerNames = scalers.map(({ name }) => name).join(", ");

export type Row = readonly [title: string, text: string, ...complaints: string[]];
