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
    if (this.unusedCount === 0) this.grow();
    const slot = this.unused[--this.unusedCount];
    const subject = slot << 2;
    this.subjects[subject] = kind;
    this.subjects[subject + 1] = a;
    this.subjects[subject + 2] = b;
    this.order[slot] = rank * RANK + this.added++;
    if (this.hole) {
      this.hole = false;
      this.siftDown(0, time, slot);
    } else this.siftUp(this.size++, time, slot);
    return slot;
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
    const time = this.times[last];
    this.times[last] = Infinity;
    if (position !== last) this.settle(position, time, this.slots[last]);
  }

  /** Puts a pending event at another time, behind those already due then with the same rank. */
  move(handle: EventHandle, time: Seconds): void {
    const position = this.positionOf(handle);
    const rank = Math.floor(this.order[handle] / RANK);
    this.order[handle] = rank * RANK + this.added++;
    this.settle(position, time, handle);
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
    const time = this.times[last];
    this.times[last] = Infinity;
    if (last > 0) this.siftDown(0, time, this.slots[last]);
  }

  /** Puts an event where another was, wherever it then belongs. */
  private settle(position: number, time: Seconds, slot: number): void {
    // The hole's stale root is no later than any pending event, so nothing rises above it.
    const parent = (position - 1) >> 2;
    const rises =
      position > (this.hole ? 4 : 0) &&
      (time < this.times[parent] || (time === this.times[parent] && this.order[slot] < this.order[this.slots[parent]]));
    if (rises) this.siftUp(position, time, slot);
    else this.siftDown(position, time, slot);
  }

  private siftUp(from: number, time: Seconds, slot: number): void {
    const { times, slots, place, order } = this;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      const above = times[parent];
      if (above < time) break;
      const other = slots[parent];
      if (above === time && order[other] < order[slot]) break;
      if (this.hole && parent === 0) break;
      times[position] = above;
      slots[position] = other;
      place[other] = position;
      position = parent;
    }
    times[position] = time;
    slots[position] = slot;
    place[slot] = position;
  }

  private siftDown(from: number, time: Seconds, slot: number): void {
    const { times, slots, place, order, size } = this;
    let position = from;
    for (let first = 4 * position + 1; first < size; first = 4 * position + 1) {
      // The earliest of four children; order decides only between equal times, which are rare.
      let child = first;
      let below = times[first];
      for (let next = first + 1; next < first + 4; next++) {
        const other = times[next];
        if (other < below || (other === below && next < size && order[slots[next]] < order[slots[child]])) {
          child = next;
          below = other;
        }
      }
      const chosen = slots[child];
      if (time < below || (time === below && order[slot] < order[chosen])) break;
      times[position] = below;
      slots[position] = chosen;
      place[chosen] = position;
      position = child;
    }
    times[position] = time;
    slots[position] = slot;
    place[slot] = position;
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

function extend<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
