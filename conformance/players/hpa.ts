/** Plays vectors of the HPA: a script's entry is what the controller finds at one sync. */
import {
  type ContainerState,
  createHpa,
  type HpaFlags,
  type HpaInputs,
  type HpaSpec,
  type PodState,
  type Readings,
} from "../../src/controllers/hpa/index.js";
import type { Player } from "./index.js";

interface Settings {
  readonly spec: HpaSpec;
  readonly flags: HpaFlags;
  /** Of every pod that says nothing else. */
  readonly containers: readonly ContainerState[];
}

interface Step {
  readonly at: number;
  readonly spec?: HpaSpec;
  readonly scale: HpaInputs["scale"];
  readonly rivals?: readonly string[];
  readonly updateError?: string;
  readonly pods: readonly (Partial<PodState> & Pick<PodState, "name">)[];
  readonly readings: Readings;
}

export const playHpa: Player = ({ settings, script }) => {
  const { spec, flags, containers } = settings as Settings;
  const hpa = createHpa(spec, flags, { namespace: "shop", name: "app" });
  return (script as readonly Step[]).map(({ at, spec: edited, ...step }) => {
    if (edited !== undefined) hpa.update(edited);
    const pods = step.pods.map((pod) => ({ phase: "Running" as const, containers, ...pod }));
    const { rescaledTo, status, events } = hpa.reconcile({ ...step, pods }, at);
    return { rescaledTo, ...status, events };
  });
};
