/**
 * Consul's configuration entries as its own command takes them, in JSON (which is YAML): the same as its objects in Kubernetes, but
 * for `Kind` and `Name` at the top, no `spec`, and keys in any spelling: `DefaultSubset`, `default_subset`.
 */
import type { Path } from "../source.js";
import type { Account } from "./field.js";

const KIND = /^[a-z]+(-[a-z]+)+$/;

/** Of what kind it would be in Kubernetes; undefined of anything else. */
export function kindOfEntry(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const kind = Object.entries(data).find(([key]) => key === "Kind" || key === "kind")?.[1];
  const named = Object.keys(data).some((key) => key === "Name" || key === "name");
  if (typeof kind !== "string" || !KIND.test(kind) || !named) return undefined;
  return kind.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
}

export const ENTRY_VERSION = "consul.hashicorp.com/v1alpha1";

/** Entries that an agent's configuration begins with. */
export function entriesIn(data: unknown): readonly unknown[] {
  const entries = (data as { readonly config_entries?: { readonly bootstrap?: unknown } } | null)?.config_entries;
  return Array.isArray(entries?.bootstrap) ? entries.bootstrap : [];
}

const plain = (key: string): string => key.replaceAll("_", "").toLowerCase();

/** How an entry at this path spells what is asked for by its name in Kubernetes. */
export function spellings(root: Path): NonNullable<Account["spelled"]> {
  return (map, path, key) => {
    if (path.length === root.length && (key === "spec" || key === "metadata")) return "";
    return typeof key === "number" ? undefined : Object.keys(map).find((one) => plain(one) === plain(key));
  };
}

/** Whether a text begins as an entry does in HashiCorp's own language. */
export const isHcl = (text: string): boolean => /^(\s*(#|\/\/)[^\n]*\n|\s*\n)*\s*[Kk]ind\s*=\s*"/.test(text);
