/** Plays the Vertical Pod Autoscaler's situations: samples and OOMs of pods that come and go, and what is recommended then. */
import { Recommender, type RecommenderSpec } from "../../src/controllers/vpa/cluster.js";
import type { Vector } from "../vector.js";

interface Event {
  readonly kind: "pod" | "gone" | "cpu" | "memory" | "oom";
  readonly pod: string;
  readonly labels: string;
  readonly containers: readonly string[];
  readonly container: string;
  readonly at: number;
  readonly amount?: number;
}

export function playVpa({ settings, script }: Vector): readonly unknown[] {
  const given = settings as RecommenderSpec;
  const recommender = new Recommender({ ...given, policies: given.policies ?? {}, maxAllowed: given.maxAllowed ?? {} });
  return (script as readonly { readonly events: readonly Event[] }[]).map(({ events }) => {
    const discarded = events.flatMap((event, number) => (happened(recommender, event) ? [] : [number]));
    return { containers: Object.fromEntries(recommender.recommendations()), discarded };
  });
}

/** False when the recommender did not take it. */
function happened(
  recommender: Recommender,
  { kind, pod, labels, containers, container, at, amount = 0 }: Event,
): boolean {
  if (kind === "pod") recommender.addPod(pod, labels, containers);
  if (kind === "gone") recommender.removePod(pod);
  if (kind === "pod" || kind === "gone") return true;
  const usage = recommender.container(pod, container);
  if (kind === "cpu") return usage?.addCpu(amount, at) ?? false;
  return (kind === "memory" ? usage?.addMemory(amount, at) : usage?.recordOom(amount, at)) ?? false;
}
