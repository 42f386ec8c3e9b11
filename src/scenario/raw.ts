/** A look into plain data of which nothing is known yet. */

export type Raw = Readonly<Record<string, unknown>>;

const isMap = (data: unknown): data is Raw => typeof data === "object" && data !== null && !Array.isArray(data);
export const entriesOf = (data: unknown): [string, unknown][] => (isMap(data) ? Object.entries(data) : []);
export const childOf = (data: unknown, key: string): unknown =>
  isMap(data) && Object.hasOwn(data, key) ? data[key] : undefined;

/** What manifests say, in a file's spellings: services, jobs, daemons and priority classes by name, the cluster, the quota and the mesh. */
export interface FromManifests {
  readonly services: Readonly<Record<string, Raw>>;
  readonly jobs: Readonly<Record<string, Raw>>;
  readonly daemons: Readonly<Record<string, Raw>>;
  readonly priorityClasses: Readonly<Record<string, Raw>>;
  readonly routes: Readonly<Record<string, Raw>>;
  readonly cluster: Raw | undefined;
  readonly quota: object | undefined;
  readonly mesh: string | undefined;
}

/** The sections that manifests may speak of. */
export const manifestSections = [
  "services",
  "jobs",
  "daemons",
  "priorityClasses",
  "routes",
  "cluster",
  "quota",
  "mesh",
] as const;

/**
 * A file's data with what manifests say, field by field below its own. Its cluster, its quota and its mesh stand for theirs as a whole;
 * but who looks at where pods would stand goes with the pods.
 */
export function withManifests(raw: Raw, others: FromManifests | undefined): Raw {
  if (others === undefined) return raw;
  const named = ["services", "jobs", "daemons", "priorityClasses", "routes"] as const;
  const sections = named.map((key) => [key, together(raw[key], others[key])]);
  const { scheduler } = others.cluster ?? {};
  const own = isMap(raw.cluster) && scheduler !== undefined ? { scheduler, ...raw.cluster } : raw.cluster;
  const single = { cluster: own ?? others.cluster, quota: raw.quota ?? others.quota, mesh: raw.mesh ?? others.mesh };
  const all = { ...Object.fromEntries(sections), ...single };
  return { ...raw, ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) };
}

function together(own: unknown, others: Readonly<Record<string, Raw>>): unknown {
  const isNothing = own === undefined || own === null;
  if (!isNothing && !isMap(own)) return own;
  if (isNothing && Object.keys(others).length === 0) return own;
  const all: Record<string, unknown> = { ...others };
  for (const [name, fields] of entriesOf(own))
    all[name] = isMap(fields) && Object.hasOwn(others, name) ? { ...others[name], ...fields } : fields;
  return all;
}
