import type { Seconds } from "../units.js";

/** Names a pending event until it fires or is cancelled. Forget it then: its number is reused. */
export type EventHandle = number;

/**
 * The pending events, earliest first. Events at the same instant leave in order of rank,
 * and those of the same rank in the order they were added (or last moved), so a run
 * depends on nothing but its seed.
 *
 * An event is five numbers spread over parallel arrays; nothing is allocated per event.
 * `pop` copies the earliest event into the public fields, where it stays until the next `pop`.
 *
 * Inside is a 4-ary heap of slots ordered by (time, order). `place` maps a slot back to its
 * heap position, so that a pending event can be cancelled or moved in O(log n). Most timeouts
 * are cancelled; left to expire they would outnumber the live events a hundred to one.
 *
 * A popped event leaves a hole at the root, which the next `add` fills: most handlers schedule
 * one event, and one sift down is cheaper than two.
 */
export class EventQueue {
  time: Seconds = 0;
  kind = 0;
  a = 0;
  b = 0;

  /** When the event that is being added or moved is due. */
  private due: Seconds = 0;
  /** Heap positions in use, the hole at the root included. */
  private size = 0;
  private hole = false;

  // By heap position; beyond `size` the times are Infinity, so that a family of four needs no bounds check.
  private times = new Float64Array(FIRST_CAPACITY + PADDING).fill(Infinity);
  private slots = new Int32Array(FIRST_CAPACITY + PADDING);

  // By slot.
  private place = new Int32Array(FIRST_CAPACITY).fill(FREE);
  private order = new Float64Array(FIRST_CAPACITY);
  /** Kind, a and b side by side: one line of cache an event. */
  private subjects = new Int32Array(4 * FIRST_CAPACITY);

  private unused = Int32Array.from({ length: FIRST_CAPACITY }, (_, i) => FIRST_CAPACITY - 1 - i);
  private unusedCount = FIRST_CAPACITY;
  private added = 0;

  /** Number of pending events. */
  get length(): number {
    return this.hole ? this.size - 1 : this.size;
  }

  /** Time of the earliest event, or Infinity when there is none. */
  get nextTime(): Seconds {
    if (this.hole) this.fillHole();
    return this.times[0];
  }

  /** Time at which a pending event is due. */
  timeOf(handle: EventHandle): Seconds {
    return this.times[this.positionOf(handle)];
  }

  add(time: Seconds, rank: number, kind: number, a: number, b: number): EventHandle {
    this.due = time;
    return this.insert(rank, kind, a, b);
  }

  /** Takes the earliest event out. There must be one. */
  pop(): void {
    if (this.hole) this.fillHole();
    const slot = this.slots[0];
    const subject = slot << 2;
    this.time = this.times[0];
    this.kind = this.subjects[subject];
    this.a = this.subjects[subject + 1];
    this.b = this.subjects[subject + 2];
    this.place[slot] = FREE;
    this.unused[this.unusedCount++] = slot;
    this.hole = true;
  }

  cancel(handle: EventHandle): void {
    const position = this.positionOf(handle);
    this.place[handle] = FREE;
    this.unused[this.unusedCount++] = handle;
    const last = --this.size;
    this.times[position] = this.times[last];
    this.slots[position] = this.slots[last];
    this.times[last] = Infinity;
    if (position !== last) this.settle(position);
  }

  /** Puts a pending event at another time, behind those already due then with the same rank. */
  move(handle: EventHandle, time: Seconds): void {
    this.due = time;
    this.replace(handle);
  }

  // What follows finds its times in fields and arrays: passed as arguments they would be boxed on the way.

  /** Adds an event that is due at `due`. */
  private insert(rank: number, kind: number, a: number, b: number): EventHandle {
    if (this.unusedCount === 0) this.grow();
    const slot = this.unused[--this.unusedCount];
    const { subjects } = this;
    const subject = slot << 2;
    // `| 0` says that these are integers; else they would be converted by way of floating point.
    subjects[subject] = kind | 0;
    subjects[subject + 1] = a | 0;
    subjects[subject + 2] = b | 0;
    this.order[slot] = rank * RANK + this.added++;
    const position = this.hole ? 0 : this.size++;
    this.times[position] = this.due;
    this.slots[position] = slot;
    if (this.hole) {
      this.hole = false;
      this.siftDown(0);
    } else this.siftUp(position);
    return slot;
  }

  /** Moves an event to `due`. */
  private replace(handle: EventHandle): void {
    const { times, order } = this;
    const position = this.positionOf(handle);
    const rank = Math.floor(order[handle] / RANK);
    order[handle] = rank * RANK + this.added++;
    times[position] = this.due;
    this.settle(position);
  }

  private positionOf(handle: EventHandle): number {
    const position = this.place[handle];
    if (!(position >= 0)) throw new Error(`event ${handle} is not pending: it has fired or was cancelled`);
    return position;
  }

  /** Moves the last event to the root, where the popped one was. */
  private fillHole(): void {
    this.hole = false;
    const last = --this.size;
    this.times[0] = this.times[last];
    this.slots[0] = this.slots[last];
    this.times[last] = Infinity;
    if (last > 0) this.siftDown(0);
  }

  /** Takes the event that has been put at a position to wherever it belongs. */
  private settle(position: number): void {
    const { times, slots, order } = this;
    const parent = (position - 1) >> 2;
    const rises =
      position > (this.hole ? 4 : 0) && // a hole at the root is no later than any pending event
      (times[position] < times[parent] ||
        (times[position] === times[parent] && order[slots[position]] < order[slots[parent]]));
    if (rises) this.siftUp(position);
    else this.siftDown(position);
  }

  private siftUp(from: number): void {
    const { times, slots, place, order } = this;
    const time = times[from];
    const slot = slots[from];
    const top = this.hole ? 4 : 0;
    let position = from;
    while (position > top) {
      const parent = (position - 1) >> 2;
      const above = times[parent];
      if (above < time) break;
      const other = slots[parent];
      if (above === time && order[other] < order[slot]) break;
      times[position] = above;
      slots[position] = other;
      place[other] = position;
      position = parent;
    }
    times[position] = time;
    slots[position] = slot;
    place[slot] = position;
  }

  private siftDown(from: number): void {
    const { times, slots, place, order, size } = this;
    const time = times[from];
    const slot = slots[from];
    let position = from;
    for (let first = 4 * position + 1; first < size; first = 4 * position + 1) {
      // The earliest of four children, without branches that would be guessed wrong half the time.
      const one = first + bit(times[first + 1] < times[first]);
      const two = first + 2 + bit(times[first + 3] < times[first + 2]);
      let child = one + Math.imul(bit(times[two] < times[one]), two - one);
      const below = times[child];
      if (time < below) break;
      const equal =
        bit(times[first] === below) +
        bit(times[first + 1] === below) +
        bit(times[first + 2] === below) +
        bit(times[first + 3] === below);
      if (equal > 1) child = this.firstOfEqual(first, below);
      const chosen = slots[child];
      if (time === below && order[slot] < order[chosen]) break;
      times[position] = below;
      slots[position] = chosen;
      place[chosen] = position;
      position = child;
    }
    times[position] = time;
    slots[position] = slot;
    place[slot] = position;
  }

  /** Of four siblings the one that is due at this time and was added first. */
  private firstOfEqual(first: number, time: Seconds): number {
    const { times, slots, order, size } = this;
    let chosen = -1;
    for (let next = first; next < first + 4 && next < size; next++) {
      if (times[next] !== time) continue;
      if (chosen < 0 || order[slots[next]] < order[slots[chosen]]) chosen = next;
    }
    return chosen;
  }

  private grow(): void {
    const before = this.place.length;
    const after = 2 * before;
    this.times = extend(this.times, new Float64Array(after + PADDING).fill(Infinity));
    this.slots = extend(this.slots, new Int32Array(after + PADDING));
    this.place = extend(this.place, new Int32Array(after).fill(FREE));
    this.order = extend(this.order, new Float64Array(after));
    this.subjects = extend(this.subjects, new Int32Array(4 * after));
    this.unused = new Int32Array(after);
    for (let i = 0; i < before; i++) this.unused[i] = after - 1 - i;
    this.unusedCount = before;
  }
}

const FIRST_CAPACITY = 64;
const PADDING = 4;
const FREE = -1;
const RANK = 2 ** 48; // ranks 0 to 31 and 2⁴⁸ events share the 53 exact bits of a number

/** 1 or 0. Spelt so that the machine computes it without a branch, which `claim ? 1 : 0` would cost. */
const bit = (claim: boolean): number => (claim as unknown as number) | 0;

function extend<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
