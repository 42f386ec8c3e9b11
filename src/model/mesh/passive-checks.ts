/**
 * nginx's passive checks, of one proxy (max_fails and fail_timeout; ngx_http_upstream_round_robin.c): a pod that has failed so
 * often is left alone for so many seconds. Then one call may try it; when that is answered well its failures are
 * forgotten, and until then the others go on leaving it alone. nginx's clock has whole seconds, and so has this:
 * seconds of the run. A time-out of t is over at the first whole second that is more than t after the one in which the pod failed.
 *
 * Not modelled: that nginx gives less weight to a server for some turns after a failure.
 */
import type { Seconds } from "../../units.js";
import type { PassiveSpec } from "./mesh-spec.js";

interface Peer {
  fails: number;
  /** The second of the latest failure, and that in which the present count of failures began. */
  accessed: number;
  checked: number;
  out: boolean;
}

export class PassiveChecks {
  /** Pods left alone at this moment. */
  outCount = 0;
  private readonly peers: (Peer | undefined)[] = [];

  constructor(
    private readonly spec: PassiveSpec,
    /** By failure: whether it counts as one of the pod's. */
    private readonly counts: readonly boolean[],
  ) {}

  isOut(slot: number): boolean {
    return this.peers[slot]?.out === true;
  }

  /** A call goes to a pod. True when others are to leave it alone, from now on or again. */
  chosen(slot: number, now: Seconds): boolean {
    const peer = this.of(slot);
    const second = Math.floor(now);
    if (second - peer.checked > this.spec.timeout) peer.checked = second;
    return this.settle(peer, second);
  }

  /** A pod has answered, or has not. True when that changes who is left alone. */
  answered(slot: number, failure: number, now: Seconds): boolean {
    const peer = this.of(slot);
    const second = Math.floor(now);
    if (this.counts[failure]) {
      peer.fails++;
      peer.accessed = peer.checked = second;
    } else if (peer.accessed < peer.checked) peer.fails = 0;
    return this.settle(peer, second);
  }

  /** The next moment at which one may be tried again; Infinity: there is none. */
  due(): Seconds {
    let due = Infinity;
    for (const peer of this.peers)
      if (peer?.out === true) due = Math.min(due, peer.checked + Math.floor(this.spec.timeout) + 1);
    return due;
  }

  /** Time has passed. */
  look(now: Seconds): void {
    for (const peer of this.peers) if (peer !== undefined) this.settle(peer, Math.floor(now));
  }

  /** Nobody was left for a call: all count as well again, to find out quickly who is. True when there were some. */
  forgive(): boolean {
    if (this.outCount === 0) return false;
    for (const peer of this.peers)
      if (peer !== undefined) {
        peer.fails = 0;
        peer.out = false;
      }
    this.outCount = 0;
    return true;
  }

  forget(slot: number): void {
    if (this.isOut(slot)) this.outCount--;
    this.peers[slot] = undefined;
  }

  private of(slot: number): Peer {
    this.peers[slot] ??= { fails: 0, accessed: -Infinity, checked: -Infinity, out: false };
    return this.peers[slot];
  }

  private settle(peer: Peer, second: number): boolean {
    const out = peer.fails >= this.spec.failures && second - peer.checked <= this.spec.timeout;
    if (out === peer.out) return false;
    peer.out = out;
    this.outCount += out ? 1 : -1;
    return true;
  }
}
