import {
  type Observed,
  StatefulSet,
  type StatefulSetSettings,
} from "../../src/controllers/stateful-set/stateful-set.js";
import type { Vector } from "../vector.js";

/** A StatefulSet's life: a decision for each look of its controller. */
export function playStatefulSet({ settings, script }: Vector): readonly unknown[] {
  const set = new StatefulSet(settings as StatefulSetSettings);
  return script.map((entry) => set.sync(entry as Observed));
}
