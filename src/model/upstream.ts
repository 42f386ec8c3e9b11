/** Which pod takes a call, where one gateway stands before all of a service's pods and knows what each of them has to do. */
import type { Upstream } from "../policy/contract.js";
import type { CallId, PodId, Pods, Service, State } from "./state.js";

const NOBODY = -1 as PodId;

/** The ready pods of a service. Rows are those of the table of pods. */
export class Gateway implements Upstream {
  version = 0;
  readonly even = true;

  constructor(
    private readonly pods: Pods,
    private readonly service: Service,
  ) {}

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

/** The pod for a call, or -1 when it has to wait at the service. */
export function choosePod(state: State, service: Service, call: CallId): PodId {
  const { ready, balancer, upstream } = service;
  if (ready.count === 0) return NOBODY;
  if (!service.waitsAtService) {
    if (balancer.hashes) return byHash(state, service, call);
    return ready.items[balancer.pick(upstream, 0, 0)] as PodId;
  }
  const { busy } = state.pods;
  for (let i = 0; i < ready.count; i++) {
    const pod = ready.items[i];
    if (busy[pod] < service.limit) return pod as PodId;
  }
  return NOBODY;
}

function byHash({ chance, calls }: State, { ready, balancer, upstream }: Service, call: CallId): PodId {
  chance.open(calls.request[call], KEY);
  const high = chance.bits() >>> 0;
  return ready.items[balancer.pick(upstream, high, chance.bits() >>> 0)] as PodId;
}

/** The site of a request's key. */
const KEY = 0x27d4eb2f;
