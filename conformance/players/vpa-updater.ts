/** Plays loops of the Vertical Pod Autoscaler's updater: the priority of each pod, and what is asked of the API server. */
import { recommendedFor, resized } from "../../src/controllers/vpa/admission.js";
import type { Policies } from "../../src/controllers/vpa/policy.js";
import { type ContainerState, priorityOf, type Recommendations } from "../../src/controllers/vpa/priority.js";
import { type ResizeStatus, type UpdatablePod, Updater, type UpdaterSpec } from "../../src/controllers/vpa/updater.js";
import type { Vector } from "../vector.js";

interface PodState {
  readonly name: string;
  readonly controller: string;
  readonly phase: string;
  readonly startedAt?: number;
  readonly deleting?: boolean;
  readonly resize?: { readonly status: ResizeStatus };
  readonly containers: readonly ContainerState[];
}

interface Loop {
  readonly at: number;
  readonly recommendation?: Recommendations | null;
  readonly replicas: Readonly<Record<string, number>>;
  readonly pods: readonly PodState[];
  readonly refused?: Readonly<Record<string, string>>;
}

type Settings = Omit<UpdaterSpec, "minReplicas" | "tolerance" | "policies"> & {
  readonly minReplicas: number;
  readonly ownMinReplicas?: number;
  readonly evictionTolerance: number;
  readonly policies?: Policies;
};

export function playVpaUpdater({ settings, script }: Vector): readonly unknown[] {
  const given = settings as Settings;
  const { ownMinReplicas, evictionTolerance, minReplicas, policies = {}, ...rest } = given;
  const spec = { ...rest, policies, tolerance: evictionTolerance, minReplicas: ownMinReplicas ?? minReplicas };
  const updater = new Updater({ ...spec, inPlaceSkipDisruptionBudget: spec.inPlaceSkipDisruptionBudget ?? false });
  return (script as readonly Loop[]).map((loop) => played(updater, loop, policies));
}

function played(updater: Updater, loop: Loop, policies: Policies): unknown {
  const { at, recommendation, replicas, pods, refused = {} } = loop;
  const recommended = ({ containers }: { readonly containers: readonly ContainerState[] }) =>
    recommendation ? recommendedFor(containers, recommendation, policies) : undefined;
  const priorities = pods.flatMap((pod) => {
    const own = recommended(pod);
    return own === undefined ? [] : [[pod.name, priorityOf(pod.containers, own)] as const];
  });
  const seen = pods.filter(({ deleting }) => !deleting).map(podOf);
  const actions: unknown[] = [];
  const wishes = updater.loop({ now: at, recommended, replicas, pods: seen });
  let now = at;
  for (let wish = wishes.next(); !wish.done; ) {
    const { what, pod, wait, containers } = wish.value;
    now += wait;
    actions.push({ at: now, pod: pod.name, what, ...(what === "resize" ? { containers } : {}) });
    wish = wishes.next(refused[pod.name] === undefined);
  }
  return { priorities: Object.fromEntries(priorities), actions };
}

const podOf = ({ name, controller, phase, startedAt, resize, containers }: PodState): UpdatablePod => ({
  name,
  controller,
  pending: phase === "Pending",
  startedAt,
  resize: resize?.status,
  containers,
});

/** Plays pods at their creation: what the admission controller makes of their containers' resources. */
export function playVpaAdmission({ settings, script }: Vector): readonly unknown[] {
  const { policies = {} } = settings as { readonly policies?: Policies };
  return (
    script as readonly { readonly recommendation: Recommendations; readonly containers: readonly ContainerState[] }[]
  ).map(({ recommendation, containers }) =>
    resized(containers, recommendedFor(containers, recommendation, policies), policies),
  );
}
