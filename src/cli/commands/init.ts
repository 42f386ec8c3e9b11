/** A first scenario of one's own, with a sentence on every line that one will want to change. */
import type { Command } from "../command.js";
import { Exit } from "../exit.js";
import { writeNew } from "../new-file.js";

/** Says the same as scenarios/minimal.yaml, in more words; a test compares them. */
export const STARTER = `# yaml-language-server: $schema=./dryscale.schema.json
# A dryscale scenario: a system, its load, and who decides how large it is.
# All that may stand here: dryscale schema; who may decide: dryscale list policies.

question: How many replicas does the service need at 200 requests per second?

duration: 10m # measured, in virtual time: it takes seconds
warmup: 1m # the system runs for so long before anything is measured

# What is good enough. When it is missed, "dryscale run" ends with code 99.
slo:
  - { latency: 100ms, share: 99% }

services:
  web:
    replicas: 3 # at the start
    cpu: 500m # what a pod requests; where the node has cores to spare it may use more
    endpoints:
      # What a request costs: CPU time of 5 ms in the mean, log-normal; cv is its deviation over its mean.
      # Steps may also wait or call other services, in turn, in parallel or maybe: see scenarios/shop.yaml.
      get: { cpu: { lognormal: { mean: 5ms, cv: 1 } } }
    # Who decides on replicas. A file of your own is as good: { use: ./surge.ts }
    scaler: { use: hpa, target: 60%, min: 2, max: 10 }

load:
  # Who calls: at random times, 200 a second. Waves, ramps, flash crowds and traces: dryscale list scenarios.
  visitors: { rate: 200/s, to: web/get }

# To compare, give names to what may differ; the first is the baseline:
# policies:
#   fixed: { scaler: none }
#   hpa-70: { scaler: { use: hpa, target: 70%, min: 2, max: 10 } }
`;

export const init: Command = {
  name: "init",
  says: "Writes a small scenario with comments, to start from",
  arguments: [{ name: "file", says: "Where; default: scenario.yaml" }],
  flags: { force: { says: "Replace the file if there is one" } },
  examples: [["init my-shop.yaml", "then dryscale run my-shop.yaml"]],
  async act(given, voice) {
    const file = given.file === undefined ? "scenario.yaml" : String(given.file);
    writeNew(file, STARTER, given.force === true);
    voice.result(`${file} is written.`);
    voice.note(
      [
        "Next:",
        `  dryscale validate ${file}`,
        `  dryscale run ${file}`,
        "  dryscale schema > dryscale.schema.json   # your editor then completes and checks it",
        "  dryscale list policies                   # who may decide",
      ].join("\n"),
    );
    return Exit.Done;
  },
};
