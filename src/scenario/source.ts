/**
 * The text of a scenario file and where everything stands in it. Whatever could make reading it
 * endless (size, depth, aliases of aliases) is refused here, before anything else looks at it.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  parseDocument,
  visit,
} from "yaml";
import { COMPLAINTS_LIMIT, type Complaint, inOrder, ScenarioError } from "./complaint.js";
import { lineAt, lineLength, lineStarts } from "./lines.js";

/** Of text, in UTF-16 units: a scenario is written by hand; data belongs into traces. */
export const SCENARIO_SIZE_LIMIT = 2 ** 20;
const DEPTH_LIMIT = 100;
const ALIASED_NODES_LIMIT = 10_000;

export type Path = readonly (string | number)[];

/** How a path is written: services.cart.endpoints.home[0].call */
export const dotted = (path: Path): string =>
  path.map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${part}`)).join("");

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Source {
  /** The file's content as plain data. */
  readonly data: unknown;
  /** A complaint about what stands at the path, or about its key; where nothing stands, about the nearest parent. */
  complaint(
    path: Path,
    message: string,
    about?: { readonly key?: boolean; readonly suggestion?: string | undefined },
  ): Complaint;
}

/** Reads the text of a scenario; throws a ScenarioError with every fault of its YAML. */
export function readSource(text: string, file: string): Source {
  const page = new Page(text, file, SCENARIO_SIZE_LIMIT, "long recordings belong into a trace file");
  const document = parseDocument(text, YAML_AS_MEANT);
  page.checkYaml([document]);
  if (isEmpty(document)) throw page.refuse("expected a scenario, got an empty file");
  return page.source(document, "expected a map with services and load, got no map");
}

/** Of manifests, which machines write: whole clusters as kubectl prints them. */
const MANIFEST_SIZE_LIMIT = 2 ** 24;

/** Reads a text of several documents, leaving out the empty ones; throws a ScenarioError with every fault of its YAML. */
export function readDocuments(text: string, file: string): readonly Source[] {
  const page = new Page(text, file, MANIFEST_SIZE_LIMIT, "give it in several files");
  const documents = [...parseAllDocuments(text, YAML_AS_MEANT)];
  page.checkYaml(documents);
  return documents
    .filter((document) => !isEmpty(document))
    .map((document) => page.source(document, "expected a map with apiVersion and kind, got no map"));
}

const isEmpty = ({ contents }: Document): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

/** A file's text with what is needed to point into it. */
class Page {
  private readonly lines: readonly number[];

  constructor(
    private readonly text: string,
    private readonly file: string,
    limit: number,
    advice: string,
  ) {
    if (text.length > limit) {
      const got = `${(text.length / 2 ** 20).toFixed(1)} MiB`;
      const message = `expected at most ${limit / 2 ** 20} MiB of text, got ${got}: ${advice}`;
      throw new ScenarioError([{ file, path: "", line: 1, column: 1, message, source: "", length: 1 }]);
    }
    this.lines = lineStarts(text);
    const tooDeep = deepPlace(text);
    if (tooDeep !== undefined) throw this.refuse(TOO_DEEP, { start: tooDeep, end: tooDeep + 1 });
  }

  complain(path: string, message: string, { start, end }: Span, suggestion?: string): Complaint {
    const { text, file, lines } = this;
    const line = lineAt(lines, start);
    const from = lines[line - 1];
    const column = start - from + 1;
    const source = text.slice(from, from + lineLength(text, from));
    const length = Math.max(1, Math.min(end - start, source.length - (column - 1)));
    const meant = suggestion === undefined ? {} : { suggestion };
    return { file, path, line, column, message, source, length, ...meant };
  }

  readonly refuse: Refuse = (message, span = { start: 0, end: 1 }) =>
    new ScenarioError([this.complain("", message, span)]);

  checkYaml(documents: readonly Document[]): void {
    const faults = documents
      .flatMap((document): YamlFault[] => [...document.errors, ...document.warnings, ...duplicateKeys(document)])
      .map(({ code, message, pos }) => this.complain("", yamlMessage(code, message), { start: pos[0], end: pos[1] }));
    if (faults.length > 0)
      throw new ScenarioError(
        inOrder(faults).slice(0, COMPLAINTS_LIMIT),
        Math.max(0, faults.length - COMPLAINTS_LIMIT),
      );
  }

  source(document: Document, noMap: string): Source {
    checkDepth(document.contents, this.refuse);
    checkAliases(document, this.refuse);
    if (!isMap(document.contents)) throw this.refuse(noMap, spanOf(document.contents));
    return {
      data: plainData(document, this.refuse),
      complaint: (path, message, { key = false, suggestion } = {}) =>
        this.complain(dotted(path), message, place(document, this.text, path, key), suggestion),
    };
  }
}

function plainData(document: Document, refuse: Refuse): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 }); // counted already
  } catch (fault) {
    // Only a `<<` whose value is no map gets here.
    throw refuse(`no YAML: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
}

type Refuse = (message: string, span?: Span) => ScenarioError;

const TOO_DEEP = `expected at most ${DEPTH_LIMIT} levels, got more`;

/**
 * Where the text opens more levels than a scenario has, or undefined. Seen on the bare text, because
 * the parser recurses and a deep enough file ends not in an exception but in the process's end. It
 * counts brackets in quotes too, of which a scenario has few.
 */
function deepPlace(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === OPEN_LIST || c === OPEN_MAP) depth++;
    if ((c === CLOSE_LIST || c === CLOSE_MAP) && depth > 0) depth--;
    if (depth > DEPTH_LIMIT) return i;
  }
  // A level costs a block at least one column before its text: a space, or a dash with its space.
  const indented = new RegExp(`^[ \\t?:-]{${2 * DEPTH_LIMIT},}[^ \\t\\r\\n]`, "m").exec(text);
  return indented === null ? undefined : indented.index;
}

const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [..."[]{}"].map((c) => c.charCodeAt(0));

interface YamlFault {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

function duplicateKeys(document: Document): YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key) || key.source === "<<") continue;
        const name = String(key.value);
        const { start, end } = spanOf(key);
        if (seen.has(name)) faults.push({ code: "DUPLICATE_KEY", message: name, pos: [start, end] });
        seen.add(name);
      }
    },
  });
  return faults;
}

/** YAML 1.2 reads 1_000 as a text; people mean the number. */
const withDigitGroups = [
  {
    tag: "tag:yaml.org,2002:int",
    default: true as const,
    test: /^[-+]?\d{1,3}(?:_\d{3})+$/,
    resolve: (digits: string) => Number(digits.replaceAll("_", "")),
  },
];

const YAML_AS_MEANT = {
  prettyErrors: false,
  logLevel: "error", // its warnings would go to the console
  uniqueKeys: false, // it compares every key with every other; see duplicateKeys
  merge: true, // the `<<` that users know from Compose
  customTags: withDigitGroups,
} as const;

function yamlMessage(code: string, message: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return `expected every key once, got "${message}" again`;
    case "TAB_AS_INDENT":
      return "expected spaces, got a tab: YAML is not indented with tabs";
    case "MULTIPLE_DOCS":
      return "expected one document, got several: put each scenario into a file of its own";
    default:
      return `no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

function checkDepth(root: unknown, refuse: Refuse): void {
  let level: unknown[] = [root];
  for (let depth = 1; level.length > 0; depth++) {
    const deep = level.find(isCollection);
    if (deep !== undefined && depth > DEPTH_LIMIT) throw refuse(TOO_DEEP, spanOf(deep as Node));
    level = level.flatMap(childrenOf);
  }
}

const childrenOf = (node: unknown): unknown[] => {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => [key, value]);
  return isSeq(node) ? node.items : [];
};

/** Counts what aliases stand for, without writing it out: nine lists of nine aliases of each other make a billion. */
function checkAliases(document: Document, refuse: Refuse): void {
  const sizes = new Map<unknown, number>();
  let aliased = 0;
  const sizeOf = (node: unknown): number => {
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined || !sizes.has(target))
        throw refuse(`expected an alias of something before it, got *${node.source}`, spanOf(node));
      aliased += sizes.get(target)!;
      if (aliased > ALIASED_NODES_LIMIT)
        throw refuse(`expected aliases to stand for at most ${ALIASED_NODES_LIMIT} nodes, got more`, spanOf(node));
      return sizes.get(target)!;
    }
    const size = childrenOf(node).reduce<number>((sum, child) => sum + sizeOf(child), 1);
    sizes.set(node, size);
    return size;
  };
  sizeOf(document.contents);
}

const spanOf = (node: Node | null | undefined): Span => ({ start: node?.range?.[0] ?? 0, end: node?.range?.[1] ?? 1 });

/** What to underline for a path: the value if it stands on one line, else its key. */
function place(document: Document, text: string, path: Path, wantsKey: boolean): Span {
  let node: unknown = document.contents;
  let span: Span = { start: 0, end: 1 };
  let key: Span | undefined;
  for (const part of path) {
    const found = childAt(document, node, part);
    if (found === undefined) return isScalar(node) ? span : (key ?? span);
    node = found.value;
    key = found.key === undefined ? undefined : spanOf(found.key as Node);
    const own = node === null || node === undefined ? key : spanOf(node as Node);
    // An empty value has no text to underline; one over several lines would underline only its beginning.
    const oneLine =
      own !== undefined && own.end > own.start && !text.slice(own.start, own.end).trimEnd().includes("\n");
    span = oneLine ? own : (key ?? own ?? span);
  }
  return wantsKey ? (key ?? span) : span;
}

interface Child {
  readonly key: unknown;
  readonly value: unknown;
}

function childAt(document: Document, given: unknown, part: string | number): Child | undefined {
  const node = isAlias(given) ? given.resolve(document) : given;
  if (isSeq(node)) return Number(part) in node.items ? { key: undefined, value: node.items[Number(part)] } : undefined;
  if (!isMap(node)) return undefined;
  const own = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (own !== undefined) return own;
  const merged = node.items.filter(({ key }) => isScalar(key) && key.source === "<<").map(({ value }) => value);
  for (const source of merged.flatMap((value) => (isSeq(value) ? value.items : [value]))) {
    const found = childAt(document, source, part);
    if (found !== undefined) return found;
  }
  return undefined;
}
