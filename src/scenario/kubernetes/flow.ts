/** Values as scenarios that are written for people have them. */

/** Plain data in YAML's short form. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return "{}";
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, inside]) => `${isPlain(key) ? key : JSON.stringify(key)}: ${flow(inside)}`)
      .join(", ")} }`;
  return typeof value === "string" && !isPlain(value) ? JSON.stringify(value) : String(value);
}

/** A text that YAML takes for one without quotes. */
const isPlain = (text: string): boolean =>
  /^[\w./%+-]+$/.test(text) &&
  !/^[-+.]?\d[\d_]*$|^[-+]?\.(inf|nan)$|^(true|false|null)$/i.test(text) &&
  Number.isNaN(Number(text));
