/** What a StatefulSet says of its pods. */

export interface PodStatus {
  readonly version: string;
  readonly phase: "Pending" | "Running" | "Failed" | "Succeeded";
  readonly ready?: boolean;
  /** Ready for as long as minReadySeconds asks. */
  readonly available?: boolean;
  readonly terminating?: boolean;
}

/** Whether others need not wait for a pod. */
export const isAvailable = ({ phase, ready, available, terminating }: PodStatus): boolean =>
  phase === "Running" && ready === true && available === true && terminating !== true;

export interface Counts {
  replicas: number;
  ready: number;
  available: number;
  /** Of the current version and of the wanted one, but for those on their way out. */
  current: number;
  updated: number;
}

export function countsOf(pods: readonly PodStatus[], current: string, wanted: string): Counts {
  const running = pods.filter(({ phase, ready }) => phase === "Running" && ready === true);
  const staying = pods.filter(({ terminating }) => terminating !== true);
  return {
    replicas: pods.length,
    ready: running.length,
    available: running.filter(({ available }) => available === true).length,
    current: staying.filter(({ version }) => version === current).length,
    updated: staying.filter(({ version }) => version === wanted).length,
  };
}
