/** Exported objects as text that kubectl takes, with a comment that says where it is from and what it cannot hold. */
import { stringify } from "yaml";
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
  return [`${head.join("\n")}\n`, ...objects.map((object) => stringify(object, WRITTEN))].join("---\n");
}

/** In quotes what kubectl, which reads YAML 1.1, would take for something else: the word Off, for one. */
const WRITTEN = { lineWidth: 0, version: "1.1" } as const;

const headOf = ({ program, scenario, policy, seed, workloads }: Origin): string[] => [
  `# Written by ${program} from ${scenario}: policy ${policy}, seed ${seed}.`,
  ...(workloads
    ? []
    : [
        "# Targets are Deployments (StatefulSets, where a service is one) of the services' names, their pods labelled app: NAME; see that yours are.",
      ]),
];
