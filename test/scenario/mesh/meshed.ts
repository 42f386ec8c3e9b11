/** A shop in versions for tests of a mesh's objects, and what becomes of these. */
import { scenarioText } from "../../../src/scenario/kubernetes/text.js";
import { plainRule } from "../../../src/scenario/mesh/written-route.js";
import { readScenario } from "../../../src/scenario/read.js";
import { complaintsOf, deployment, imported, warningsOf } from "../kubernetes/manifests.js";

const service = (name: string, selector: string) =>
  `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { ${selector} } }\n`;

const version = (app: string, of: string, replicas = 3) =>
  `---\n${deployment("", `${app}-${of}`)}`
    .replaceAll(`app: ${app}-${of}`, `app: ${app}, version: ${of}`)
    .replace("replicas: 3", `replicas: ${replicas}`);

/** The Services web (of web-v1 with three pods and web-v2 with one), cart and none; the next object begins at line 68. */
export const shop = [
  version("web", "v1").slice(4),
  version("web", "v2", 1),
  `---\n${deployment("", "cart")}`,
  service("web", "app: web"),
  service("cart", "app: cart"),
  service("web-v1", "app: web, version: v1"),
  service("web-v2", "app: web, version: v2"),
  service("idle", "app: nobody"),
].join("");

/** Another object after those before it; its spec is indented by two. */
export const one = (apiVersion: string, kind: string, spec: string, name = "one") =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n${spec.trim().replace(/^/gm, "  ")}\n`;

/** By the names of their routes the rules, as a scenario has them, which can be played. */
export function routesOf(text: string) {
  const found = imported(shop + text);
  readScenario(scenarioText(found, []), { name: "imported.yaml" });
  return Object.fromEntries(found.routes.map(({ name, rules }) => [name, rules.map(plainRule)]));
}

export const rulesOf = (text: string, name = "web") => routesOf(text)[name];

const START = shop.split("\n").length;

/** With lines that count from the object's first. */
const fromStart = (sayings: readonly string[]): string[] =>
  sayings.map((one) => one.replace(/^(\d+)/, (line) => String(Number(line) - START)));

export const faultsIn = (text: string): string[] => fromStart(complaintsOf(shop + text));
export const doubtsIn = (text: string): string[] =>
  fromStart(warningsOf(shop + text)).filter((saying) => !saying.includes("selects no pod"));

/** What is not read of the objects that are added. */
export const leftIn = (text: string, kind: string): string[] =>
  imported(shop + text)
    .left.filter((path) => path.startsWith(kind))
    .map((path) => path.replace(/^\S+ /, ""));

/** A service's fields by name, as the mesh has them. */
export const calledOf = (text: string, name: string) => {
  const { called } = imported(shop + text).services.find((service) => service.name === name)!;
  return Object.fromEntries(Object.entries(called).map(([key, { value }]) => [key, value]));
};
