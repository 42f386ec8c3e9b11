/**
 * Paths of requests as endpoints. A scenario's endpoints have names without slashes: "/api/v1/products" is the endpoint
 * "api.v1.products", and "/hipstershop.Cart/Get" is "hipstershop.Cart.Get".
 */
import type { Field } from "../kubernetes/field.js";
import type { TextMatch } from "./written-route.js";

/** Of paths that begin so. "/" is the beginning of all. */
const begun = (path: string): string =>
  path
    .replace(/^\/+/, "")
    .replaceAll("/", ".")
    .replace(/[^\w.-]/g, "-");

/** An endpoint needs a letter or a digit to begin with. */
export const endpointOf = (path: string): string =>
  begun(path)
    .replace(/^[^A-Za-z0-9]+/, "")
    .replace(/\.+$/, "") || "root";

/** A condition on paths, with an endpoint that fits it; a condition that all paths fit is none. */
export interface PathMatch {
  readonly match: TextMatch | undefined;
  readonly example: string | undefined;
}

export const exactly = (path: string): PathMatch => ({ match: endpointOf(path), example: endpointOf(path) });

/** As text, so that "/static" fits "/statics", too. */
export function beginning(path: string): PathMatch {
  const prefix = begun(path).replace(/^[^A-Za-z0-9]+/, "");
  if (prefix === "") return { match: undefined, example: undefined };
  return { match: { prefix }, example: prefix.endsWith(".") ? `${prefix}any` : prefix };
}

/** By whole parts of the path, so that "/static" fits "/static/css" and not "/statics". */
export function below(path: string): PathMatch {
  const parts = path.replace(/\/+$/, "");
  if (parts === "") return { match: undefined, example: undefined };
  const endpoint = endpointOf(parts);
  return { match: { regex: `${endpoint.replaceAll(".", "\\.")}(\\..*)?` }, example: endpoint };
}

/** Of the whole path. A slash is a dot in names of endpoints. */
export function fitting(expression: Field): PathMatch {
  const text = expression.text() ?? "";
  if (!isExpression(text)) {
    expression.say(`expected a regular expression, got "${text}"`);
    return { match: undefined, example: undefined };
  }
  const regex = text
    .replace(/^\^/, "")
    .replace(/\$$/, "")
    .replace(/^\\?\//, "")
    .replaceAll(/\\?\//g, "\\.");
  if (/^(\.\*)?$/.test(regex)) return { match: undefined, example: undefined };
  const plain = regex.replaceAll("\\.", ".");
  const isPlain = /^[A-Za-z0-9][\w.-]*$/.test(plain) && !/[^\\]\./.test(regex.replaceAll("\\.", ""));
  return { match: { regex }, example: isPlain ? plain : undefined };
}

export function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
