/** Small manifests for the tests, and what the importer says of them. */
import { ScenarioError } from "../../../src/scenario/complaint.js";
import { importManifests } from "../../../src/scenario/kubernetes/import.js";
import { serviceFields } from "../../../src/scenario/kubernetes/text.js";

export const deployment = (more = "", name = "web") => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 3
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: main
          resources: { requests: { cpu: 250m, memory: 128Mi } }
${more}`;

/** Another object after those before it; the spec is indented by two. */
export const object = (apiVersion: string, kind: string, spec: string) =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: one }\nspec:\n${spec.replace(/^/gm, "  ")}\n`;

export const hpa = (spec: string, version = "autoscaling/v2") =>
  object(version, "HorizontalPodAutoscaler", `scaleTargetRef: { kind: Deployment, name: web }\n${spec}`);

export const scaledObject = (spec: string) =>
  object("keda.sh/v1alpha1", "ScaledObject", `scaleTargetRef: { name: web }\n${spec}`);

export const imported = (text: string) => importManifests([{ file: "k8s.yaml", text }]);

/** The fields of the first service, as a scenario gets them. */
export const fieldsOf = (text: string) => serviceFields(imported(text).services[0]);

export function complaintsOf(text: string): string[] {
  try {
    imported(text);
  } catch (fault) {
    if (fault instanceof ScenarioError)
      return fault.complaints.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
    throw fault;
  }
  return [];
}

export const warningsOf = (text: string): string[] =>
  imported(text).warnings.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
