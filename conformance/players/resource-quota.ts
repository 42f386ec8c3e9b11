/** Plays ResourceQuotas: a script's entry has the pods that there are and one more; the answer is why that is refused, or null. */
import { type Amounts, refusal, usedBy } from "../../src/controllers/resource-quota/quota.js";
import type { Vector } from "../vector.js";

interface Step {
  readonly there: readonly Amounts[];
  readonly container: string;
  readonly asks: Amounts;
}

export function playResourceQuota({ settings, script }: Vector): readonly unknown[] {
  const quota = settings as { readonly name: string; readonly hard: Amounts };
  return (script as readonly Step[]).map(
    ({ there, container, asks }) => refusal(quota, usedBy(there), { name: "new", container, asks }) ?? null,
  );
}
