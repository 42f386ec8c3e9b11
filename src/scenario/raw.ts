/** A look into plain data of which nothing is known yet. */

export type Raw = Readonly<Record<string, unknown>>;

const isMap = (data: unknown): data is Raw => typeof data === "object" && data !== null && !Array.isArray(data);
export const entriesOf = (data: unknown): [string, unknown][] => (isMap(data) ? Object.entries(data) : []);
export const childOf = (data: unknown, key: string): unknown =>
  isMap(data) && Object.hasOwn(data, key) ? data[key] : undefined;

/** What manifests say, in a file's spellings: services by name, and the cluster. */
export interface FromManifests {
  readonly services: Readonly<Record<string, Raw>>;
  readonly cluster: Raw | undefined;
}

/** A file's data with what manifests say, field by field below its own; its cluster stands for theirs as a whole. */
export function withManifests(raw: Raw, others: FromManifests | undefined): Raw {
  if (others === undefined || (raw.services !== undefined && raw.services !== null && !isMap(raw.services))) return raw;
  const services: Record<string, unknown> = { ...others.services };
  for (const [name, own] of entriesOf(raw.services))
    services[name] = isMap(own) && Object.hasOwn(others.services, name) ? { ...others.services[name], ...own } : own;
  const cluster = raw.cluster ?? others.cluster;
  return { ...raw, services, ...(cluster === undefined ? {} : { cluster }) };
}
