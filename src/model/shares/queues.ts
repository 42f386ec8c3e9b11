/**
 * Queues of messages. A pod that consumes is given messages up to its prefetch, each as a call of the endpoint, by turns with
 * its service's other pods. A good answer acknowledges. A message whose call fails, is lost with its pod or takes longer than
 * the visibility timeout is given out again, and so perhaps worked on twice: at least once is the promise.
 */
import { Draws } from "../../kernel/distributions.js";
import { siteWithin } from "../../kernel/request-chance.js";
import type { EventKind, Id, Simulation } from "../../kernel/simulation.js";
import { Parent } from "../calls/call-state.js";
import { Failure } from "../calls/failure.js";
import { newCall } from "../calls/new-call.js";
import type { Service } from "../service.js";
import { type CallId, type Calls, NONE as NOTHING, type PodId, type State } from "../state.js";
import { Held, type HoldingId, type Holdings } from "./holdings.js";
import { type MessageId, MessageState, Messages } from "./messages.js";
import { Queue } from "./queue.js";
import type { Waiting } from "./shares.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

type QueueId = Id<"queue">;

/** What queues ask of traffic. */
export interface Consumers {
  arrive(call: CallId, pod: PodId, service: Service): void;
  cancel(call: CallId): void;
}

export class Queues {
  readonly all: readonly Queue[];
  readonly messages = new Messages();
  private readonly sim: Simulation;
  private readonly calls: Calls;
  private readonly backOffs: Draws;
  private readonly handOut: EventKind<QueueId>;
  private readonly due: EventKind<MessageId>;
  /** By pod and queue: messages that the pod has. */
  private given = new Int32Array(0);

  constructor(
    private readonly state: State,
    private readonly holdings: Holdings,
    private readonly consumers: Consumers,
    private readonly waiting: Waiting,
  ) {
    const { sim, calls, spec, chance } = state;
    this.sim = sim;
    this.calls = calls;
    this.all = spec.queues.map((one) => new Queue(one, state, this.messages));
    this.backOffs = new Draws(
      spec.queues.map(({ backOff }) => backOff),
      chance,
    );
    this.handOut = sim.event("queue.hand-out", (id: QueueId) => {
      this.all[id].handingOut = false;
      this.giveAll(id);
    });
    this.due = sim.event("message.due", (message: MessageId) => {
      this.messages.event[message] = NONE;
      if (this.messages.state[message] === MessageState.Resting) this.enqueue(message);
      else this.takeBack(message);
    });
  }

  /** A call leaves a message in a queue. */
  publish(call: CallId, queue: number, site: number): void {
    const { calls, messages, sim } = this;
    const message = messages.rows.add();
    messages.queue[message] = queue;
    messages.request[message] = calls.request[call];
    messages.site[message] = siteWithin(calls.site[call], site);
    messages.key[message] = calls.key[call];
    messages.publishedAt[message] = sim.now;
    messages.deliveries[message] = 0;
    messages.event[message] = NONE;
    this.all[queue].published++;
    this.enqueue(message);
  }

  /** A pod of the service is ready: it may take messages. */
  ready(service: Service): void {
    this.all.forEach((queue, id) => {
      if (queue.service === service) this.handOutSoon(id);
    });
  }

  /** A pod has done with a message, well or badly. */
  giveBack(holding: HoldingId): void {
    const { holdings, calls } = this;
    const id = holdings.of[holding];
    this.given[calls.pod[holdings.call[holding]] * this.all.length + id]--;
    holdings.drop(holding);
    this.handOutSoon(id);
  }

  /** The answer to a message has arrived. */
  answered(row: number, failure: number): void {
    const message = row as MessageId;
    const { messages, sim } = this;
    if (messages.event[message] !== NONE) sim.cancel(messages.event[message]);
    messages.event[message] = NONE;
    const queue = this.all[messages.queue[message]];
    queue.given--;
    if (failure !== Failure.None) return this.failed(message);
    const seconds = sim.now - messages.publishedAt[message];
    queue.acknowledge(seconds);
    this.waiting.observer?.acknowledged?.(queue, seconds);
    this.forget(message);
  }

  restartMeasures(): void {
    for (const queue of this.all) queue.restart(this.sim.now);
  }

  /** Once all that happens at this instant has happened: not under the hands of whoever publishes or ends. */
  private handOutSoon(id: number): void {
    const queue = this.all[id];
    if (queue.handingOut || queue.waiting === 0) return;
    queue.handingOut = true;
    this.sim.after(0, this.handOut, id as QueueId);
  }

  private giveAll(id: number): void {
    const { messages } = this;
    const queue = this.all[id];
    while (queue.waiting > 0) {
      const pod = this.nextPod(queue, id);
      if (pod === NONE) return;
      const message = queue.head as MessageId;
      queue.leave(messages.next[message], this.sim.now);
      this.give(message, queue, pod as PodId);
    }
  }

  /** The next pod in turn that may have another message. */
  private nextPod(queue: Queue, id: number): number {
    const { ready } = queue.service;
    const { prefetch } = queue.spec;
    for (let tried = 0; tried < ready.count; tried++) {
      if (queue.turn >= ready.count) queue.turn = 0;
      const pod = ready.items[queue.turn++];
      const at = pod * this.all.length + id;
      if (at >= this.given.length) this.widen(at);
      if (this.given[at] < prefetch) {
        this.given[at]++;
        return pod;
      }
    }
    return NONE;
  }

  private give(message: MessageId, queue: Queue, pod: PodId): void {
    const { messages, calls, sim, state } = this;
    const nth = messages.deliveries[message]++;
    if (nth === 0) this.waiting.observer?.delivered?.(queue, sim.now - messages.publishedAt[message]);
    else queue.redelivered++;
    // Each delivery draws quantities of its own.
    const site = nth === 0 ? messages.site[message] : siteWithin(messages.site[message], nth);
    const { Message } = Parent;
    const call = newCall(
      state,
      queue.endpoint,
      Message,
      messages.request[message],
      site,
      message,
      messages.key[message],
    );
    calls.proxy[call] = calls.slot[call] = calls.connection[call] = NONE; // no caller's proxy has chosen the pod
    this.holdings.take(call, Held.Message, messages.queue[message]);
    queue.given++;
    messages.state[message] = MessageState.Given;
    messages.call[message] = call;
    const { visibility } = queue.spec;
    if (visibility < Infinity) messages.event[message] = sim.after(visibility, this.due, message);
    this.consumers.arrive(call, pod, queue.service);
  }

  /** The visibility timeout is over: whoever has the message works on it for nobody, or stops. */
  private takeBack(message: MessageId): void {
    const { messages, calls } = this;
    const queue = this.all[messages.queue[message]];
    const call = messages.call[message] as CallId;
    queue.given--;
    calls.parent[call] = Parent.Orphan;
    if (queue.service.cancels) this.consumers.cancel(call);
    if (!this.dies(message, queue)) this.enqueue(message);
  }

  private failed(message: MessageId): void {
    const { messages, backOffs, sim } = this;
    const id = messages.queue[message];
    const queue = this.all[id];
    if (this.dies(message, queue)) return;
    const site = siteWithin(messages.site[message], BACK_OFF + messages.deliveries[message]);
    backOffs.draw(id, messages.request[message], site);
    if (backOffs.value === 0) return this.enqueue(message);
    messages.state[message] = MessageState.Resting;
    queue.resting++;
    messages.event[message] = sim.after(backOffs.value, this.due, message);
  }

  /** A message that has been given out as often as it may be is dead. */
  private dies(message: MessageId, queue: Queue): boolean {
    if (this.messages.deliveries[message] < queue.spec.deliveries) return false;
    queue.dead++;
    queue.deadMeasured++;
    this.forget(message);
    return true;
  }

  private forget(message: MessageId): void {
    this.messages.state[message] = MessageState.Free;
    this.messages.rows.remove(message);
  }

  /** Last in line, whether it comes for the first time or again. */
  private enqueue(message: MessageId): void {
    const { messages } = this;
    const id = messages.queue[message];
    const queue = this.all[id];
    if (messages.state[message] === MessageState.Resting) queue.resting--;
    messages.state[message] = MessageState.Waiting;
    messages.next[message] = NONE;
    if (queue.waiting === 0) queue.head = message;
    else messages.next[queue.tail] = message;
    queue.tail = message;
    queue.join(this.sim.now);
    this.handOutSoon(id);
  }

  /** Throws when a message is lost or gained. */
  check(): void {
    const { messages } = this;
    const found = this.all.map(() => [0, 0, 0, 0]);
    for (let row = 0; row < messages.rows.high; row++) found[messages.queue[row]][messages.state[row]]++;
    for (const [id, queue] of this.all.entries()) queue.check(found[id]);
  }

  private widen(at: number): void {
    const wider = new Int32Array(Math.max(64, 2 * this.given.length, at + 1));
    wider.set(this.given);
    this.given = wider;
  }
}

const BACK_OFF = 0x2545f491;
