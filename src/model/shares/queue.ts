/** One queue of messages: its line, its counts, and what is measured of it. */
import type { Seconds } from "../../units.js";
import type { Service } from "../service.js";
import { NONE, type State } from "../state.js";
import type { QueueSpec } from "./asynchronous.js";
import { MessageState, type Messages } from "./messages.js";

export class Queue {
  readonly service: Service;
  readonly endpoint: number;
  /** The line, by message. */
  head: number = NONE;
  tail: number = NONE;
  /** Messages in line, with consumers, and resting after a failure. */
  waiting = 0;
  given = 0;
  resting = 0;
  /** Since time 0, for the books. */
  published = 0;
  acknowledged = 0;
  dead = 0;
  /** Since the measures began: messages given out once more, dead, acknowledged, and from publication to that. */
  redelivered = 0;
  deadMeasured = 0;
  acknowledgedMeasured = 0;
  seconds: Seconds = 0;
  /** Whose turn it is among the ready pods. */
  turn = 0;
  /** The event that hands messages out is due. */
  handingOut = false;
  /** Messages in line, integrated over time since the measures began. */
  private area = 0;
  private changed: Seconds = 0;

  constructor(
    readonly spec: QueueSpec,
    { services, endpoints, sim }: State,
    private readonly messages: Messages,
  ) {
    const { name, consumer, deliveries, backOff } = spec;
    const endpoint = endpoints.findIndex(
      (one) => one.name === consumer.endpoint && services[one.service].spec.name === consumer.service,
    );
    if (endpoint < 0)
      throw new Error(`queue ${name}: nobody has the endpoint ${consumer.service}/${consumer.endpoint}`);
    this.endpoint = endpoint;
    this.service = services[endpoints[endpoint].service];
    if (this.service.waitsAtService) throw new Error(`queue ${name}: its consumer's calls must wait in their pods`);
    if (deliveries === Infinity && backOff.shape === "constant" && backOff.value === 0)
      throw new Error(`queue ${name}: a message that fails at once would be given out at once for ever`);
    this.service.inboxes.push({ oldest: () => this.oldest(sim.now), backlog: () => this.backlog });
  }

  /** Messages that are neither acknowledged nor dead. */
  get backlog(): number {
    return this.waiting + this.given + this.resting;
  }

  /** How long ago the first in line was published; 0 when none waits. */
  oldest(now: Seconds): Seconds {
    return this.waiting === 0 ? 0 : now - this.messages.publishedAt[this.head];
  }

  join(now: Seconds): void {
    this.weigh(now);
    this.waiting++;
  }

  /** The first in line goes; the next is first. */
  leave(next: number, now: Seconds): void {
    this.weigh(now);
    this.waiting--;
    this.head = next;
  }

  acknowledge(seconds: Seconds): void {
    this.acknowledged++;
    this.acknowledgedMeasured++;
    this.seconds += seconds;
  }

  /** Message-seconds in line since the measures began. */
  waited(now: Seconds): number {
    this.weigh(now);
    return this.area;
  }

  restart(now: Seconds): void {
    this.weigh(now);
    this.area = this.redelivered = this.deadMeasured = this.acknowledgedMeasured = this.seconds = 0;
  }

  /** Throws unless its counts are those of the rows, by state, and every message has ended or is there. */
  check(rows: readonly number[]): void {
    const { published, acknowledged, dead, waiting, given, resting, spec } = this;
    const counted = [waiting, given, resting];
    const there = [MessageState.Waiting, MessageState.Given, MessageState.Resting].map((state) => rows[state]);
    if (counted.join() !== there.join())
      throw new Error(
        `queue ${spec.name}: ${counted} messages wait, are given out and rest, but the rows say ${there}`,
      );
    if (published !== acknowledged + dead + waiting + given + resting)
      throw new Error(
        `queue ${spec.name}: ${published} messages published, but ${acknowledged} acknowledged, ${dead} dead, ${counted} there`,
      );
  }

  private weigh(now: Seconds): void {
    this.area += this.waiting * (now - this.changed);
    this.changed = now;
  }
}
