import { inOrderOfEviction, type MemoryUser } from "../../src/controllers/kubelet/pressure.js";
import type { Vector } from "../vector.js";

/** Whom the kubelet ends for its node's memory: the names of the pods, the first to go first. */
export function playNodePressure({ script }: Vector): readonly unknown[] {
  return script.map((entry) => {
    const { pods } = entry as { readonly pods: readonly (MemoryUser & { readonly name: string })[] };
    return { order: inOrderOfEviction(pods).map(({ name }) => name) };
  });
}
