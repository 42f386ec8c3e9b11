import { closeSync, existsSync, openSync, readSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTraceArrivals, type TextSource, type TraceSpec } from "../../src/workload/trace.js";
import { replay, text } from "./replay.js";

const stamps = { format: "timestamps" } as const;
const counts = { format: "counts" } as const;
const clf = { format: "clf" } as const;
const logLine = (time: string) => `127.0.0.1 - frank [${time}] "GET /a.gif HTTP/1.0" 200 2326`;

describe("time stamps", () => {
  test.each<[string, TraceSpec, string, number[]]>([
    ["need no header when there is one column", stamps, "10\n12.5\n13\n", [0, 2.5, 3]],
    ["are found by their column's name", stamps, "id,timestamp\na,5\nb,7\n", [0, 2]],
    ["are found under another name", { ...stamps, column: "start" }, "start,end\n5,6\n7,9\n", [0, 2]],
    [
      "are found in spite of capitals",
      stamps,
      "TIMESTAMP,ContextTokens\n2023-11-16 18:15:46.5,1\n2023-11-16 18:15:47,2\n",
      [0, 0.5],
    ],
    ["may end without a line break", stamps, "1\n2", [0, 1]],
    ["may have blank lines and Windows line ends", stamps, "timestamp\r\n1\r\n\r\n2\r\n", [0, 1]],
    ["may begin with a byte order mark", stamps, "\uFEFFtimestamp\n1\n2\n", [0, 1]],
    [
      "may stand in quotes, and beside commas in quotes",
      { ...stamps, column: "at" },
      'cpu,at\n"a, ""b""","3"\nc,5\n',
      [0, 2],
    ],
    ["in ms are divided by 1000", { ...stamps, unit: "ms" }, "1500\n2750.5\n", [0, 1.2505]],
    ["in µs are divided by 10⁶", { ...stamps, unit: "us" }, "7\n1000007\n", [0, 1]],
    ["may be negative or have exponents", stamps, "-1.5\n1e1\n", [0, 11.5]],
    ["may be dates without seconds", stamps, "1998-06-30 23:59\n1998-07-01 00:01\n", [0, 120]],
    ["may be days", stamps, "2024-02-28\n2024-03-01\n", [0, 2 * 86400]],
    ["may have zones", stamps, "2000-01-01T00:00:00+02:00\n1999-12-31T22:00:01Z\n", [0, 1]],
    ["may share a time", stamps, "1\n1\n1\n", [0, 0, 0]],
  ])("%s", (_, spec, content, expected) => {
    expect(replay(spec, content)).toEqual(expected);
  });

  test("in ns keep every digit, though 1.7 · 10¹⁸ has more than a number holds", () => {
    const [, second] = replay({ ...stamps, unit: "ns" }, "1700000000000000001\n1700000000000000002\n");
    expect(second).toBeCloseTo(1e-9, 15);
  });

  test("of dates keep 100 ns", () => {
    const [, second] = replay(stamps, "2023-11-16 18:15:46.6805900\n2023-11-16 18:15:46.6805901\n");
    expect(second).toBeCloseTo(1e-7, 13);
  });

  test("do not depend on where the pieces are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        (gaps, size) => {
          let sum = 1000;
          const times = gaps.map((gap) => {
            sum += gap;
            return sum;
          });
          const content = times.join("\n");
          const arrivals = createTraceArrivals(stamps, text(content, size), 1, "t");
          for (const time of times) expect(arrivals.next()).toBe(time - times[0]!);
        },
      ),
      { seed: 4 },
    );
  });
});

describe("access logs", () => {
  const log = ["10/Oct/2000:13:55:36 -0700", "10/Oct/2000:13:55:36 -0700", "10/Oct/2000:20:55:38 +0000"].map(logLine);

  test("spread the requests of one second evenly over it, and know zones", () => {
    expect(replay(clf, log.join("\n"))).toEqual([0, 0.5, 2]);
  });

  test("spread them at random over the same second when asked", () => {
    const times = replay({ ...clf, spread: "poisson" }, log.join("\n"));
    expect(times.map(Math.floor)).toEqual([0, 0, 2]);
    expect(times[1]!).toBeGreaterThan(times[0]!);
  });

  test("may be in the Combined format, with any request and no size", () => {
    const line = '::1 - - [29/Feb/2000:00:00:00 +0000] "GET /\\"x]\\" HTTP/1.1" 304 - "http://a/" "Mozilla [en]"';
    expect(replay(clf, `${line}\n`)).toEqual([0]);
  });
});

describe("counts", () => {
  test.each<[string, TraceSpec, string, number[]]>([
    ["are spread evenly over their interval", counts, "period,count\n0,2\n60,3\n", [0, 30, 60, 80, 100]],
    ["need no header", counts, "0,1\n10,2\n", [0, 10, 15]],
    ["of several rows of one time are summed", counts, "t,n\n0,1\n0,1\n10,1\n", [0, 5, 10]],
    ["may be 0", counts, "t,n\n0,0\n10,0\n20,1\n", [20]],
    ["leave a gap where rows are missing", counts, "t,n\n0,1\n10,1\n50,2\n", [0, 10, 50, 55]],
    ["of one row need an interval", { ...counts, interval: 4 }, "t,n\n0,2\n", [0, 2]],
    ["may stand in a named column", { ...counts, column: "n" }, "t,x,n\n0,9,1\n10,9,1\n", [0, 10]],
    ["may have dates", counts, "minute_utc,requests\n1998-06-30 00:00,1\n1998-06-30 00:01,2\n", [0, 60, 90]],
  ])("%s", (_, spec, content, expected) => {
    expect(replay(spec, content)).toEqual(expected);
  });

  test("at random are uniform over the interval and in order", () => {
    const n = 100_000;
    const times = replay({ ...counts, interval: 10, spread: "poisson" }, `t,n\n0,${n}\n`);
    expect(times).toHaveLength(n);
    // Kolmogorov and Smirnov: 1.95/√n is passed once in a thousand times.
    let distance = 0;
    times.forEach((t, i) => {
      if (i > 0) expect(t >= times[i - 1]!).toBe(true);
      distance = Math.max(distance, Math.abs(t / 10 - i / n), Math.abs(t / 10 - (i + 1) / n));
    });
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n));
    expect(times[n - 1]!).toBeLessThanOrEqual(10);
  });

  test("multiplied are right in the mean, within 5 standard errors, and off by less than one in each row", () => {
    const rows = 5000;
    const content = Array.from({ length: rows }, (_, i) => `${i},3`).join("\n");
    const perRow = new Array(rows).fill(0);
    for (const t of replay({ ...counts, scale: 0.45 }, content)) perRow[Math.floor(t)]++;
    expect(perRow.every((count) => count === 1 || count === 2)).toBe(true);
    const total = perRow.reduce((a, b) => a + b, 0);
    expect(Math.abs(total - rows * 1.35)).toBeLessThan(5 * Math.sqrt(rows * 0.35 * 0.65));
  });
});

describe("a slice", () => {
  const seconds = Array.from({ length: 100 }, (_, i) => `${1000 + i}`).join("\n");

  test("from and until are counted from the first stamp, and the first row kept is time 0", () => {
    expect(replay({ ...stamps, from: 10.5, until: 14 }, seconds)).toEqual([0, 1, 2]);
  });

  test("at double speed takes half the time", () => {
    expect(replay({ ...stamps, until: 3, speed: 2 }, seconds)).toEqual([0, 0.5, 1]);
  });

  test("of scale 3 has three of each", () => {
    expect(replay({ ...stamps, until: 2, scale: 3 }, seconds)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test("of scale 0.1 keeps each request with probability 0.1, and time 0 where it was", () => {
    const content = Array.from({ length: 20_000 }, (_, i) => `${i}`).join("\n");
    const times = replay({ ...stamps, scale: 0.1 }, content);
    expect(Math.abs(times.length - 2000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
    expect(times.every(Number.isInteger)).toBe(true);
  });

  test("reads no further than the row after it", () => {
    expect(replay({ ...stamps, until: 2 }, "0\n1\n2\nnonsense\n")).toEqual([0, 1]);
  });
});

const worldCup = "../shared/data/worldcup98";

function file(path: string): TextSource & { close(): void } {
  const handle = openSync(path, "r");
  const buffer = Buffer.alloc(65536);
  return {
    name: path,
    read() {
      const size = readSync(handle, buffer, 0, buffer.length, null);
      return size === 0 ? undefined : buffer.toString("latin1", 0, size);
    },
    close: () => closeSync(handle),
  };
}

describe.skipIf(!existsSync(worldCup))("the 1998 World Cup", () => {
  test("keeps all 75.2 million requests of 30 June, and its peak minute of 215,241", () => {
    const source = file(`${worldCup}/per_minute_1998-06-30.csv`);
    const arrivals = createTraceArrivals({ ...counts, spread: "even" }, source, 1, "cup");
    const perMinute = new Float64Array(24 * 60);
    for (let t = arrivals.next(); t < Infinity; t = arrivals.next()) perMinute[Math.floor(t / 60)]!++;
    source.close();
    expect(perMinute.reduce((a, b) => a + b, 0)).toBe(75_207_657);
    expect(perMinute.reduce((a, b) => Math.max(a, b), 0)).toBe(215_241);
  });

  test("scaled to a thousandth from the file of all days has a thousandth of 30 June, within 5 standard errors", () => {
    const source = file(`${worldCup}/invocation_count_per_minute.csv`);
    const from = (Date.UTC(1998, 5, 30) - Date.UTC(1998, 3, 30, 21, 30)) / 1000;
    const spec = { ...counts, from, until: from + 86400, scale: 1e-3, spread: "poisson" } as const;
    const arrivals = createTraceArrivals(spec, source, 1, "cup");
    let count = 0;
    for (let t = arrivals.next(); t < Infinity; t = arrivals.next()) count++;
    source.close();
    // Each of the 1440 minutes is rounded, with a variance of at most 1/4.
    expect(Math.abs(count - 75_207.657)).toBeLessThan(5 * Math.sqrt(1440 / 4));
  });
});
