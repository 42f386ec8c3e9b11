/** How Kubernetes' API spells what a scenario holds, and what an exported object is. */

/** One object as kubectl takes it. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec?: object;
}

/** What becomes of one thing, and what the reader must know beside it. */
export interface Part {
  readonly objects: readonly ApiObject[];
  readonly notes: readonly string[];
}

/** To the thousandth, as upstream reads quantities: "3", "500m". */
export const quantity = (value: number): string =>
  Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;

/** Of MiB, in bytes where they are no whole MiB. */
export const memoryQuantity = (MiB: number): string =>
  Number.isInteger(MiB) ? `${MiB}Mi` : String(Math.ceil(MiB * 2 ** 20));

export const cpuQuantity = (millicores: number): string => `${Math.ceil(millicores)}m`;

/** A duration as Go reads it. */
export const goDuration = (time: number): string =>
  Number.isInteger(time) ? `${time}s` : `${Math.round(time * 1000)}ms`;

/** Without the error that a hundredfold of a fraction has. */
export const percent = (share: number): number => Number((share * 100).toPrecision(12));

/** For fields that count whole seconds; what is finer is rounded up, and that is noted. */
export function wholeSeconds(time: number, what: string, notes: string[]): number {
  if (Number.isInteger(time)) return time;
  notes.push(`${what}: ${time}s is rounded up, for the field counts whole seconds`);
  return Math.ceil(time);
}

/** A name as objects of the cluster may have it. */
export const objectName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");

/** Upstream's own values, with the flag that sets each for the whole cluster. */
type Flags = Readonly<Record<string, readonly [otherwise: number, flag: string]>>;

/** What a scenario sets otherwise than upstream, where no object can say so. */
export function flagNotes(program: string, flags: Flags, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(flags).flatMap(([field, [otherwise, flag]]) => {
    const value = values[field];
    if (typeof value !== "number" || value === otherwise) return [];
    return [`${field}: no field of the object; for the whole cluster, ${program} ${flag}=${value}`];
  });
}

/** As `flagNotes`, of times. */
export const timeFlagNotes: typeof flagNotes = (program, flags, values) =>
  flagNotes(program, flags, values).map((note) => `${note}s`);
