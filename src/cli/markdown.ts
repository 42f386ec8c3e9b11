/** Findings as Markdown, for an issue or a pull request. */
import { formatInterval } from "../report/numbers.js";
import { intervalOf, type Summary } from "../report/summary.js";
import { answerOf, judgedMeasures, overallOf, shownMeasures, verdictOf } from "../report/verdicts.js";

export function markdown(summary: Summary): string {
  const { scenario, question, policies, comparisons } = summary;
  const rows = shownMeasures(summary).map(({ name, label, unit }) => {
    const cells = policies.map((policy) => {
      const objective = policy.objectives.find((one) => one.name === name);
      const mark = objective === undefined ? "" : objective.kept ? " ✓" : " ✗";
      return `${formatInterval(intervalOf(policy.measures[name]), unit)}${mark}`;
    });
    return line([label, ...cells]);
  });
  const verdicts = comparisons.flatMap((comparison) => {
    const baseline = policies.find(({ name }) => name === comparison.baseline)!;
    return judgedMeasures(summary).map((measure) => `- ${escaped(verdictOf(comparison, measure, baseline).text)}\n`);
  });
  return [
    `## ${escaped(scenario)}\n\n${question === "" ? "" : `${escaped(question)}\n\n`}`,
    line(["", ...policies.map(({ name }) => name)]),
    line(["---", ...policies.map(() => "---:")]),
    ...rows,
    verdicts.length === 0 ? "" : `\n${verdicts.join("")}`,
    `\n${policies.map((policy) => `- ${escaped(overallOf(policy, summary).text)}\n`).join("")}`,
    `\n**${escaped(answerOf(summary).text)}**\n`,
  ].join("");
}

const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |\n`;

/** What the user named may hold what Markdown takes for its own. */
const escaped = (text: string): string => text.replace(/[|<>*_`[\]\\]/g, (sign) => `\\${sign}`).replaceAll("\n", " ");
