/**
 * What runs in the pods in the background: one process each, a row in the table of calls that nobody sent. It does its steps as an
 * endpoint does, on the same cores and with the same services, and its container ends with it.
 */
import { RandomStream } from "../../kernel/random.js";
import { type CallId, NONE, type PodId, type State } from "../state.js";
import type { Background } from "../workloads/background.js";
import { CallState, Parent } from "./call-state.js";
import { Failure } from "./failure.js";
import { Line } from "./lines.js";
import { loseCalls } from "./loss.js";
import type { Traffic } from "./traffic.js";

export class Processes {
  /** Each background's place in the tree of chance. */
  private readonly sites: readonly number[];

  constructor(
    private readonly state: State,
    private readonly traffic: Traffic,
    /** A process has ended, well or badly. */
    private readonly ended: (pod: PodId, well: boolean) => void,
  ) {
    this.sites = state.background.map(({ spec }) => new RandomStream(0, `${spec.name}/process`).bits());
  }

  start(pod: PodId, { id, entry }: Background): void {
    const { calls, chance, pods, services, sim } = this.state;
    const call = calls.rows.add();
    calls.service[call] = id;
    calls.endpoint[call] = NONE;
    calls.pod[call] = pod;
    calls.parent[call] = Parent.Process;
    calls.pc[call] = entry;
    calls.request[call] = chance.ticket(pods.serial[pod]);
    calls.site[call] = this.sites[id - services.length];
    calls.state[call] = CallState.Call;
    calls.failure[call] = Failure.None;
    calls.event[call] = calls.awaits[call] = calls.user[call] = calls.key[call] = NONE;
    calls.line[call] = Line.None;
    calls.headers[call] = 0;
    calls.startedAt[call] = sim.now;
    this.traffic.steps.advance(call);
  }

  /** Its steps are done, or one of them has failed. */
  exit(call: CallId, failure: number): void {
    const { calls, chance, services, background } = this.state;
    const { spec } = background[calls.service[call] - services.length];
    const draw = chance.open(calls.request[call], calls.site[call] ^ FAILURE).uniform();
    const pod = calls.pod[call] as PodId;
    this.traffic.free(call);
    this.ended(pod, failure === Failure.None && draw >= spec.failure);
  }

  /** Its container is killed; what it has asked of services goes on, for nobody. */
  stop(pod: PodId): void {
    loseCalls(this.state, this.traffic, pod);
  }
}

const FAILURE = 0x632be5ab;
