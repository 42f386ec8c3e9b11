import type { Seconds } from "../units.js";

/** Names a pending event until it fires or is cancelled. Forget it then: its number is reused. */
export type EventHandle = number;

/**
 * The pending events, earliest first. Events at the same instant leave in order of rank,
 * and those of the same rank in the order they were added (or last moved), so a run
 * depends on nothing but its seed.
 *
 * An event is six numbers spread over parallel arrays; nothing is allocated per event.
 * `pop` copies the earliest event into the public fields, where it stays until the next `pop`.
 *
 * Inside is a 4-ary heap ordered by (time, order). A handle says where an event's cells are, and one
 * of them says where in the heap the event is, so that a pending event can be cancelled or moved in
 * O(log n). Most timeouts are cancelled; left to expire they would outnumber the live events a hundred to one.
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
  /** One beyond the last heap position in use; the first is ROOT, be it a hole or not. */
  private size = ROOT;
  private hole = false;
  private added = 0;

  // By heap position; beyond `size` the times are Infinity, so that a family of four needs no bounds check.
  private times = new Float64Array(FIRST_CAPACITY + PADDING).fill(Infinity);
  private events = new Int32Array(FIRST_CAPACITY + PADDING);

  /** Kind, a, b and place in the heap of the event whose handle is the number of the first of them. */
  private cells = new Int32Array(CELLS * FIRST_CAPACITY);
  /** By handle / CELLS. */
  private order = new Float64Array(FIRST_CAPACITY);
  /** The first unused handle; each keeps the next one where its `a` would be. */
  private unused = NONE;

  constructor() {
    this.addUnused(0, FIRST_CAPACITY);
  }

  /** Number of pending events. */
  get length(): number {
    return this.size - ROOT - (this.hole ? 1 : 0);
  }

  /** Time of the earliest event, or Infinity when there is none. */
  get nextTime(): Seconds {
    if (this.hole) this.fillHole();
    return this.times[ROOT];
  }

  /** Time at which a pending event is due. */
  timeOf(handle: EventHandle): Seconds {
    return this.times[this.placeOf(handle)];
  }

  add(time: Seconds, rank: number, kind: number, a: number, b: number): EventHandle {
    this.due = time;
    return this.insert(rank, kind, a, b);
  }

  /** Takes the earliest event out, if it is due by then; false when none is. */
  pop(until: Seconds): boolean {
    if (this.hole) this.fillHole();
    if (this.times[ROOT] > until || this.size === ROOT) return false;
    const { cells } = this;
    const event = this.events[ROOT];
    this.time = this.times[ROOT];
    this.kind = cells[event];
    this.a = cells[event + A];
    this.b = cells[event + B];
    cells[event + PLACE] = NONE;
    this.hole = true;
    return true;
  }

  cancel(handle: EventHandle): void {
    const place = this.placeOf(handle);
    this.release(handle);
    const last = --this.size;
    this.times[place] = this.times[last];
    this.events[place] = this.events[last];
    this.times[last] = Infinity;
    if (place !== last) this.settle(place);
  }

  /** Puts a pending event at another time, behind those already due then with the same rank. */
  move(handle: EventHandle, time: Seconds): void {
    this.due = time;
    this.postpone(handle);
  }

  // What follows finds its times in fields and arrays: passed as arguments they would be boxed on the way.

  /** Adds an event that is due at `due`. */
  private insert(rank: number, kind: number, a: number, b: number): EventHandle {
    const { hole } = this;
    // The hole still holds the popped event's handle, which nobody needs any more.
    const event = hole ? this.events[ROOT] : this.takeUnused();
    const { cells } = this;
    // `| 0` says that these are integers; else they would be converted by way of floating point.
    cells[event] = kind | 0;
    cells[event + A] = a | 0;
    cells[event + B] = b | 0;
    this.order[event >> SHIFT] = rank * RANK + this.added++;
    if (hole) {
      this.hole = false;
      this.times[ROOT] = this.due;
      this.siftDown(ROOT);
    } else {
      const place = this.size++;
      this.times[place] = this.due;
      this.events[place] = event;
      this.siftUp(place);
    }
    return event;
  }

  /** Moves an event to `due`. */
  private postpone(handle: EventHandle): void {
    const { times, order } = this;
    const place = this.placeOf(handle);
    const rank = Math.floor(order[handle >> SHIFT] * (1 / RANK));
    order[handle >> SHIFT] = rank * RANK + this.added++;
    times[place] = this.due;
    this.settle(place);
  }

  private placeOf(handle: EventHandle): number {
    const place = this.cells[handle + PLACE];
    if (!(place >= 0)) throw new Error(`event ${handle} is not pending: it has fired or was cancelled`);
    return place;
  }

  /** Moves the last event to the root, where the popped one was. */
  private fillHole(): void {
    this.hole = false;
    this.release(this.events[ROOT]);
    const last = --this.size;
    this.times[ROOT] = this.times[last];
    this.events[ROOT] = this.events[last];
    this.times[last] = Infinity;
    if (last > ROOT) this.siftDown(ROOT);
  }

  /** Takes the event that has been put at a place to wherever it belongs. */
  private settle(place: number): void {
    const { times, events, order } = this;
    const parent = (place >> 2) + 2;
    const rises =
      place > (this.hole ? ROOT + 4 : ROOT) && // a hole at the root is no later than any pending event
      (times[place] < times[parent] ||
        (times[place] === times[parent] && order[events[place] >> SHIFT] < order[events[parent] >> SHIFT]));
    if (rises) this.siftUp(place);
    else this.siftDown(place);
  }

  private siftUp(from: number): void {
    const { times, events, cells, order } = this;
    const time = times[from];
    const event = events[from];
    const top = this.hole ? ROOT + 4 : ROOT;
    let place = from;
    while (place > top) {
      const parent = (place >> 2) + 2;
      const above = times[parent];
      if (above < time) break;
      const other = events[parent];
      if (above === time && order[other >> SHIFT] < order[event >> SHIFT]) break;
      times[place] = above;
      events[place] = other;
      cells[other + PLACE] = place;
      place = parent;
    }
    times[place] = time;
    events[place] = event;
    cells[event + PLACE] = place;
  }

  private siftDown(from: number): void {
    const { times, events, cells, order, size } = this;
    const time = times[from];
    const event = events[from];
    let place = from;
    for (let first = (place - 2) << 2; first < size; first = (place - 2) << 2) {
      // The earliest of four children, without branches that would be guessed wrong half the time, and with
      // all comparisons side by side, so that none waits for another.
      const t0 = times[first];
      const t1 = times[first | 1];
      const t2 = times[first | 2];
      const t3 = times[first | 3];
      const one = bit(t1 < t0);
      const two = bit(t3 < t2);
      const secondPair = either(one, either(two, bit(t2 < t0), bit(t3 < t0)), either(two, bit(t2 < t1), bit(t3 < t1)));
      let child = first | (secondPair << 1) | either(secondPair, one, two);
      const below = times[child];
      if (time < below) break;
      // Does another of them come at the same time?
      if (bit(t0 <= below) + bit(t1 <= below) + bit(t2 <= below) + bit(t3 <= below) > 1)
        child = this.firstOfEqual(first, child);
      const chosen = events[child];
      if (time === below && order[event >> SHIFT] < order[chosen >> SHIFT]) break;
      times[place] = below;
      events[place] = chosen;
      cells[chosen + PLACE] = place;
      place = child;
    }
    times[place] = time;
    events[place] = event;
    cells[event + PLACE] = place;
  }

  /** Of four siblings the one that is due when `like` is and was added first. */
  private firstOfEqual(first: number, like: number): number {
    const { times, events, order, size } = this;
    let chosen = like;
    for (let next = first; next < first + 4 && next < size; next++) {
      const earlier = order[events[next] >> SHIFT] < order[events[chosen] >> SHIFT];
      if (times[next] === times[like] && earlier) chosen = next;
    }
    return chosen;
  }

  private takeUnused(): EventHandle {
    if (this.unused === NONE) this.grow();
    const event = this.unused;
    this.unused = this.cells[event + A];
    return event;
  }

  private release(event: EventHandle): void {
    this.cells[event + PLACE] = NONE;
    this.cells[event + A] = this.unused;
    this.unused = event;
  }

  private grow(): void {
    const before = this.order.length;
    const after = 2 * before;
    this.times = extend(this.times, new Float64Array(after + PADDING).fill(Infinity));
    this.events = extend(this.events, new Int32Array(after + PADDING));
    this.cells = extend(this.cells, new Int32Array(CELLS * after));
    this.order = extend(this.order, new Float64Array(after));
    this.addUnused(before, after);
  }

  private addUnused(from: number, to: number): void {
    for (let i = to - 1; i >= from; i--) this.release(CELLS * i);
  }
}

const FIRST_CAPACITY = 64;
/** Place of the earliest event: so that families of four begin at multiples of four. */
const ROOT = 3;
const PADDING = ROOT + 1;
const NONE = -1;
const RANK = 2 ** 48; // ranks 0 to 31 and 2⁴⁸ events share the 53 exact bits of a number

// An event's cells, from the first, which is its kind.
const CELLS = 4;
const SHIFT = 2; // x >> SHIFT is x / CELLS
const A = 1;
const B = 2;
const PLACE = 3;

/** 1 or 0. Spelt so that the machine computes it without a branch, which `claim ? 1 : 0` would cost. */
const bit = (claim: boolean): number => (claim as unknown as number) | 0;

/** The first of two bits, or where `which` is 1 the second; also without a branch. */
const either = (which: number, first: number, second: number): number => first ^ (which & (first ^ second));

function extend<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
