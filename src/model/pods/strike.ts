import type { IntList } from "../../kernel/int-list.js";
import { NONE, type PodId } from "../state.js";

/** Takes a pod out of a list when the table of pods knows each one's place there. */
export function strike(list: IntList, places: Int32Array, pod: PodId): void {
  const moved = list.removeAt(places[pod]);
  if (moved !== NONE) places[moved] = places[pod];
  places[pod] = NONE;
}
