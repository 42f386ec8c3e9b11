/**
 * A user's policy: the default export of one TypeScript or JavaScript file. Types are taken off first,
 * `dryscale` means this very package wherever the file lies, and relative imports are loaded the same way.
 * Other packages are not found; Node's own modules are.
 *
 * The code is imported from memory, as Node 20 reads no TypeScript and takes a .js file outside of a package
 * for CommonJS. Lines stay where they are, and `sourceURL` gives the file its name back in every stack.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { transform } from "sucrase";
import { guarded, placeIn } from "./guard.js";

/** Why a file is no policy, and where in it if that is known. */
export class PolicyFileError extends Error {
  override readonly name = "PolicyFileError";

  constructor(
    message: string,
    readonly place?: { readonly file: string; readonly line: number; readonly column: number },
  ) {
    super(message);
  }
}

/** What the file exports by default, its answers watched; `name` is the path as the scenario writes it. */
export async function loadPolicyFile(path: string, name: string): Promise<unknown> {
  const link = linked(path, name, []);
  const module = await run(link, path, name);
  if (module.default === undefined) {
    const names = Object.keys(module);
    const has = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
    throw new PolicyFileError(`expected a policy as default export, got none: ${has}`);
  }
  return guarded(module.default, name, path);
}

async function run(link: string, path: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(link)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const place = placeIn(error, path);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // Node tells of a missing package by the whole text of the module, in base 64.
    const foreign = /Failed to resolve module specifier "([^"]*)"/.exec(reason);
    const said =
      foreign === null
        ? reason.replace(/(?: imported)?(?: from)? ["']?data:text\/javascript;base64,\S*/g, "")
        : `cannot import "${foreign[1]}": there is dryscale, files by their relative path, and what Node has`;
    throw new PolicyFileError(said, place === undefined ? undefined : { file: name, ...place });
  }
}

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\2/g;

/** The file's code as a URL that can be imported. */
function linked(path: string, name: string, parents: readonly string[]): string {
  if (parents.includes(path)) throw new PolicyFileError(`${name} imports itself, by way of others`);
  const code = javascript(readFileSync(path, "utf8"), path, name).replace(IMPORT, (whole, before, quote, target) => {
    if (target === "dryscale") return `${before}${quote}${new URL("../index.js", import.meta.url).href}${quote}`;
    // What looks like an import may stand in a comment; one that is real is missed when the code is run.
    if (!/^\.{1,2}\//.test(target) || !existsSync(resolve(dirname(path), target))) return whole;
    return `${before}${quote}${linked(resolve(dirname(path), target), target, [...parents, path])}${quote}`;
  });
  const source = `${code}\n//# sourceURL=${path}\n`;
  return `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
}

function javascript(source: string, path: string, name: string): string {
  try {
    return transform(source, { transforms: ["typescript"], disableESTransforms: true, filePath: path }).code;
  } catch (error) {
    // "Error transforming /a/b.ts: Unexpected token (3:11)"
    const message = error instanceof Error ? error.message : String(error);
    const found = /^(?:Error transforming .*?: )?(.*?)\s*\((\d+):(\d+)\)$/s.exec(message);
    if (found === null) throw new PolicyFileError(message);
    const [, what, line, column] = found;
    throw new PolicyFileError(`syntax error: ${what}`, { file: name, line: Number(line), column: Number(column) });
  }
}
