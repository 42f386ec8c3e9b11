/** How the results were made, and how to make them again. */
import type { Manifest } from "../manifest.js";
import { formatDuration } from "../numbers.js";
import { type Markup, markup } from "./markup.js";
import { levelOf } from "./top.js";
import { section, type View } from "./view.js";

export function made({ summary }: View, manifest: Manifest, scenarioText: string | undefined): Markup {
  const { version } = manifest.createdBy;
  const { seed, replications, warmup, duration } = summary;
  const seeds = replications === 1 ? `${seed}` : `${seed} to ${seed + replications - 1}`;
  const facts: readonly (readonly [string, Markup | string])[] = [
    ["dryscale", `version ${version}`],
    ["scenario", markup`${manifest.scenario.path}<br><code>sha256 ${manifest.scenario.hash}</code>`],
    ...Object.entries(manifest.files).map(([path, hash]) => [path, markup`<code>sha256 ${hash}</code>`] as const),
    ["policies", manifest.policies.join(", ")],
    ["replications", `${replications}, ${replications === 1 ? "seed" : "seeds"} ${seeds}`],
    ["warm-up", `${formatDuration(warmup)}, not measured`],
    ["measured", `${formatDuration(duration)} a run`],
    [
      "intervals",
      replications === 1
        ? "none, for one run has none"
        : `Student's t over the replications, ${levelOf(summary)}; differences pair by pair, by seed`,
    ],
  ];
  return section("made", "How it was made", [
    markup`<p>A discrete-event simulation played every request in virtual time. The same scenario and the same seed give the same bytes on any machine.</p>
<dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`,
    scenarioText === undefined
      ? undefined
      : markup`<details><summary>The scenario's text</summary>
<pre tabindex="0" aria-label="The scenario's text"><code>${scenarioText}</code></pre></details>
`,
  ]);
}
