import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decisionsCsv, outcomesCsv, parseRuns, type Run, seriesCsv } from "../../src/report/csv.js";
import { fixture } from "./fixture.js";

const small: Run = {
  policy: "hpa",
  replication: 0,
  series: {
    columns: ["time", "latencyP99", "cart.ready"],
    rows: [
      [5, 0.1, 2],
      [10, Number.NaN, 3],
    ],
  },
  decisions: [
    {
      time: 15,
      subject: "service cart",
      policy: "hpa",
      rule: 'above "target", at once',
      seen: { utilisation: 0.9, missing: Number.NaN },
      from: 2,
      wished: 2.25,
      asked: 3,
      effectiveAt: Number.NaN,
      why: { trail: [{ what: "ScaleUpLimit", wished: 3 }] },
    },
  ],
};

test("series.csv has a row a step; what is unknown is empty", () => {
  expect(seriesCsv([small])).toBe("policy,replication,time,latencyP99,cart.ready\nhpa,0,5,0.1,2\nhpa,0,10,,3\n");
});

test("decisions.csv has a row a decision, what was seen as JSON", () => {
  expect(decisionsCsv([small])).toBe(
    "policy,replication,time,subject,decided_by,rule,from,wished,asked,effective_at,seen,why\n" +
      'hpa,0,15,service cart,hpa,"above ""target"", at once",2,2.25,3,,"{""utilisation"":0.9,""missing"":null}","{""trail"":[{""what"":""ScaleUpLimit"",""wished"":3}]}"\n',
  );
});

test("outcomes.csv has a row a run and a column a measure", () => {
  const { outcomes } = fixture(["fixed", "hpa"], 2);
  const rows = parse(outcomesCsv(outcomes), { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(4);
  expect(rows.map(({ policy, replication, seed, growing }) => [policy, replication, seed, growing])).toEqual([
    ["fixed", "0", "7", "frontend"],
    ["fixed", "1", "8", "frontend"],
    ["hpa", "0", "7", ""],
    ["hpa", "1", "8", ""],
  ]);
  for (const [i, outcome] of outcomes.entries()) {
    for (const [name, value] of Object.entries(outcome.measures)) expect(Number(rows[i][name])).toBe(value);
  }
});

test("a measure that some runs lack is empty there", () => {
  const [one, two] = fixture(["hpa"], 2).outcomes;
  const csv = outcomesCsv([
    { ...one, measures: { a: 1 } },
    { ...two, measures: { b: Number.NaN } },
  ]);
  expect(csv).toBe("policy,replication,seed,growing,events,a,b\nhpa,0,7,,1000000,1,\nhpa,1,8,,1000001,,\n");
});

describe("read back", () => {
  test("runs are what they were", () => {
    const runs = fixture().outcomes.map(({ policy, replication, series, decisions }) => ({
      policy,
      replication,
      series,
      decisions,
    }));
    expect(parseRuns({ series: seriesCsv(runs), decisions: decisionsCsv(runs) })).toEqual(runs);
    expect(parseRuns({ series: seriesCsv([small]), decisions: decisionsCsv([small]) })).toEqual([small]);
  });

  test("every number comes back as the same number", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1 }), (values) => {
        const run = { ...small, series: { columns: ["time"], rows: values.map((value) => [value]) }, decisions: [] };
        const [back] = parseRuns({ series: seriesCsv([run]), decisions: decisionsCsv([run]) });
        expect(back.series.rows).toEqual(run.series.rows);
      }),
    );
  });

  test("a file that is not what it should be is named, with its row", () => {
    const series = seriesCsv([small]);
    const decisions = decisionsCsv([small]);
    const reading = (files: { series: string; decisions: string }) => () => parseRuns(files);
    expect(reading({ series: "policy,time\n", decisions })).toThrow("series.csv:1: expected columns replication");
    expect(reading({ series: series.replace("0.1", "much"), decisions })).toThrow(
      'series.csv: row 1: latencyP99: expected a number, got "much"',
    );
    expect(reading({ series, decisions: decisions.replace("hpa,0,15", "kpa,0,15") })).toThrow(
      'decisions.csv: row 1: policy: expected a run that series.csv has, got "kpa"',
    );
    expect(reading({ series, decisions: decisions.replace(/"\{""util.*?\}"/, "[]") })).toThrow(
      'decisions.csv: row 1: seen: expected a JSON object, got "[]"',
    );
    expect(reading({ series: `${series}hpa,0\n`, decisions })).toThrow("series.csv: ");
    expect(reading({ series: "", decisions })).toThrow("series.csv:1: expected columns policy, replication, time");
  });
});
