/** Which pod takes a call, where one gateway stands before all of a service's pods and knows what each of them has to do. */
import { siteWithin } from "../../kernel/request-chance.js";
import type { Upstream } from "../../policy/contract.js";
import type { Service } from "../service.js";
import type { CallId, Calls, PodId, Pods, State } from "../state.js";

const NOBODY = -1 as PodId;

/** The ready pods of a service. Rows are those of the table of pods. */
export class Gateway implements Upstream {
  version = 0;
  readonly even: boolean;

  constructor(
    private readonly pods: Pods,
    private readonly service: Service,
  ) {
    this.even = new Set(service.spec.weights).size === 1;
  }

  get rows(): Int32Array {
    return this.service.ready.items;
  }
  get count(): number {
    return this.service.ready.count;
  }
  get active(): Int32Array {
    return this.pods.inFlight;
  }
  get weight(): Float64Array {
    return this.pods.weight;
  }

  address(row: number): string {
    return `${this.service.spec.name}-${this.pods.serial[row]}`;
  }
}

/** The pod for a call, or -1: it has to wait at the service; or, where its caller has chosen, nobody listens there. */
export function choosePod(state: State, service: Service, call: CallId): PodId {
  const { ready, balancer, upstream, links } = service;
  if (links !== undefined && state.calls.slot[call] !== NOBODY)
    return links.endpoints.listening(state.calls.slot[call]);
  if (ready.count === 0) return NOBODY;
  if (!service.waitsAtService) {
    if (balancer.hashes) {
      const { calls } = state;
      const high = hashHigh(calls, call, balancer.byKey === true);
      return ready.items[balancer.pick(upstream, high, hashLow(calls, call))] as PodId;
    }
    return ready.items[balancer.pick(upstream, 0, 0)] as PodId;
  }
  const { busy } = state.pods;
  for (let i = 0; i < ready.count; i++) {
    const pod = ready.items[i];
    if (busy[pod] < service.limit) return pod as PodId;
  }
  return NOBODY;
}

/** Calls about one key have one hash, or the key's number; a call about nothing has one of its own, as good as drawn. */
export function hashHigh(calls: Calls, call: CallId, byKey: boolean): number {
  const key = calls.key[call];
  if (byKey) return (key < 0 ? calls.request[call] : key) >>> 0;
  return siteWithin(key < 0 ? calls.request[call] : key, key < 0 ? OWN : KEY) >>> 0;
}

/** The other half. */
export function hashLow(calls: Calls, call: CallId): number {
  const key = calls.key[call];
  return siteWithin(key < 0 ? calls.request[call] : key, key < 0 ? ~OWN : ~KEY) >>> 0;
}

const OWN = 1;
const KEY = 3;
