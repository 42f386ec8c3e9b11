/** The page in a real browser, where there is one: what only layout and loading show. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportHtml } from "../../src/report/html.js";
import { fixture, text } from "./fixture.js";

const CHROMIUM = "/usr/bin/chromium";

describe.skipIf(!existsSync(CHROMIUM))("the page in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "dryscale-page-"));
  const path = join(folder, "report.html");
  let browser: Browser;

  beforeAll(async () => {
    const { summary, manifest, outcomes } = fixture();
    writeFileSync(path, reportHtml({ summary, manifest, runs: outcomes, scenarioText: text }));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(width: number, colorScheme: "light" | "dark"): Promise<{ page: Page; said: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled: true });
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== pathToFileURL(path).href && !request.url().startsWith("data:")) said.push(request.url());
    });
    await page.goto(pathToFileURL(path).href);
    return { page, said };
  }

  test("says nothing on the console, asks for nothing, and shows its figures", async () => {
    const { page, said } = await open(1280, "light");
    expect(await page.title()).toBe("shop – dryscale report");
    expect(await page.locator("svg:visible").count()).toBe(24);
    expect(said).toEqual([]);
    await page.close();
  });

  for (const width of [400, 1280]) {
    test(`fits ${width} pixels, with everything unfolded`, async () => {
      const { page } = await open(width, "light");
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      // What is wider than the page must lie in a part that scrolls by itself.
      const outside = await page.evaluate(`[...document.querySelectorAll("main *")]
        .filter((one) => !one.closest(".scroll, pre, svg") && one.getBoundingClientRect().right > innerWidth + 0.5)
        .map((one) => one.outerHTML.slice(0, 80))`);
      expect(outside).toEqual([]);
      await page.close();
    });

    test(`no words of a figure overlap or are cut off at ${width} pixels`, async () => {
      const { page } = await open(width, "light");
      const faults = await page.evaluate(`[...document.querySelectorAll("svg.plot")].flatMap((svg) => {
        const frame = svg.getBoundingClientRect();
        const words = [...svg.querySelectorAll("text")].map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
        const name = svg.querySelector("title").textContent;
        const cut = words.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1);
        const pairs = words.flatMap((one, i) => words.slice(i + 1).filter((two) =>
          one.box.left < two.box.right - 1 && two.box.left < one.box.right - 1 &&
          one.box.top < two.box.bottom - 2 && two.box.top < one.box.bottom - 2).map((two) => one.text + " | " + two.text));
        return [...cut.map(({ text }) => name + ": cut " + text), ...pairs.map((pair) => name + ": " + pair)];
      })`);
      expect(faults).toEqual([]);
      await page.close();
    });
  }

  test("is dark where the reader likes it dark, with text that can be read", async () => {
    const grounds: string[] = [];
    for (const scheme of ["light", "dark"] as const) {
      const { page } = await open(1280, scheme);
      const faint = await page.evaluate(contrastFaults);
      expect(faint, scheme).toEqual([]);
      grounds.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
      await page.close();
    }
    expect(grounds).toEqual(["rgb(255, 255, 255)", "rgb(20, 23, 27)"]);
  });

  test("can be walked through by the keyboard", async () => {
    const { page } = await open(1280, "light");
    const reached = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      reached.add(
        String(await page.evaluate("document.activeElement.tagName + '.' + document.activeElement.className")),
      );
    }
    expect([...reached]).toEqual(expect.arrayContaining(["A.skip", "A.", "DIV.scroll", "SUMMARY."]));
    await page.close();
  });
});

/** Texts whose contrast with what they stand on is below 4.5 to 1, WCAG's measure. */
const contrastFaults = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parse(colour).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parse(colour)[3] !== 0) return colour;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  const own = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
  return [...document.querySelectorAll("body *")].filter((one) => own(one) && !one.closest("svg")).flatMap((one) => {
    const [a, b] = [luminance(getComputedStyle(one).color), luminance(groundOf(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return contrast < 4.5 ? [one.textContent.slice(0, 40) + " " + contrast.toFixed(2)] : [];
  });
})()`;
