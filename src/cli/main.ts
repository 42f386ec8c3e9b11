/** One command from its words to its exit code. It neither exits nor touches the process: see ../cli.ts for that. */
import { Exit, verdictOn } from "./exit.js";
import { type Io, type Manner, Voice } from "./io.js";
import type { Given } from "./options.js";
import { parse } from "./parse.js";

export async function main(words: readonly string[], io: Io): Promise<Exit> {
  try {
    const parsed = await parse(words, io.stdout.columns || 80);
    if ("text" in parsed) {
      if (parsed.text !== "") io.stdout.write(`${parsed.text}\n`);
      return Exit.Done;
    }
    const { command, given } = parsed;
    return await command.act(given, new Voice(io, mannerOf(given), ["dryscale", ...words].map(quoted).join(" ")));
  } catch (error) {
    const { text, code } = verdictOn(error);
    io.stderr.write(`${text}\n`);
    if (words.includes("--verbose") && code !== Exit.Bug && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return code;
  }
}

const mannerOf = (given: Given): Manner => ({
  quiet: given.quiet === true,
  verbose: given.verbose === true,
  progress: given["no-progress"] !== true,
  color: given["no-color"] !== true,
});

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
