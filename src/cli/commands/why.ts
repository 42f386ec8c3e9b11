/** Tells why kept results scaled as they did. */

import { askable, type Question, storiesOf, whyText } from "../../report/why.js";
import { nearest } from "../../scenario/complaint.js";
import { parseDuration } from "../../units.js";
import type { Command } from "../command.js";
import { Exit, UsageError } from "../exit.js";
import { formatOf, type Given, textOf } from "../options.js";
import { keptIn, painted } from "../reporting.js";

export const why: Command = {
  name: "why",
  says: "Tells how each decision of kept results came about, and when it took effect",
  arguments: [{ name: "results", says: "A folder that run, compare or demo wrote", needed: true }],
  flags: {
    at: { value: "TIME", says: 'What held at this moment, such as "12m30s", warm-up included; default: all changes' },
    service: { value: "NAME", says: 'Decisions about one service, or about the "cluster"' },
    policy: { value: "NAME", says: "Decisions under one policy; default: under each" },
  },
  examples: [
    ["why results/shop --service cart", "every change of cart's replicas"],
    ["why results/shop --at 12m30s --policy hpa", "what had been decided then, and why no more"],
  ],
  async act(given, voice) {
    const format = formatOf(given, ["table", "json"]);
    const folder = String(given.results).replace(/(?<=.)\/+$/, "");
    const at = momentOf(given);
    // One run can be told, several cannot be averaged: the first replication.
    const runs = keptIn(folder)
      .runs()
      .filter(({ replication }) => replication === 0);
    const names = { service: askable(runs), policy: runs.map(({ policy }) => policy) };
    const question: Question = {
      ...(at === undefined ? {} : { at }),
      ...oneOf(given, "service", names.service),
      ...oneOf(given, "policy", names.policy),
    };
    const stories = storiesOf(runs, question);
    voice.result(
      format === "json" ? JSON.stringify(stories, undefined, 2) : whyText(stories, question, painted(voice)),
    );
    return Exit.Done;
  },
};

function momentOf(given: Given): number | undefined {
  const text = textOf(given, "at");
  if (text === undefined) return undefined;
  const at = parseDuration(text);
  if (Number.isNaN(at)) throw new UsageError(`--at: expected a moment like "12m30s", got "${text}"`);
  return at;
}

function oneOf<F extends "service" | "policy">(given: Given, flag: F, names: readonly string[]) {
  const text = textOf(given, flag);
  if (text === undefined) return {};
  if (names.includes(text)) return { [flag]: text } as Record<F, string>;
  const meant = nearest(text, names);
  const known = names.length === 0 ? "nothing was decided" : `there are ${names.join(", ")}`;
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  throw new UsageError(`--${flag}: no decisions about "${text}"; ${known}${hint}`);
}
