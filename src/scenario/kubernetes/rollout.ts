/** How a Deployment brings a new revision: its strategy and its deadline. */
import { show } from "../../policy/fields.js";
import type { Field } from "./field.js";
import { plain } from "./pod.js";
import { inSeconds, said, type WrittenFields } from "./written.js";

/** As a deadline, the API's greatest number is none. */
export const NEVER = 2 ** 31 - 1;

export function rolloutFields(spec: Field): WrittenFields {
  const deadline = spec.at("progressDeadlineSeconds").whole(1);
  const ready = spec.at("minReadySeconds").whole();
  if (deadline !== undefined && deadline <= (ready ?? 0))
    spec.at("progressDeadlineSeconds").say(`expected more than minReadySeconds (${ready}), got ${deadline}`);
  return said({
    strategy: plain(strategyOf(spec.at("strategy"))),
    minReadySeconds: plain(inSeconds(ready)),
    progressDeadline: plain(deadline === NEVER ? "unlimited" : inSeconds(deadline)),
  }) as WrittenFields;
}

function strategyOf(field: Field): object | undefined {
  const type = field.at("type").word("RollingUpdate", "Recreate");
  const rolling = field.at("rollingUpdate");
  if (type === "Recreate" && rolling.there) rolling.say("expected it only where type is RollingUpdate", { key: true });
  const [maxSurge, maxUnavailable] = [amountOf(rolling.at("maxSurge")), amountOf(rolling.at("maxUnavailable"))];
  const isNothing = (amount: unknown) => amount !== undefined && Number.parseInt(String(amount), 10) === 0;
  if (isNothing(maxSurge) && isNothing(maxUnavailable))
    rolling.at("maxUnavailable").say("expected more than 0 where maxSurge is 0, got 0");
  const strategy = said({ type, maxSurge, maxUnavailable });
  return Object.keys(strategy).length === 0 ? undefined : strategy;
}

function amountOf(field: Field): number | string | undefined {
  if (!field.there) return undefined;
  field.mark();
  const { value } = field;
  if (Number.isSafeInteger(value) && Number(value) >= 0) return value as number;
  if (typeof value === "string" && /^\d+%$/.test(value)) return value;
  field.say(`expected a number of pods or a share like "25%", got ${show(value)}`);
  return undefined;
}
