/** Where a caller stands, and where its service's pods and those it calls do. */

import { NONE, type PodId, type State } from "../state.js";
import { Background } from "../workloads/background.js";
import type { Endpoints } from "./endpoints.js";
import type { Origin } from "./localities.js";

export interface Place {
  readonly zones: readonly string[];
  /** Of the pod behind a slot, though it be gone. */
  zoneOf(slot: number): number;
  origin(): Origin;
  /** Another number whenever the origin may have changed. */
  readonly version: number;
}

export function placeOf({ pods, nodes, owners, zones }: State, { slots }: Endpoints, caller: PodId): Place {
  const zoneOfPod = (pod: number): number =>
    pod === NONE || pods.node[pod] === NONE ? NONE : nodes.zone[pods.node[pod]];
  const owner = owners[pods.service[caller]];
  return {
    zones,
    zoneOf: (slot) => slots.zone[slot],
    get version() {
      return owner instanceof Background ? 0 : owner.upstream.version;
    },
    origin() {
      const shares = new Map<number, number>();
      for (let i = 0; i < owner.ready.count; i++) {
        const zone = zoneOfPod(owner.ready.items[i]);
        shares.set(zone, (shares.get(zone) ?? 0) + 1 / owner.ready.count);
      }
      return { zone: zoneOfPod(caller), shares };
    },
  };
}
