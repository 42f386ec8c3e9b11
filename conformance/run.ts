/** `npm run conformance [-- DIR]`: plays vectors of real controllers through dryscale's and prints what differs. */
import { type Failure, playAll, type Tally } from "./play.js";
import { readVectors } from "./vector.js";

const folder = process.argv[2] ?? "conformance/vectors";
const shown = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > 2000 ? `${text.slice(0, 1999)}…` : text;
};

function explained({ vector, at, field, expected, got }: Failure): string {
  const place = `${vector.controller}: ${vector.name}: at ${at}${field === "" ? "" : `: ${field}`}`;
  return `${place}\n  expected ${shown(expected)}\n  got      ${shown(got)}\n`;
}

const line = ({ controller, version, situations, steps, failures }: Tally): string => {
  const count = `${steps} decisions in ${situations} situations`;
  return `${controller} (${version}): ${count}: ${situations - failures.length} passed, ${failures.length} failed`;
};

const tallies = playAll(readVectors(folder));
for (const { failures } of tallies) for (const failure of failures) console.log(explained(failure));
for (const tally of tallies) console.log(line(tally));
const failed = tallies.reduce((sum, { failures }) => sum + failures.length, 0);
const passed = tallies.reduce((sum, { situations }) => sum + situations, 0) - failed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
