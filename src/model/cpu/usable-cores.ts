import type { Millicores } from "../../units.js";

/** What a pod can use of CPU at most; its request where neither its workers nor a limit end it. */
export function usableCores(workers: number, limitCores: number, requestedMillicores: Millicores): number {
  const most = Math.min(limitCores, workers);
  return most < Infinity ? most : requestedMillicores / 1000;
}
