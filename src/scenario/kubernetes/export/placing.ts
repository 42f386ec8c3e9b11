/** Where pods may and would rather stand, and who of them comes first, as a pod's template and PriorityClasses say it. */
import type { ServiceSetup, Setup } from "../../setup.js";
import { said } from "../written.js";
import type { ApiObject } from "./spelling.js";

/** Fields of a pod's spec. Scenarios spell them as upstream does. */
export function placingSpec({ service }: ServiceSetup): object {
  const { nodeSelector, tolerations, affinity, topologySpreadConstraints } = service;
  return said({
    priorityClassName: classNameOf(service),
    ...{ nodeSelector, tolerations, affinity, topologySpreadConstraints },
  });
}

/** The API takes no number: a priority without a class gets one. */
function classNameOf({ priority, priorityClass }: ServiceSetup["service"]): string | undefined {
  if (priority === undefined) return priorityClass;
  return `priority-${priority < 0 ? "minus-" : ""}${Math.abs(priority)}`;
}

export function priorityObjects({ services, priorityClasses }: Setup): readonly ApiObject[] {
  const named = Object.entries(priorityClasses).map(([name, { value, preemptionPolicy, globalDefault }]) =>
    classObject(name, { value, preemptionPolicy, ...(globalDefault ? { globalDefault } : {}) }),
  );
  const numbers = new Map(
    services.flatMap(({ service }) =>
      service.priority === undefined ? [] : [[classNameOf(service)!, service.priority] as const],
    ),
  );
  return [...named, ...[...numbers].map(([name, value]) => classObject(name, { value }))];
}

/** It has no spec. */
const classObject = (name: string, fields: object): ApiObject => ({
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name },
  ...fields,
});
