/** The scenario's `quota` as a ResourceQuota. */
import type { ResourceQuota, Tracked } from "../../../controllers/resource-quota/quota.js";
import { cpuQuantity, memoryQuantity, objectName, type Part, quantity } from "./spelling.js";

export function quotaPart({ name, hard }: ResourceQuota): Part {
  const written = Object.entries(hard).flatMap(([resource, amount]) =>
    amount === undefined ? [] : [[resource, amountOf(resource as Tracked, amount)]],
  );
  const spec = { hard: Object.fromEntries(written) };
  return {
    objects: [{ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: objectName(name) }, spec }],
    notes: [],
  };
}

function amountOf(resource: Tracked, amount: number): string {
  if (resource === "pods") return quantity(amount);
  return resource.endsWith("cpu") ? cpuQuantity(amount) : memoryQuantity(amount / 2 ** 20);
}
