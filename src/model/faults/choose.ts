/** Whom a fault hits: certain ones by name, or so many by chance of those that are there. */
import type { RandomStream } from "../../kernel/random.js";
import type { Machine } from "../machines/machine.js";
import type { Machines } from "../machines/machines.js";
import { nameOfPod } from "../names.js";
import type { Owner } from "../service.js";
import { Phase, type PodId, type State } from "../state.js";
import type { NodeTarget, PodTarget, Portion } from "./spec.js";

/** Machines that serve, in the order of purchase; those that stand still already are nobody's to lose again. */
export function chosenMachines(
  machines: Machines,
  { group, zone, portion }: NodeTarget,
  stream: RandomStream,
): readonly Machine[] {
  const there = machines.all.filter(
    (one) =>
      one.ready && !one.silent && (group === undefined || one.group === group) && (zone ?? one.zone) === one.zone,
  );
  return portionOf(there, ({ object }) => object.name, portion, stream);
}

/** Pods whose container runs and is not on its way out, in the order of their creation. */
export function chosenPods(state: State, { owner: name, portion }: PodTarget, stream: RandomStream): readonly PodId[] {
  const { pods } = state;
  const owner = state.owners.find(({ spec }) => spec.name === name)!;
  const there = membersOf(owner)
    .filter((pod) => pods.phase[pod] === Phase.Starting || pods.phase[pod] === Phase.Ready)
    .filter((pod) => !state.stillness.has(pod))
    .sort((one, two) => pods.serial[one] - pods.serial[two]);
  return portionOf(there, (pod) => nameOfPod(state, pod).replace("pod ", ""), portion, stream);
}

const membersOf = ({ members }: Owner): PodId[] => [...members.items.subarray(0, members.count)] as PodId[];

function portionOf<T>(
  there: readonly T[],
  nameOf: (one: T) => string,
  portion: Portion,
  stream: RandomStream,
): readonly T[] {
  if ("names" in portion) return there.filter((one) => portion.names.includes(nameOf(one)));
  const wanted = "count" in portion ? portion.count : Math.ceil(portion.share * there.length);
  const left = [...there];
  const chosen: T[] = [];
  while (chosen.length < wanted && left.length > 0) chosen.push(...left.splice(stream.below(left.length), 1));
  return chosen;
}
