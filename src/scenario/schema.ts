/** The JSON Schema of scenario files, by which editors complete and check them. */
import { z } from "zod";
import { scenarioShape } from "./shape.js";

/** Draft 2020-12, made from the same shapes by which files are read. */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(scenarioShape, { io: "input" }) as Readonly<Record<string, unknown>>;
}
