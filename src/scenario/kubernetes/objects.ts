/** Texts of manifests to the objects in them: several documents, lists as kubectl prints them, and Compose files. */
import { show } from "../../policy/fields.js";
import { type Complaint, ScenarioError } from "../complaint.js";
import type { Raw } from "../raw.js";
import { type Path, readDocuments, type Source } from "../source.js";
import { ENTRY_VERSION, entriesIn, isHcl, kindOfEntry, spellings } from "./config-entry.js";
import { type Account, Field, type Sayings, tally } from "./field.js";

export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

/** One object of the cluster, or a Compose file as a whole. */
export interface Manifest {
  readonly file: string;
  readonly kind: string;
  /** Of the API: "apps/v1", and without its version: "apps". */
  readonly apiVersion: string;
  readonly group: string;
  readonly name: string;
  readonly namespace: string;
  readonly root: Field;
  tally(): { readonly read: number; readonly left: readonly string[] };
}

/** What is no manifest, such as the values of a Helm chart: where, and what it is taken for. */
export interface Stranger {
  readonly file: string;
  readonly says: string;
}

/** Throws nothing: what cannot be read is among the complaints. */
export function manifestsIn(files: readonly ManifestFile[], sayings: Sayings) {
  const found: Manifest[] = [];
  const strangers: Stranger[] = [];
  for (const { file, text } of files) {
    try {
      if (isHcl(text)) throw new ScenarioError([{ ...HCL, file, source: text.split("\n")[0] }]);
      for (const source of readDocuments(text, file)) objectsIn(file, source, [], source.data as Raw);
    } catch (fault) {
      if (!(fault instanceof ScenarioError)) throw fault;
      sayings.complaints.push(...fault.complaints);
    }
  }
  return { manifests: withoutDoubles(found), strangers };

  function objectsIn(file: string, source: Source, path: Path, data: unknown): void {
    const entry = kindOfEntry(data);
    const account: Account = { source, sayings, read: new Set(), ...(entry && { spelled: spellings(path) }) };
    const root = new Field(account, path, data);
    if (entry !== undefined) {
      root.at("kind").mark();
      const name = root.at("name").text() ?? "";
      found.push(manifest(account, file, { kind: entry, apiVersion: ENTRY_VERSION, name }, root));
      return;
    }
    const first = entriesIn(data);
    if (first.length > 0) {
      for (const [i, one] of first.entries()) objectsIn(file, source, [...path, "config_entries", "bootstrap", i], one);
      return;
    }
    const [kind, apiVersion] = [root.at("kind"), root.at("apiVersion")];
    if (!kind.there && !apiVersion.there) {
      const services = root.at("services");
      if (path.length > 0) root.say("expected an object with apiVersion and kind, got neither");
      else if (typeof services.value === "object" && services.there && !Array.isArray(services.value))
        found.push(manifest(account, file, { kind: "Compose", apiVersion: "", name: "compose" }, root));
      else strangers.push({ file, says: "no manifest: it has neither apiVersion nor kind" });
      return;
    }
    for (const field of [kind, apiVersion]) if (!field.there) field.say("expected a text, got nothing");
    const name = kind.text();
    const version = apiVersion.text();
    if (name === undefined || version === undefined) return;
    if (root.at("items").there && name.endsWith("List")) {
      for (const item of root.at("items").items()) objectsIn(file, source, item.path, item.value);
      return;
    }
    const called = root.at("metadata", "name");
    if (!called.there && name !== "Kustomization") root.at("metadata", "name").say("expected a name, got nothing");
    found.push(manifest(account, file, { kind: name, apiVersion: version, name: called.text() ?? "" }, root));
  }
}

/** No parser of HCL that is small and kept is at hand; the entry in JSON is one command away. */
const HCL = {
  path: "",
  line: 1,
  column: 1,
  length: 1,
  message: "expected JSON or YAML, got HCL: `consul config read` writes an entry as JSON",
};

type Identity = Pick<Manifest, "kind" | "apiVersion" | "name">;

function manifest(account: Account, file: string, identity: Identity, root: Field): Manifest {
  const namespace = root.at("metadata", "namespace").text() ?? "default";
  const [group] = identity.apiVersion.includes("/") ? identity.apiVersion.split("/") : [""];
  return { file, ...identity, group, namespace, root, tally: () => tally(account, root.path, root.value) };
}

/** Twice in one file is a slip; in a later file it replaces the earlier one, as applying both would. */
function withoutDoubles(found: readonly Manifest[]): Manifest[] {
  const byName = new Map<string, Manifest>();
  for (const one of found) {
    const key =
      one.kind === "Compose" ? `Compose ${one.file}` : `${one.kind}.${one.group} ${one.namespace}/${one.name}`;
    const before = byName.get(key);
    const place = one.root.at("metadata", "name");
    if (before?.file === one.file) place.say(`expected every ${one.kind} once, got "${one.name}" again`);
    else if (before !== undefined) place.warn(`this ${one.kind} replaces the one in ${before.file}`);
    byName.set(key, one);
  }
  return [...byName.values()];
}

/** What the API server takes for the name of an object, of whatever kind is read here. */
export function checkName({ kind, name, root }: Manifest): void {
  const field = root.at("metadata", "name");
  if (kind === "Compose" || !field.there || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) return;
  field.say(`expected a name of lower-case letters, digits, - and ., got ${show(field.value)}`);
}

export const sortedComplaints = (complaints: readonly Complaint[]): Complaint[] =>
  [...complaints].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
