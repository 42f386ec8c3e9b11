/** Pods that work, but slowly or badly, some of a service or all: what a pod suffers at a time counts together. */
import type { Service } from "../service.js";
import { type CallId, Phase, type PodId, type State } from "../state.js";

export interface BrownOut {
  readonly times: number;
  readonly failing: number;
  /** The pods that it hits, by their number among their service's; undefined: all, and those that come meanwhile. */
  readonly serials: ReadonlySet<number> | undefined;
}

export class BrownOuts {
  private readonly present = new Map<Service, readonly BrownOut[]>();

  constructor(private readonly state: State) {}

  begin(service: Service, one: BrownOut): void {
    this.set(service, [...(this.present.get(service) ?? []), one]);
  }

  end(service: Service, one: BrownOut): void {
    this.set(
      service,
      (this.present.get(service) ?? []).filter((other) => other !== one),
    );
  }

  /** What has begun already goes on as it began. */
  private set(service: Service, present: readonly BrownOut[]): void {
    const { pods } = this.state;
    this.present.set(service, present);
    const ofAll = present.filter(({ serials }) => serials === undefined);
    service.slowdown = slowdownOf(ofAll);
    service.failing = failingOf(ofAll);
    for (let pod = 0; pod < pods.rows.high; pod++) {
      if (pods.phase[pod] === Phase.Gone || pods.service[pod] !== service.id) continue;
      const own = present.filter(({ serials }) => serials?.has(pods.serial[pod]) ?? true);
      pods.slowdown[pod] = slowdownOf(own);
      pods.failing[pod] = failingOf(own);
      pods.workTimes[pod] = service.revisions[pods.revision[pod]].workTimes * pods.slowdown[pod];
    }
  }
}

const slowdownOf = (present: readonly BrownOut[]): number => present.reduce((product, { times }) => product * times, 1);
const failingOf = (present: readonly BrownOut[]): number =>
  1 - present.reduce((well, { failing }) => well * (1 - failing), 1);

/** Whether a call is among those that its pod fails in a brown-out: each has its own chance. */
export function failsNow({ calls, pods, chance }: State, pod: PodId, call: CallId): boolean {
  return chance.open(calls.request[call], calls.site[call] ^ BAD_ANSWER).uniform() < pods.failing[pod];
}

const BAD_ANSWER = 0x2c1b3c6d;
