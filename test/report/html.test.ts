import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { decisionsCsv, parseRuns, type Run, seriesCsv } from "../../src/report/csv.js";
import { POLICY_COLOURS } from "../../src/report/figures/colours.js";
import { logTicks, MOST_POINTS, trackOf, wholeTicks, withoutRepeats } from "../../src/report/figures/tracks.js";
import { type PageContent, reportHtml } from "../../src/report/html.js";
import { markup } from "../../src/report/page/markup.js";
import { parseSummary, summaryJson } from "../../src/report/summary.js";
import { fixture, text } from "./fixture.js";

function pageOf({ summary, manifest, outcomes }: ReturnType<typeof fixture>, more: Partial<PageContent> = {}): string {
  return reportHtml({ summary, manifest, runs: outcomes, scenarioText: text, ...more });
}

const all = fixture();
const page = pageOf(all);
const { document } = parseHTML(page);
const titles = [...document.querySelectorAll("svg > title")].map((title) => title.textContent);

describe("the same bytes", () => {
  test("in two calls", () => {
    expect(pageOf(fixture())).toBe(page);
  });

  test("in any order of the runs", () => {
    expect(pageOf({ ...all, outcomes: [...all.outcomes].reverse() })).toBe(page);
  });

  test("from the files that were kept", () => {
    const files = { series: seriesCsv(all.outcomes), decisions: decisionsCsv(all.outcomes) };
    const summary = parseSummary(summaryJson(all.summary));
    expect(pageOf({ ...all, summary }, { runs: parseRuns(files) })).toBe(page);
  });
});

describe("one file", () => {
  test("that loads nothing and runs nothing", () => {
    expect(page).not.toMatch(/\b(src|href|action|data|poster)\s*=\s*["']?(https?:)?\/\//i);
    expect(page).not.toMatch(
      /url\(\s*["']?(https?:)?\/\/|@import|<(script|link rel="stylesheet"|iframe|object|embed|img)\b/i,
    );
    expect(/https?:\/\//.test(page)).toBe(false);
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')!.getAttribute("content");
    expect(policy).toMatch(/^default-src 'none';/);
  });

  test("of at most half a megabyte for three policies and five services", () => {
    expect(page.length).toBeLessThan(500_000);
  });

  test("whose ids are unique and whose references have targets", () => {
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const named = [...document.querySelectorAll("[aria-labelledby]")].flatMap((element) =>
      element.getAttribute("aria-labelledby")!.split(" "),
    );
    const linked = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href")!.slice(1));
    const clipped = [...page.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
    expect([...named, ...linked, ...clipped].filter((id) => !ids.includes(id))).toEqual([]);
    expect(page).not.toContain("⚠️");
  });
});

describe("content", () => {
  const services = ["frontend", "catalogue", "cart", "checkout", "payment"];

  test("every figure is there", () => {
    expect(titles).toEqual([
      "Latency over time, median",
      "Latency over time, 99th percentile",
      "Share of requests slower than a given latency",
      "Where the time goes",
      "Failed requests over time",
      "Errors by cause",
      "Requests sent and answered over time",
      "Nodes over time",
      ...services.map((name) => `Load against capacity of ${name}`),
      ...services.map((name) => `Ready pods of ${name}`),
      "Cost over time",
      "What is paid for",
      ...["frontend", "catalogue", "checkout"].map((name) => `Replicas asked for of ${name}`),
      "Nodes asked for",
    ]);
  });

  test("every figure says what it shows", () => {
    for (const svg of document.querySelectorAll("svg")) {
      expect(svg.getAttribute("role")).toBe("img");
      expect(svg.querySelector("desc")!.textContent.length).toBeGreaterThan(20);
    }
  });

  test("every table has a caption, and headers for its rows and columns", () => {
    const tables = [...document.querySelectorAll("table")];
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      expect(table.querySelector("caption")!.textContent).not.toBe("");
      expect(table.querySelectorAll('th[scope="col"]').length).toBeGreaterThan(0);
      expect(table.querySelectorAll('tbody tr:not(:has(th[scope="row"]))').length).toBe(0);
    }
  });

  test("the answer, the overload and the policies stand at the top", () => {
    const verdict = document.querySelector("#verdict")!;
    expect(document.querySelector("h1")!.textContent).toBe("shop");
    expect(verdict.querySelector(".answer")!.textContent).toBe("Only hpa keeps every objective, at 0.491 USD/h.");
    expect(verdict.querySelector(".grave")!.textContent).toMatch(
      /^The queue of frontend grows without bound under fixed/,
    );
    expect([...verdict.querySelectorAll(".card h3 .policy")].map(({ textContent }) => textContent)).toEqual([
      "fixed",
      "hpa",
      "target-tracking",
    ]);
  });

  test("the scenario's text and how it was made are there", () => {
    expect(document.querySelector("#made pre")!.textContent).toBe(text);
    expect(document.querySelector("#made")!.textContent).toContain(all.manifest.scenario.hash);
  });

  test("a policy has the same colour in every legend", () => {
    const hpa = [...document.querySelectorAll(".policy")].filter(({ textContent }) => textContent === "hpa");
    expect(new Set(hpa.map((one) => one.querySelector("i")!.getAttribute("style")))).toEqual(
      new Set(["--colour:var(--policy-1)"]),
    );
  });

  test("one policy alone, one run alone and runs without series make a page, too", () => {
    expect(pageOf(fixture(["hpa"], 1))).toContain("One run has no interval");
    expect(pageOf(all, { runs: [] })).not.toContain("Latency over time");
  });
});

test("nothing that a scenario says becomes markup", () => {
  const evil = '<script>alert("1")</script>\'"><img src=x onerror=alert(1)>';
  const hostile = (value: string): string => value.replaceAll("hpa", evil).replaceAll("checkout", evil);
  const { summary, outcomes, manifest } = fixture(["fixed", "hpa"], 2);
  const wrap = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
      if (typeof inner === "string") return hostile(inner);
      if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).map(([key, one]) => [hostile(key), one]));
    }) as T;
  const evilPage = reportHtml({
    summary: { ...wrap(summary), scenario: evil, question: evil },
    manifest: { ...wrap(manifest), files: { [evil]: evil } },
    runs: wrap(outcomes as readonly Run[]),
    scenarioText: evil,
    notes: [evil],
  });
  expect(evilPage).not.toMatch(/<script|<img/i);
  const parsed = parseHTML(evilPage).document;
  expect(parsed.querySelectorAll("script, img").length).toBe(0);
  expect(parsed.querySelector("h1")!.textContent).toBe(evil);
  const svgs = [...parsed.querySelectorAll("svg")];
  expect(svgs.some(({ textContent }) => textContent.includes("alert"))).toBe(true);
});

test("what goes into a template is escaped, unless it is markup", () => {
  const inner = markup`<b>${"a & b"}</b>`;
  expect(markup`<p title="${'"'}">${inner}${["<", 1, false, undefined]}</p>`.text).toBe(
    '<p title="&quot;"><b>a &amp; b</b>&lt;1</p>',
  );
});

describe("tracks", () => {
  const run = (replication: number, values: readonly number[]): Run => ({
    policy: "p",
    replication,
    series: { columns: ["time", "x"], rows: values.map((value, i) => [5 * (i + 1), value]) },
    decisions: [],
  });

  test("are means with their range, unknown values left out", () => {
    expect(trackOf([run(0, [1, 2, Number.NaN]), run(1, [3, Number.NaN, Number.NaN])], "x")).toEqual([
      { time: 5, mean: 2, low: 1, high: 3 },
      { time: 10, mean: 2, low: 2, high: 2 },
      { time: 15, mean: Number.NaN, low: Number.NaN, high: Number.NaN },
    ]);
    expect(trackOf([run(0, [1])], "y")).toEqual([]);
  });

  test("have no more points than a figure can show, and reach to the end", () => {
    const long = trackOf(
      [
        run(
          0,
          Array.from({ length: 1001 }, (_, i) => i),
        ),
      ],
      "x",
    );
    expect(long.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(long[0]).toEqual({ time: 15, mean: 1, low: 0, high: 2 });
    expect(long.at(-1)!.time).toBe(5005);
  });

  test("drop what lies between equal points", () => {
    const points = trackOf([run(0, [1, 1, 1, 1, 2])], "x");
    expect(withoutRepeats(points).map(({ time }) => time)).toEqual([5, 20, 25]);
  });

  test("have ticks at round numbers", () => {
    expect(logTicks(0.02, 0.6)).toEqual([0.02, 0.05, 0.1, 0.2, 0.5]);
    expect(logTicks(0.001, 50)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(wholeTicks(3.4, 6)).toEqual([0, 1, 2, 3]);
    expect(wholeTicks(14, 4)).toEqual([0, 5, 10]);
    expect(wholeTicks(130, 6)).toEqual([0, 20, 40, 60, 80, 100, 120]);
  });
});

test("colours of policies stand out from the ground by 3 to 1, light and dark", () => {
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [light, dark] of POLICY_COLOURS) {
    expect(1.05 / (luminance(light) + 0.05), light).toBeGreaterThan(3);
    expect((luminance(dark) + 0.05) / (luminance("#14171b") + 0.05), dark).toBeGreaterThan(3);
  }
});
