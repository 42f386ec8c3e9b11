/** A look into plain data of which nothing is known yet. */

export type Raw = Readonly<Record<string, unknown>>;

const isMap = (data: unknown): data is Raw => typeof data === "object" && data !== null && !Array.isArray(data);
export const entriesOf = (data: unknown): [string, unknown][] => (isMap(data) ? Object.entries(data) : []);
export const childOf = (data: unknown, key: string): unknown =>
  isMap(data) && Object.hasOwn(data, key) ? data[key] : undefined;
