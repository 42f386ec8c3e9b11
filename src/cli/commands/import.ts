/** Manifests in, a scenario out. */
import { readManifests } from "../../experiment/manifest-files.js";
import { renderComplaint } from "../../scenario/complaint.js";
import { importManifests } from "../../scenario/kubernetes/import.js";
import { scenarioText, sentenceOf } from "../../scenario/kubernetes/text.js";
import type { Command } from "../command.js";
import { Exit } from "../exit.js";
import { writeNew } from "../new-file.js";
import { formatOf, textOf } from "../options.js";

export const importing: Command = {
  name: "import",
  says: "Makes a scenario of Kubernetes manifests or a Compose file, and tells what of them is not simulated",
  arguments: [
    { name: "from", says: "What kind of manifests", needed: true, choices: ["k8s"] },
    { name: "paths", says: "Files, folders of them, or - for stdin", needed: true, many: true },
  ],
  flags: {
    out: { value: "FILE", says: "Where the scenario goes; default: stdout" },
    force: { says: "Replace the file if there is one" },
  },
  examples: [
    ["import k8s k8s/ hpa.yaml --out shop.yaml", "then fill in what is ASSUMED"],
    ["import k8s -", "what kubectl get deploy,svc,hpa -o yaml prints"],
  ],
  async act(given, voice) {
    const format = formatOf(given, ["table", "json"]);
    const files = readManifests(given.paths as readonly string[]);
    const imported = importManifests(files);
    const text = scenarioText(
      imported,
      files.map(({ file }) => file),
    );
    const { read, left, unknown, warnings } = imported;
    for (const warning of warnings) voice.note(`warning: ${renderComplaint(warning)}\n`);
    voice.note(sentenceOf(imported));
    for (const path of left) voice.note(`  not simulated: ${path}`);
    for (const one of unknown) voice.note(`  of another kind, not read: ${one}`);
    const out = textOf(given, "out");
    if (out !== undefined) writeNew(out, text, given.force === true);
    if (format === "json") voice.result(JSON.stringify({ read, left, unknown, warnings, scenario: text }, null, 2));
    else if (out === undefined) voice.result(text);
    else voice.result(`${out} is written.`);
    return Exit.Done;
  },
};
