/** What there is to choose from: policies with their fields, machine types, shipped scenarios, measures. */
import type { Command } from "../command.js";
import { Exit } from "../exit.js";
import { type Inventory, inventories } from "../inventory.js";
import { type Format, formatOf } from "../options.js";

const TOPICS = ["policies", "scenarios", "instances", "measures"] as const;
type Topic = (typeof TOPICS)[number];

export const list: Command = {
  name: "list",
  says: "Shows what there is: policies with their fields, scenarios, machine types, measures",
  arguments: [{ name: "topic", says: "Of what, in full; default: of all, in short", choices: TOPICS }],
  flags: {},
  examples: [
    ["list policies", "every policy with its fields and their defaults"],
    ["list instances --format csv", "machine types with their prices"],
  ],
  async act(given, voice) {
    const format = formatOf(given);
    const topics: readonly Topic[] = given.topic === undefined ? TOPICS : [given.topic as Topic];
    const chosen = topics.map((topic) => inventories[topic](given.topic === undefined ? "short" : "full"));
    if (format === "json")
      voice.result(JSON.stringify(Object.fromEntries(chosen.map((one) => [one.title, one.rows])), null, 2));
    else voice.result(chosen.map((one) => written(one, format)).join("\n"));
    if (given.topic === undefined && format === "table") voice.note(`More: dryscale list ${TOPICS.join(" | ")}`);
    return Exit.Done;
  },
};

function written(inventory: Inventory, format: Format): string {
  if (format === "csv") return csv(inventory);
  if (format === "markdown") return markdown(inventory);
  return text(inventory);
}

const cells = ({ columns, rows }: Inventory): readonly (readonly string[])[] =>
  rows.map((row) => columns.map((column) => String(row[column] ?? "")));

function csv(inventory: Inventory): string {
  const field = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [inventory.columns, ...cells(inventory)].map((row) => `${row.map(field).join(",")}\n`).join("");
}

function markdown(inventory: Inventory): string {
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  const { title, columns } = inventory;
  return `## ${title}\n\n${line(columns)}${line(columns.map(() => "---"))}${cells(inventory).map(line).join("")}`;
}

/** Columns as wide as their widest cell; the last, a sentence, runs on. A first column that repeats stands once. */
function text(inventory: Inventory): string {
  const rows = cells(inventory);
  const widths = inventory.columns.map((_, i) => Math.max(...rows.map((row) => row[i].length), 0));
  const lines = rows.map((row, r) =>
    row
      .map((cell, i) => (i === 0 && r > 0 && rows[r - 1][0] === cell ? "" : cell).padEnd(widths[i]))
      .join("  ")
      .trimEnd(),
  );
  return `${inventory.title}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
