/**
 * What the README and the docs show of dryscale's output is its real output. A block that follows a marker
 *
 *     <!-- output: dryscale validate scenarios/shop.yaml -->
 *
 * is what that command prints on stdout. `UPDATE=1 npx vitest run test/docs.test.ts` pastes it anew.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");
const block = /<!-- output: (dryscale [^\n]+?) -->\n```(\w*)\n([\s\S]*?)```\n/g;

/** Commands run where a user would stand: a folder with the scenarios in it, and no results yet. */
const folder = mkdtempSync(join(tmpdir(), "dryscale-docs-"));
for (const name of ["scenarios", "docs"]) symlinkSync(resolve(name), join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

function outputOf(command: string): string {
  const args = command.split(" ").slice(1);
  try {
    return execFileSync(process.execPath, [resolve("dist/src/cli.js"), ...args, "--no-progress"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    // Commands that are meant to fail show their complaints, which go to stderr.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

test("the README shows output", () => {
  expect([...readFileSync("README.md", "utf8").matchAll(block)].length).toBeGreaterThanOrEqual(2);
});

for (const page of pages) {
  const text = readFileSync(page, "utf8");
  const shown = [...text.matchAll(block)];
  if (shown.length === 0) continue;
  describe(page, () => {
    for (const [whole, command, language, printed] of shown) {
      test(`shows what ${command} prints`, { timeout: 120_000 }, () => {
        const output = outputOf(command).replace(/\s*$/, "\n");
        if (process.env["UPDATE"] === "1") {
          const now = readFileSync(page, "utf8");
          writeFileSync(
            page,
            now.replace(whole, () => `<!-- output: ${command} -->\n\`\`\`${language}\n${output}\`\`\`\n`),
          );
          return;
        }
        expect(output).toBe(printed);
      });
    }
  });
}

/** Links between our own pages lead somewhere. */
test("links to files of the repository lead to files", () => {
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, target]) => resolve(page, "..", target))
      .filter((target) => {
        try {
          execFileSync("test", ["-e", target]);
          return false;
        } catch {
          return true;
        }
      })
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});
