import { describe, expect, test } from "vitest";
import { createTraceArrivals, TraceError, type TraceSpec, traceComplaints } from "../../src/workload/trace.js";
import { replay, text } from "./replay.js";

const stamps = { format: "timestamps" } as const;
const counts = { format: "counts" } as const;
const clf = { format: "clf" } as const;
const logLine = (time: string) => `127.0.0.1 - frank [${time}] "GET /a.gif HTTP/1.0" 200 2326`;

describe("a fault in a trace is told with its line", () => {
  const cut = " (the file ends here, perhaps in the middle of a row)";
  test.each<[TraceSpec, string, string]>([
    [stamps, "timestamp\n1\nfoo\n", 'calls.csv:3: expected a timestamp, got "foo"'],
    [stamps, "timestamp\n1\nfoo", `calls.csv:3: expected a timestamp, got "foo"${cut}`],
    [stamps, "timestamp\n1998-06-31\n", 'calls.csv:2: expected a timestamp, got "1998-06-31"'],
    [stamps, "timestamp\n1998-06-30 24:00\n", 'calls.csv:2: expected a timestamp, got "1998-06-30 24:00"'],
    [stamps, "timestamp\n\n12.5\n11.9\n", "calls.csv:4: time goes back from 12.5 to 11.9"],
    [stamps, "when,what\n1,2\n", 'calls.csv:1: expected a column named "timestamp", got "when", "what"'],
    [stamps, "timestamp,size\n1,2\n3\n4,5\n", 'calls.csv:3: expected 2 columns, got 1: "3"'],
    [stamps, "timestamp,size\n1,2\n3", `calls.csv:3: expected 2 columns, got 1: "3"${cut}`],
    [stamps, "", "calls.csv: expected a trace, got an empty file"],
    [stamps, "\n \n", "calls.csv: expected a trace, got an empty file"],
    [stamps, "timestamp\n", "calls.csv: expected a trace, got no rows"],
    [clf, "", "calls.csv: expected a trace, got no rows"],
    [stamps, "x".repeat(2 ** 20 + 1), "calls.csv:1: expected a line break within 1048576 characters, got none"],
    [{ ...stamps, from: 5 }, "1\n2\n", "calls.csv: expected rows from 5 s to its end, got none: it ends at 1 s"],
    [
      { ...stamps, from: 5, until: 6 },
      "1\n9\n",
      "calls.csv: expected rows from 5 s to 6 s, got none: the next is at 8 s",
    ],
    [clf, "GET / 200\n", 'calls.csv:1: expected host ident user [time] "request" status bytes, got "GET / 200"'],
    [
      clf,
      `${logLine("10/Oct/2000:13:55:36 -0700")}\nhost - - [10/Oct/2000:13:55:37 -0700] "GET`,
      `calls.csv:2: expected host ident user [time] "request" status bytes, got "host - - [10/Oct/2000:13:55:37 -0700] "GET"${cut}`,
    ],
    [
      clf,
      logLine("10/Foo/2000:13:55:36 -0700"),
      `calls.csv:1: expected a timestamp, got "10/Foo/2000:13:55:36 -0700"${cut}`,
    ],
    [
      clf,
      `${logLine("10/Oct/2000:13:55:36 -0700")}\n${logLine("10/Oct/2000:13:55:35 -0700")}\n`,
      "calls.csv:2: time goes back from 10/Oct/2000:13:55:36 -0700 to 10/Oct/2000:13:55:35 -0700",
    ],
    [counts, "t,n\n0,-1\n", 'calls.csv:2: expected a whole number of requests, 0 or more, got "-1"'],
    [counts, "t,n\n0,1\n60,2.5\n", 'calls.csv:3: expected a whole number of requests, 0 or more, got "2.5"'],
    [counts, "t,n\n0,1\n60,\n", 'calls.csv:3: expected a whole number of requests, 0 or more, got ""'],
    [counts, "t,n\n0,1\n60", `calls.csv:3: expected 2 columns, got 1: "60"${cut}`],
    [counts, "t,n\nx,1\n", 'calls.csv:2: expected a timestamp, got "x"'],
    [counts, "t\n1\n", "calls.csv:1: expected a column of times and a column of counts, got 1 column"],
    [
      counts,
      "t,n\n0,1\n",
      "calls.csv: expected at least two times to infer the interval from, got one: set the interval",
    ],
    [
      counts,
      "t,n\n0,1\n120,1\n180,1\n",
      "calls.csv:4: expected a time at least 120 s after the one before (the interval inferred from the first two times), got 60 s",
    ],
    [
      { ...counts, interval: 90 },
      "t,n\n0,1\n60,1\n",
      "calls.csv:3: expected a time at least 90 s after the one before (the interval given), got 60 s",
    ],
    [{ ...counts, column: "m" }, "t,n\n0,1\n", 'calls.csv:1: expected a column named "m", got "t", "n"'],
  ])("%j", (spec, content, message) => {
    expect(() => replay(spec, content)).toThrow(new TraceError(message));
  });
});

test.each<[Partial<TraceSpec>, string]>([
  [{ format: "pcap" } as unknown as TraceSpec, 'trace.format: expected timestamps, clf or counts, got "pcap"'],
  [{ from: -1 }, "trace.from: expected a finite number, 0 or more, got -1"],
  [{ from: 5, until: 5 }, "trace.until: expected a time after from (5 s), got 5"],
  [{ speed: 0 }, "trace.speed: expected a finite number above 0, got 0"],
  [{ scale: NaN }, "trace.scale: expected a finite number above 0, got NaN"],
  [{ unit: "min" } as unknown as TraceSpec, 'trace.unit: expected s, ms, us, ns, got "min"'],
  [{ interval: 0 }, "trace.interval: expected a finite number above 0, got 0"],
  [{ spread: "odd" } as unknown as TraceSpec, 'trace.spread: expected even or poisson, got "odd"'],
])("the spec %j is refused with its path", (fields, line) => {
  const spec = { ...counts, ...fields } as TraceSpec;
  expect(traceComplaints(spec)).toEqual([line]);
  expect(() => createTraceArrivals(spec, text("0,1\n"), 1, "trace")).toThrow(line);
});
