import { Failure } from "../calls/failure.js";
import type { Service } from "../service.js";
import { type CallId, NONE, type State } from "../state.js";
import type { SuccessRateSpec } from "./admission-spec.js";
import { SuccessRate } from "./success-rate.js";

/** What callers' proxies refuse on behalf of a service, each by the answers that it has had itself: one for a call, whatever its tries. */
export class CallerAdmission {
  /** Calls refused since the measures began. */
  shed = 0;
  /** By proxy, the first for callers without one; with whom it belongs to, for their numbers are used again. */
  private readonly rates: ({ readonly owner: object; readonly rate: SuccessRate } | undefined)[] = [];

  constructor(
    private readonly state: State,
    private readonly service: Service,
    private readonly spec: SuccessRateSpec,
  ) {}

  rejects(guard: CallId): boolean {
    const { calls, chance, sim } = this.state;
    const luck = chance.open(calls.request[guard], calls.site[guard] ^ BY_CALLER).uniform();
    if (!this.rateOf(calls.proxy[guard]).rejects(luck, sim.now)) return false;
    this.shed++;
    return true;
  }

  /** A call that was not refused here has its answer, or its caller waits no longer. */
  answered(guard: CallId, failure: number): void {
    this.rateOf(this.state.calls.proxy[guard]).answered(failure === Failure.None, this.state.sim.now);
  }

  private rateOf(proxy: number): SuccessRate {
    const { service, rates } = this;
    const owner = proxy === NONE || service.links === undefined ? service : service.links.proxies[proxy];
    const known = rates[proxy + 1];
    if (known?.owner === owner) return known.rate;
    const rate = new SuccessRate(this.spec);
    rates[proxy + 1] = { owner, rate };
    return rate;
  }
}

const BY_CALLER = 0x6c8e9cf5;
