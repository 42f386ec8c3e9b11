/** Reading back what was kept: JSON that has the shape it should have, or one error with every reason why not. */
import type { z } from "zod";

/** A results file that is not what it should be; the message has a line for each reason. */
export class ResultsError extends Error {
  override readonly name = "ResultsError";
}

export function parsedBy<T extends z.ZodType>(shape: T, text: string, file: string): z.output<T> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new ResultsError(`${file}: expected JSON: ${(error as Error).message}`);
  }
  const version = (data as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === "number" && version > 1) {
    throw new ResultsError(`${file}: expected schemaVersion 1, got ${version}: a newer dryscale wrote it`);
  }
  const parsed = shape.safeParse(data);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.slice(0, MOST_REASONS).map(({ path, message }) => {
    const at = path.length === 0 ? "" : ` ${path.join(".")}:`;
    return `${file}:${at} ${message.replace(/^Invalid input: /, "")}`;
  });
  const more = parsed.error.issues.length - reasons.length;
  throw new ResultsError([...reasons, ...(more > 0 ? [`${file}: and ${more} more`] : [])].join("\n"));
}

const MOST_REASONS = 10;
