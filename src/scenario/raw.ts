/** A look into plain data of which nothing is known yet. */

export type Raw = Readonly<Record<string, unknown>>;

const isMap = (data: unknown): data is Raw => typeof data === "object" && data !== null && !Array.isArray(data);
export const entriesOf = (data: unknown): [string, unknown][] => (isMap(data) ? Object.entries(data) : []);
export const childOf = (data: unknown, key: string): unknown =>
  isMap(data) && Object.hasOwn(data, key) ? data[key] : undefined;

/** Services by name, each with its fields in a file's spellings. */
export type ServicesAsWritten = Readonly<Record<string, Raw>>;

/** A file's data with services from elsewhere, field by field below its own. */
export function withServices(raw: Raw, others: ServicesAsWritten | undefined): Raw {
  if (others === undefined || (raw.services !== undefined && raw.services !== null && !isMap(raw.services))) return raw;
  const services: Record<string, unknown> = { ...others };
  for (const [name, own] of entriesOf(raw.services))
    services[name] = isMap(own) && Object.hasOwn(others, name) ? { ...others[name], ...own } : own;
  return { ...raw, services };
}
