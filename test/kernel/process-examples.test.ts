import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bank } from "../../docs/examples/bank.js";
import { car } from "../../docs/examples/car.js";
import { carWash } from "../../docs/examples/carwash.js";
import { machineShop } from "../../docs/examples/machineshop.js";

// The documented output is rewritten by UPDATE=1 npx vitest run test/kernel/process-examples.test.ts; review it by its diff.
const UPDATE = process.env.UPDATE === "1";
const docs = new URL("../../docs/", import.meta.url);
const page = new URL("processes.md", docs);
const examples = { bank, car, carwash: carWash, machineshop: machineShop };

function linesOf(example: (print: (line: string) => void) => unknown): string[] {
  const lines: string[] = [];
  example((line) => lines.push(line));
  return lines;
}

/** The lines of a file's `#region steps`, less their indent. */
function steps(name: string): string[] {
  const text = readFileSync(new URL(`examples/${name}.ts`, docs), "utf8");
  const [, indent, region] = /^( *)\/\/ #region steps\n([\s\S]*?)\n *\/\/ #endregion/m.exec(text)!;
  return region.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
}

/** What stands on the page between the two markers of this name, less the fence; replaced first when updating. */
function documented(marker: string, language: string, lines: readonly string[]): string[] {
  const begin = `<!-- begin ${marker} -->\n\`\`\`${language}\n`;
  const end = `\`\`\`\n<!-- end ${marker} -->`;
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`processes.md has no part between the markers of ${marker}`);
  if (!UPDATE) return text.slice(from, to).split("\n").slice(0, -1);
  writeFileSync(page, `${text.slice(0, from)}${lines.map((line) => `${line}\n`).join("")}${text.slice(to)}`);
  return [...lines];
}

for (const [name, example] of Object.entries(examples)) {
  test(`the ${name} example prints what its page and its file say, line by line`, () => {
    const lines = linesOf(example);
    const file = new URL(`examples/${name}.txt`, docs);
    if (UPDATE) writeFileSync(file, `${lines.join("\n")}\n`);
    expect(lines).toEqual(readFileSync(file, "utf8").split("\n").slice(0, -1));
    expect(lines).toEqual(documented(`${name}.txt`, "text", lines));
  });

  test(`the page shows the ${name} example as it runs`, () => {
    const lines = steps(name);
    expect(lines).toEqual(documented(`${name}.ts`, "ts", lines));
  });
}

test("the car drives 20, charges until its driver hurries after 15, and is full after 50 the next time", () => {
  expect(linesOf(car)).toEqual([
    "0: drives",
    "20: charges",
    `${20 + 15}: charge cut short, the driver is in a hurry`,
    `35: charged to ${(100 * 15) / 50} %`,
    "35: drives",
    `${35 + 20}: charges`,
    `${55 + 50}: charged to 100 %`,
    "105: drives",
    "125: charges",
  ]);
});

const silent = (): void => {};

for (const seed of [1, 2, 3])
  for (const counters of [1, 3])
    test(`every customer is served or reneges, and is served in order of arrival (seed ${seed}, ${counters} counters)`, () => {
      const { arrived, served, reneged } = bank(silent, {
        seed,
        counters,
        customers: 500,
        betweenArrivals: 12 / counters,
      });
      expect(arrived).toBe(500);
      expect([...served, ...reneged].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
      expect(served).toEqual([...served].sort((a, b) => a - b));
      expect(reneged.length).toBeGreaterThan(0);
    });

test("nobody reneges who has all the time in the world", () => {
  const { served, reneged } = bank(silent, { customers: 200, patience: [1e9, 1e9] });
  expect([served.length, reneged.length]).toEqual([200, 0]);
});

test("with two machines, washes of 5 and a car every 2 minutes, the times are those on paper", () => {
  const { washed } = carWash(silent, { machines: 2, wash: 5, early: 3, between: [2, 2], closing: 5 });
  // Cars 0, 1, 2 at 0; 3 at 2; 4 at 4. Machines free at 0 0, 5 5, 10 10.
  expect(washed).toEqual([
    { car: 0, arrival: 0, start: 0, end: 5 },
    { car: 1, arrival: 0, start: 0, end: 5 },
    { car: 2, arrival: 0, start: 5, end: 10 },
    { car: 3, arrival: 2, start: 5, end: 10 },
    { car: 4, arrival: 4, start: 10, end: 15 },
  ]);
});

test("every car is washed once, in order of arrival, never more at once than there are machines", () => {
  const { arrived, washed } = carWash(silent, { machines: 3, closing: 5000, between: [1, 2.2] });
  expect(washed.map(({ car }) => car)).toEqual(Array.from({ length: arrived }, (_, i) => i));
  washed.forEach(({ arrival, start, end }, i) => {
    expect(end).toBe(start + 5);
    // First-in-first-out with equal washes, exactly: a car starts when it comes or when the third before it leaves.
    expect(start).toBe(Math.max(arrival, i < 3 ? 0 : washed[i - 3].end));
  });
});

test("the machine shop loses no minute: parts hold the work of the machines, the repairer's day is repairs and other jobs", () => {
  const duration = 20_000;
  const { machines, repairing, otherJobs, jobsDone, interruptions } = machineShop(silent, { duration });
  for (const { finished, atHand, worked, parts } of machines) {
    const rounding = 1e-6;
    expect(finished).toBeLessThanOrEqual(worked + rounding);
    expect(worked).toBeLessThanOrEqual(finished + atHand + rounding);
    expect(parts).toBeGreaterThan(1000);
  }
  expect(repairing + otherJobs).toBeCloseTo(duration, 6);
  expect(jobsDone).toBeGreaterThan(0);
  expect(interruptions).toBeGreaterThan(0);
});

/** Share of the time a machine works: Palm's machine repair model, up to a factor the birth and death chain of broken machines. */
function working(machines: number, betweenFailures: number, repair: number): number {
  let weight = 1;
  let all = 1;
  let up = machines;
  for (let broken = 1; broken <= machines; broken++) {
    weight *= ((machines - broken + 1) * repair) / betweenFailures;
    all += weight;
    up += (machines - broken) * weight;
  }
  return up / all / machines;
}

test("the share of a machine that never waits for repair is that of an alternating renewal process", () => {
  expect(working(1, 300, 30)).toBeCloseTo(300 / (300 + 30), 12);
});

for (const machines of [1, 6])
  test(`the utilisation of ${machines} machines with one repairer is that of theory within 5 standard errors`, () => {
    const duration = 100_000;
    const shares = Array.from({ length: 20 }, (_, seed) => {
      const report = machineShop(silent, { seed, machines, duration, part: 100 });
      return report.machines.reduce((sum, { worked }) => sum + worked, 0) / machines / duration;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / 20;
    const error = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / 19 / 20);
    expect(Math.abs(mean - working(machines, 300, 30)) / error).toBeLessThan(5);
    expect(error).toBeLessThan(0.005);
  });
