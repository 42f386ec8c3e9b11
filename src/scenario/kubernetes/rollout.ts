/** How a Deployment or a StatefulSet brings a new revision: its strategy, its order, its deadline. */
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

/** A StatefulSet's own; upstream updates one pod at a time unless it says more. */
export function ordinalFields(spec: Field): WrittenFields {
  return said({
    kind: plain("StatefulSet"),
    podManagementPolicy: plain(spec.at("podManagementPolicy").word("OrderedReady", "Parallel")),
    updateStrategy: plain(updateStrategyOf(spec.at("updateStrategy"))),
    minReadySeconds: plain(inSeconds(spec.at("minReadySeconds").whole())),
  }) as WrittenFields;
}

/** A DaemonSet's own. */
export function nodeByNodeFields(spec: Field): WrittenFields {
  return said({
    updateStrategy: plain(nodeByNode(spec.at("updateStrategy"))),
    minReadySeconds: plain(inSeconds(spec.at("minReadySeconds").whole())),
  }) as WrittenFields;
}

/** Upstream has one node without a pod where it is not said, even beside a surge; and then refuses both. */
function nodeByNode(field: Field): object | undefined {
  const type = field.at("type").word("RollingUpdate", "OnDelete");
  const rolling = field.at("rollingUpdate");
  if (type === "OnDelete" && rolling.there) {
    rolling.say("expected it only where type is RollingUpdate", { key: true });
    return undefined;
  }
  const [surge, unavailable] = [rolling.at("maxSurge"), rolling.at("maxUnavailable")];
  const [maxSurge, maxUnavailable] = [amountOf(surge), amountOf(unavailable)];
  const surges = maxSurge !== undefined && !isNothing(maxSurge);
  if (surges && !isNothing(maxUnavailable))
    surge.say(`expected maxUnavailable: 0 beside it, got ${maxUnavailable ?? 1}`);
  if (!surges && isNothing(maxUnavailable)) unavailable.say("expected more than 0 where maxSurge is 0, got 0");
  const strategy = said({ type, maxSurge, maxUnavailable });
  return Object.keys(strategy).length === 0 ? undefined : strategy;
}

function updateStrategyOf(field: Field): object | undefined {
  const type = field.at("type").word("RollingUpdate", "OnDelete");
  const rolling = field.at("rollingUpdate");
  if (type === "OnDelete" && rolling.there) {
    rolling.say("expected it only where type is RollingUpdate", { key: true });
    return undefined;
  }
  const partition = rolling.at("partition").whole();
  const maxUnavailable = amountOf(rolling.at("maxUnavailable"));
  if (isNothing(maxUnavailable))
    rolling.at("maxUnavailable").say(`expected more than 0, got ${show(rolling.at("maxUnavailable").value)}`);
  const strategy = said({ type, partition, maxUnavailable });
  return Object.keys(strategy).length === 0 ? undefined : strategy;
}

const isNothing = (amount: number | string | undefined): boolean =>
  amount !== undefined && Number.parseInt(String(amount), 10) === 0;

function strategyOf(field: Field): object | undefined {
  const type = field.at("type").word("RollingUpdate", "Recreate");
  const rolling = field.at("rollingUpdate");
  if (type === "Recreate" && rolling.there) rolling.say("expected it only where type is RollingUpdate", { key: true });
  const [maxSurge, maxUnavailable] = [amountOf(rolling.at("maxSurge")), amountOf(rolling.at("maxUnavailable"))];
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
