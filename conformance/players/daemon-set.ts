import type { Choice } from "../../src/controllers/daemon-set/choice.js";
import { DaemonSet, type DaemonSetSettings, type Observed } from "../../src/controllers/daemon-set/daemon-set.js";
import { tried } from "../../src/controllers/daemon-set/slow-start.js";
import type { Vector } from "../vector.js";

type Step = Observed & { readonly at: number; readonly admitted?: number };

/** A DaemonSet's life: a decision for each look of its controller. */
export function playDaemonSet({ settings, script }: Vector): readonly unknown[] {
  const set = new DaemonSet(settings as DaemonSetSettings);
  return script.map((entry) => {
    const { at, admitted = Infinity, ...observed } = entry as Step;
    const { create, remove, failed, ...counts } = set.sync(observed, at);
    const all = [...create.always, ...create.of];
    const wanted = create.always.length + create.count;
    const refused = Math.max(0, tried(wanted, admitted) - admitted);
    return {
      ...counts,
      create: inOrder(refused === 0 ? create : { always: [], count: admitted, of: admitted === 0 ? [] : all }),
      remove: inOrder(remove),
      refused,
      failed: failed || refused > 0,
    };
  });
}

const inOrder = <T extends number | string>({ always, count, of }: Choice<T>): Choice<T> => ({
  always: sorted(always),
  count,
  of: sorted(of),
});

const sorted = <T extends number | string>(list: readonly T[]): readonly T[] =>
  [...list].sort((one, other) => (one < other ? -1 : 1));
