/** Words to a command and what it is given; or the text that they ask for (help, version, completion). */
import yargs, { type Argv } from "yargs";
import { about } from "./about.js";
import type { Command } from "./command.js";
import { commands } from "./commands.js";
import { EXIT_CODES, UsageError } from "./exit.js";
import { type Flag, type Given, globalFlags, unknownWord } from "./options.js";

export type Parsed = { readonly command: Command; readonly given: Given } | { readonly text: string };

/** Throws a UsageError for what cannot be followed. */
export async function parse(words: readonly string[], columns: number): Promise<Parsed> {
  if (words.length === 0)
    throw new UsageError(`expected a command: ${NAMES.join(", ")}\nTry: dryscale demo, or dryscale --help`);
  let text = "";
  const found = (await parser(columns).parseAsync([...words], {}, (_error, _found, output) => {
    text = output;
  })) as Given;
  if (text !== "") return { text };
  // Completion answers by itself.
  if (words.some((word) => word.startsWith("--get-yargs-completions"))) return { text: "" };
  const [name, ...rest] = found._ as readonly (string | number)[];
  const command = commands.find((one) => one.name === String(name));
  if (command === undefined) {
    if (name === undefined) throw new UsageError(`expected a command: ${NAMES.join(", ")}`);
    const complaint = `no command named "${name}"; there are ${NAMES.join(", ")}`;
    throw new UsageError(unknownWord(complaint, String(name), NAMES));
  }
  const given = once(found);
  checkFlags(command, given);
  return { command, given: { ...given, ...argumentsOf(command, rest.map(String)) } };
}

const NAMES: readonly string[] = [...commands.map(({ name }) => name), "completion"];
const ALIASES = { h: "help", V: "version" } as const;

function parser(columns: number): Argv {
  const cli = yargs([])
    .scriptName("dryscale")
    .locale("en")
    .usage(
      `dryscale ${about.version}: ${about.description.replace(/^Dry-run your scaling: /, "")}\n\nUsage: $0 COMMAND`,
    )
    .exitProcess(false)
    .parserConfiguration({
      // Every flag has one spelling, so that a mistyped one is told from it.
      "camel-case-expansion": false,
      "boolean-negation": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .fail((message, error) => {
      // Its own complaints come both ways: as a message, or as an error of its own class.
      if (error !== undefined && error !== null && error.name !== "YError") throw error;
      throw new UsageError(wording(message ?? error.message));
    })
    .help("help", "This text; after a command, more about it")
    .alias("help", "h")
    .version("version", "The version", about.version)
    .alias("version", "V")
    .completion("completion", "A script that completes commands and flags, for bash or zsh by $SHELL")
    .epilogue(`${EXIT_CODES}\n\nThe result goes to stdout, everything else to stderr.`)
    .wrap(Math.min(100, columns));
  const described = cli
    .options(optionsOf(globalFlags))
    .group([...Object.keys(globalFlags), "help", "version"], "Always:");
  for (const command of commands) described.command(command.name, command.says, (one) => dressed(one, command));
  return described;
}

const shape = ({ name, arguments: all }: Command): string =>
  [
    name,
    ...all.map((one) => (one.needed ? `<${one.name}${one.many ? ".." : ""}>` : `[${one.name}${one.many ? ".." : ""}]`)),
  ].join(" ");

/** "dryscale run <file>" */
const usage = (command: Command): string => `dryscale ${shape(command)}`;

/** For yargs a command has no arguments of its own: it takes a lone "-" for nothing and loses what follows "--". */
function dressed(one: Argv, command: Command): Argv {
  one.options(optionsOf(command.flags)).group(Object.keys(command.flags), "Options:");
  for (const [line, says] of command.examples) one.example(`$0 ${line}`, says);
  const width = Math.max(...command.arguments.map(({ name }) => name.length));
  const lines = command.arguments.map(({ name, says, choices }) => {
    const among = choices === undefined ? "" : `: ${choices.join(", ")}`;
    return `\n  ${name.padEnd(width)}  ${says}${among}`;
  });
  const about = lines.length === 0 ? "" : `\n\nArguments:${lines.join("")}`;
  return one.usage(`${usage(command)}\n\n${command.says}.${about}`);
}

function argumentsOf(command: Command, words: readonly string[]): Given {
  const left = [...words];
  const given = command.arguments.map(({ name, needed, many, choices }) => {
    const own = left.splice(0, many ? left.length : 1);
    if (own.length === 0 && needed) throw new UsageError(`expected ${usage(command)}, got no ${name}`);
    const odd = choices && own.find((word) => !choices.includes(word));
    if (odd !== undefined)
      throw new UsageError(
        unknownWord(`${usage(command)}: expected ${choices!.join(", ")}, got "${odd}"`, odd, choices!),
      );
    return [name, many ? own : own[0]] as const;
  });
  if (left.length > 0) throw new UsageError(`${usage(command)}: unexpected "${left[0]}"`);
  return Object.fromEntries(given);
}

const optionsOf = (
  flags: Readonly<Record<string, Flag>>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  Object.fromEntries(
    Object.entries(flags).map(([name, { value, says, choices, alias }]) => [
      name,
      {
        describe: choices === undefined ? says : `${says}: ${choices.join(", ")}`,
        ...(value === undefined ? { type: "boolean" } : { type: "string", requiresArg: true }),
        ...(alias === undefined ? {} : { alias }),
      },
    ]),
  );

/** A flag that is given twice with different values is a slip, not a list. */
function once(found: Given): Given {
  return Object.fromEntries(
    Object.entries(found).map(([key, value]) => {
      if (!Array.isArray(value) || key === "_") return [key, value];
      if (new Set(value).size === 1) return [key, value[0] as unknown];
      throw new UsageError(`--${key}: expected one value, got ${value.join(" and ")}`);
    }),
  );
}

/** yargs suggests commands that were mistyped, but no flags. */
function checkFlags(command: Command, given: Given): void {
  const flags: Readonly<Record<string, Flag>> = { ...globalFlags, ...command.flags };
  const known = [...Object.keys(flags), ...Object.values(ALIASES)];
  const short = [...Object.keys(ALIASES), ...Object.values(flags).flatMap(({ alias }) => alias ?? [])];
  const others = ["_", "$0"];
  for (const key of Object.keys(given)) {
    if (known.includes(key) || short.includes(key) || others.includes(key)) continue;
    const dashes = key.length === 1 ? "-" : "--";
    throw new UsageError(unknownWord(`${command.name} has no flag ${dashes}${key}`, key, known, "--"));
  }
  if (given.seed !== undefined && !command.plays)
    throw new UsageError(`${command.name} plays nothing, so --seed has no meaning for it`);
}

/** yargs' sentences in our voice. */
function wording(message: string): string {
  const missing = /^Not enough arguments following: (.*)$/.exec(message);
  if (missing !== null) return `--${missing[1]}: expected a value, got none`;
  return message.replaceAll("\n", " ");
}
