/** Exported objects as text that kubectl takes, with a comment that says where it is from and what it cannot hold. */
import { Document, visit } from "yaml";
import type { ExportedPart } from "./export.js";

/** Where the objects are from. */
export interface Origin {
  readonly program: string;
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  /** Whether what is to run is among them. */
  readonly workloads: boolean;
}

export function exportText(parts: readonly ExportedPart[], origin: Origin): string {
  const notes = parts.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`));
  const objects = parts.flatMap((part) => part.objects);
  const head = [
    ...headOf(origin),
    ...(notes.length === 0 ? [] : ["# To look at:", ...notes.map((note) => `#   ${note}`)]),
  ];
  return [`${head.join("\n")}\n`, ...objects.map(yamlText)].join("---\n");
}

/** In quotes what kubectl, which reads YAML 1.1, would take for something else: the word Off, for one. */
export function yamlText(object: unknown): string {
  const document = new Document(object, { version: "1.1" });
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && isNumberInGo(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** kubectl's reader leaves out underscores wherever they stand, and takes what Go takes: 0o7, 0X1F and 0b-1 beside YAML's own. */
const isNumberInGo = (text: string): boolean =>
  /^[-+]?(0x[\da-f]+|0o[0-7]+|0b[-+]?[01]+|(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)$/i.test(text.replaceAll("_", ""));

const headOf = ({ program, scenario, policy, seed, workloads }: Origin): string[] => [
  `# Written by ${program} from ${scenario}: policy ${policy}, seed ${seed}.`,
  ...(workloads
    ? []
    : [
        "# Targets are Deployments (StatefulSets, where a service is one) of the services' names, their pods labelled app: NAME; see that yours are.",
      ]),
];
