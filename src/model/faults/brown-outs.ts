/** Services that work, but slowly or badly: all that they suffer at a time counts together. */
import type { Service } from "../service.js";
import { type CallId, Phase, type State } from "../state.js";

export interface BrownOut {
  readonly times: number;
  readonly failing: number;
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
    service.slowdown = present.reduce((product, { times }) => product * times, 1);
    service.failing = 1 - present.reduce((well, { failing }) => well * (1 - failing), 1);
    for (let pod = 0; pod < pods.rows.high; pod++)
      if (pods.phase[pod] !== Phase.Gone && pods.service[pod] === service.id)
        pods.workTimes[pod] = service.revisions[pods.revision[pod]].workTimes * service.slowdown;
  }
}

/** Whether a call is among those that its service fails in a brown-out: each has its own chance. */
export function failsNow({ calls, chance }: State, { failing }: Service, call: CallId): boolean {
  return chance.open(calls.request[call], calls.site[call] ^ BAD_ANSWER).uniform() < failing;
}

const BAD_ANSWER = 0x2c1b3c6d;
