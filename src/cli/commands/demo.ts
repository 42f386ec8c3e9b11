/** The first minute: a shop, a flash crowd, and what each policy makes of it. */
import { join } from "node:path";
import { shippedScenarios } from "../../experiment/files.js";
import type { Command } from "../command.js";
import { playFlags } from "../options.js";
import { play } from "../play.js";

/** A number, not a time: on every machine the demo finds the same. Two cores need about ten seconds. */
const REPLICATIONS = 3;

export const demo: Command = {
  name: "demo",
  says: "Plays the shipped shop through a flash crowd, under all its policies",
  arguments: [],
  flags: playFlags,
  examples: [
    ["demo", "about ten seconds; no policy's missed objective makes it fail"],
    ["demo --replications 10", "with narrower intervals"],
  ],
  plays: true,
  act(given, voice) {
    voice.note("A shop of six services; an advertisement sends five times the usual visitors.\n");
    return play(
      {
        file: join(shippedScenarios, "shop.yaml"),
        choose: (policies) => policies,
        replications: REPLICATIONS,
        missed: () => false,
      },
      given,
      voice,
    );
  },
};
