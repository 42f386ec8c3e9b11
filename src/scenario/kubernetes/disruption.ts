/** PodDisruptionBudgets, as the budgets of the services whose pods they select. */
import type { Field } from "./field.js";
import type { Manifest } from "./objects.js";
import { selectorOf } from "./selector.js";
import { serves, type Workload } from "./workloads.js";
import type { Scaling } from "./written.js";

export interface Budget {
  readonly workload: Workload;
  readonly budget: { readonly minAvailable: number | string } | { readonly maxUnavailable: number | string };
  readonly remark?: string;
}

/** A budget that asks for more pods than there can be is refused; one that lets no pod go is warned of. */
export function readBudget(
  { root, namespace }: Manifest,
  workloads: readonly Workload[],
  scalings: readonly Scaling[],
): Budget[] {
  const spec = root.at("spec");
  const [least, most] = [spec.at("minAvailable"), spec.at("maxUnavailable")];
  if (least.there && most.there) most.say("expected either minAvailable or maxUnavailable, got both", { key: true });
  const selected = selectorOf(spec.at("selector"));
  const all = workloads.filter((one) => one.namespace === namespace && selected(one.labels));
  const chosen = all.filter(serves);
  if (chosen.length === 0 && workloads.length > 0)
    spec
      .at("selector")
      .warn(
        all.length === 0
          ? "selects no pod of these manifests"
          : "selects pods of jobs and daemons alone, whose budgets are not simulated",
        { key: true },
      );
  const [minAvailable, maxUnavailable] = [amountOf(least), amountOf(most)];
  if (chosen.length === 0) return [];
  const there = chosen.reduce((sum, one) => sum + highest(one, scalings), 0);
  if (typeof minAvailable === "number" && minAvailable > there)
    least.say(`expected at most ${there}, for there are never more pods, got ${minAvailable}`);
  else if (minAvailable === "100%" || minAvailable === there || maxUnavailable === 0 || maxUnavailable === "0%")
    (least.there ? least : most).warn("lets no pod be evicted, ever");
  const budget = minAvailable === undefined ? { maxUnavailable: maxUnavailable ?? 1 } : { minAvailable };
  if (minAvailable === undefined && maxUnavailable === undefined)
    spec.warn("asks for neither minAvailable nor maxUnavailable, for which upstream puts minAvailable: 1", {
      key: true,
    });
  const remark =
    chosen.length === 1
      ? {}
      : { remark: `the manifest's budget is of ${chosen.map(({ name }) => name).join(" and ")} together` };
  return chosen.map((workload) => ({ workload, budget, ...remark }));
}

function amountOf(field: Field): number | string | undefined {
  if (!field.there) return undefined;
  field.mark();
  const { value } = field;
  if (Number.isSafeInteger(value) && Number(value) >= 0) return value as number;
  if (typeof value === "string" && /^\d+%$/.test(value) && Number.parseInt(value, 10) <= 100) return value;
  field.say(`expected a whole number or a percentage like "50%", got ${JSON.stringify(value)}`);
  return undefined;
}

const highest = (one: Workload, scalings: readonly Scaling[]): number =>
  Math.max(
    one.replicas,
    ...scalings.filter(({ workload }) => workload === one).map(({ scaler }) => Number(scaler.fields.max)),
  );

/** By workload; upstream refuses to evict pods of which two budgets tell. */
export function budgetsByWorkload(found: readonly (Budget & { readonly at: Field })[]): ReadonlyMap<Workload, Budget> {
  const budgets = new Map<Workload, Budget>();
  for (const { at, ...one } of found) {
    if (budgets.has(one.workload))
      at.warn(`${one.workload.name} has another budget already; of pods with two, upstream evicts none`);
    else budgets.set(one.workload, one);
  }
  return budgets;
}
