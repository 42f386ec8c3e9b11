/**
 * A place in a manifest. Whoever asks a field for its value has read it; what nobody asked for is what dryscale does
 * not simulate. So the account of a manifest is kept by reading it, and cannot say more than is done.
 */
import { show } from "../../policy/fields.js";
import { parseDuration } from "../../units.js";
import { type Complaint, nearest } from "../complaint.js";
import { dotted, type Path, type Source } from "../source.js";
import { parseQuantity } from "./quantity.js";

/** What is said about manifests while they are read. */
export interface Sayings {
  readonly complaints: Complaint[];
  readonly warnings: Complaint[];
}

/** One text's document, or one item of a list in it, with the fields that were read. */
export interface Account {
  readonly source: Source;
  readonly sayings: Sayings;
  readonly read: Set<string>;
  /** The key of a map by which it has what is asked for, where keys may be spelled otherwise; "" is the map itself. */
  readonly spelled?: (map: object, path: Path, key: string | number) => string | undefined;
}

type About = { readonly key?: boolean; readonly suggestion?: string | undefined };

export class Field {
  constructor(
    private readonly account: Account,
    readonly path: Path,
    readonly value: unknown,
    /** Looked at for faults alone; that makes it no part of the simulation. */
    private readonly unsimulated = false,
    private readonly parent?: Field,
  ) {}

  get there(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  at(...keys: readonly (string | number)[]): Field {
    return keys.reduce<Field>((field, key) => {
      const { value } = field;
      if (typeof value !== "object" || value === null)
        return new Field(this.account, [...field.path, key], undefined, this.unsimulated, field);
      const own = Object.hasOwn(value, key) ? key : (this.account.spelled?.(value, field.path, key) ?? key);
      if (own === "") return field;
      const child = Object.hasOwn(value, own) ? (value as Record<string | number, unknown>)[own] : undefined;
      return new Field(this.account, [...field.path, own], child, this.unsimulated, field);
    }, this);
  }

  /** Another field of the same map. */
  beside(key: string): Field {
    return (this.parent ?? this).at(key);
  }

  /** The same, where reading does not count. */
  get unread(): Field {
    return new Field(this.account, this.path, this.value, true);
  }

  items(): Field[] {
    if (!this.there) return [];
    if (!Array.isArray(this.value)) {
      this.say(`expected a list, got ${show(this.value)}`);
      return [];
    }
    return this.value.map((_, i) => this.at(i));
  }

  entries(): [string, Field][] {
    if (!this.there) return [];
    if (typeof this.value !== "object" || Array.isArray(this.value)) {
      this.say(`expected a map, got ${show(this.value)}`);
      return [];
    }
    return Object.keys(this.value!).map((key) => [key, this.at(key)]);
  }

  /** Reads all that is below it. */
  mark(): this {
    if (!this.unsimulated) this.account.read.add(dotted(this.path));
    return this;
  }

  text(): string | undefined {
    if (!this.there) return undefined;
    this.mark();
    if (typeof this.value === "string") return this.value;
    this.say(`expected a text, got ${show(this.value)}`);
    return undefined;
  }

  texts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries().map(([key, field]) => [key, String(field.mark().value)]));
  }

  whole(least = 0, most = Infinity): number | undefined {
    if (!this.there) return undefined;
    this.mark();
    const value = this.value as number;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Infinity ? `${least} up` : `${least} to ${most}`;
    this.say(`expected a whole number from ${range}, got ${show(this.value)}`);
    return undefined;
  }

  /** The same where the API takes 0 for nothing said, as it does of fields with a default. */
  wholeAbove0(): number | undefined {
    return this.whole() || undefined;
  }

  /** One of the words, spelled as upstream has them. */
  word<const W extends string>(...words: readonly W[]): W | undefined {
    if (!this.there) return undefined;
    this.mark();
    const found = words.find((one) => one === this.value);
    if (found !== undefined) return found;
    const suggestion = typeof this.value === "string" ? nearest(this.value, words) : undefined;
    this.say(`expected ${words.length === 1 ? "" : "one of "}${words.join(", ")}, got ${show(this.value)}`, {
      suggestion,
    });
    return undefined;
  }

  /** A duration as Go writes it, "1h30m"; it comes as it stands, for the scenario spells it alike. */
  duration(): string | undefined {
    if (!this.there) return undefined;
    this.mark();
    if (typeof this.value === "string" && parseDuration(this.value) >= 0) return this.value;
    this.say(`expected a duration like "30s" or "1h30m", got ${show(this.value)}`);
    return undefined;
  }

  /** Says that something has to stand here. */
  missing(what: string): void {
    this.say(`expected ${what}, got nothing`, { key: true });
  }

  quantity(what: string): number | undefined {
    if (!this.there) return undefined;
    this.mark();
    const value = parseQuantity(this.value);
    if (value >= 0) return value;
    this.say(`expected ${what}, got ${show(this.value)}`);
    return undefined;
  }

  say(message: string, about?: About): void {
    this.account.sayings.complaints.push(this.account.source.complaint(this.path, message, about));
  }

  warn(message: string, about?: About): void {
    this.account.sayings.warnings.push(this.account.source.complaint(this.path, message, about));
  }
}

/** How many fields were read, and the paths of what was not: the highest under which nothing was. */
export function tally(
  { read }: Account,
  path: Path,
  value: unknown,
): { readonly read: number; readonly left: string[] } {
  if (read.has(dotted(path))) return { read: leaves(value), left: [] };
  const inside = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const parts = inside.map(([key, child]) =>
    tally({ read } as Account, [...path, Array.isArray(value) ? Number(key) : key], child),
  );
  const count = parts.reduce((sum, part) => sum + part.read, 0);
  return count === 0 ? { read: 0, left: [dotted(path)] } : { read: count, left: parts.flatMap((part) => part.left) };
}

function leaves(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Math.max(
    1,
    Object.values(value).reduce((sum: number, child) => sum + leaves(child), 0),
  );
}
