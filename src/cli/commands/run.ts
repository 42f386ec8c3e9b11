/** One policy of a scenario. */
import type { Command } from "../command.js";
import { playFlags, textOf } from "../options.js";
import { missedBy, play, policiesNamed } from "../play.js";

export const run: Command = {
  name: "run",
  says: "Plays one policy of a scenario and judges it by the scenario's objectives",
  arguments: [{ name: "file", says: "The scenario; - for stdin", needed: true }],
  flags: { policy: { value: "NAME", says: "Which policy; default: the scenario's first" }, ...playFlags },
  examples: [
    ["run shop.yaml --policy hpa", "one of its policies"],
    ["run shop.yaml --seed 7 --replications 20", "with other chance, and more of it"],
    ["run shop.yaml --json | jq .", "for programs"],
  ],
  plays: true,
  act(given, voice) {
    const policy = textOf(given, "policy");
    return play(
      {
        file: String(given.file),
        choose(policies) {
          if (policy !== undefined) return policiesNamed([policy], "policy", policies);
          if (policies.length > 1)
            voice.note(
              `Playing ${policies[0]}, the first of ${policies.length} policies; --policy names another, compare plays all.`,
            );
          return policies.slice(0, 1);
        },
        missed: ({ findings }) => findings.findings.some(missedBy),
      },
      given,
      voice,
    );
  },
};
