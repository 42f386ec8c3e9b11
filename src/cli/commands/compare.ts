/** The policies of a scenario beside each other. */
import type { Command } from "../command.js";
import { UsageError } from "../exit.js";
import { playFlags, textOf } from "../options.js";
import { missedBy, play, policiesNamed } from "../play.js";

export const compare: Command = {
  name: "compare",
  says: "Plays the policies of a scenario on the same requests and tells how surely they differ",
  arguments: [{ name: "file", says: "The scenario; - for stdin", needed: true }],
  flags: {
    policies: { value: "A,B", says: "Which policies; default: all. The scenario's first of them is the baseline" },
    "fail-on-slo": { says: "End with 99 when every policy misses an objective" },
    ...playFlags,
  },
  examples: [
    ["compare shop.yaml", "all its policies"],
    ["compare shop.yaml --policies fixed,hpa", "two of them"],
    ["compare shop.yaml --format markdown", "for a pull request"],
  ],
  plays: true,
  act(given, voice) {
    const names = textOf(given, "policies")
      ?.split(",")
      .map((name) => name.trim());
    if (names?.includes("")) throw new UsageError(`--policies: expected names with commas, got "${given.policies}"`);
    return play(
      {
        file: String(given.file),
        choose: (policies) => (names === undefined ? policies : policiesNamed(names, "policies", policies)),
        missed: ({ findings }) => given["fail-on-slo"] === true && findings.findings.every(missedBy),
      },
      given,
      voice,
    );
  },
};
