/** What manifests put into a scenario, in the scenario's spellings, with what is to be said beside it. */
import type { Workload } from "./workloads.js";

export interface Written {
  readonly value: unknown;
  /** A comment for the reader, who may have to correct what is guessed. */
  readonly remark?: string;
}

/** A service's fields by name. */
export type WrittenFields = Readonly<Record<string, Written>>;

/** A policy with its fields, as a scenario writes it. */
export interface WrittenPolicy {
  readonly fields: { readonly use: string } & Readonly<Record<string, unknown>>;
  readonly remarks: readonly string[];
}

/** Who scales a workload. */
export interface Scaling {
  readonly workload: Workload;
  readonly scaler: WrittenPolicy;
}

/** Marks what stands in place of a fact that manifests do not hold. */
export const ASSUMED = "ASSUMED";

/** Without what was not said. */
export const said = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** "30s", of a number that may not be there. */
export const inSeconds = (amount: number | undefined): string | undefined =>
  amount === undefined ? undefined : `${amount}s`;
