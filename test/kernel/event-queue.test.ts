import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../src/kernel/event-queue.js";

interface Pending {
  readonly handle: number;
  readonly kind: number;
  readonly rank: number;
  time: number;
  order: number;
}

/** The queue as a list that is sorted whenever something is asked of it. */
class SortedList {
  readonly pending: Pending[] = [];
  private added = 0;

  add(handle: number, time: number, rank: number, kind: number): void {
    this.pending.push({ handle, kind, rank, time, order: this.added++ });
  }

  move(event: Pending, time: number): void {
    event.time = time;
    event.order = this.added++;
  }

  earliest(): Pending | undefined {
    return [...this.pending].sort((p, q) => p.time - q.time || p.rank - q.rank || p.order - q.order)[0];
  }

  remove(event: Pending): void {
    this.pending.splice(this.pending.indexOf(event), 1);
  }
}

// Few different times: most events have ties, some at the end of time.
const time = fc.oneof({ weight: 9, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.constant(Infinity) });
const which = fc.nat(1000);
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant("add" as const), time, rank: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("pop" as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("pop until" as const), time }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("cancel" as const), which }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("move" as const), which, time }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("look" as const) }) },
);

function expectPop(queue: EventQueue, list: SortedList, until: number): void {
  const earliest = list.earliest();
  const due = earliest !== undefined && earliest.time <= until;
  expect(queue.pop(until)).toBe(due);
  if (!due) return;
  const { time, kind, a, b } = queue;
  expect({ time, kind, a, b }).toEqual({ time: earliest.time, kind: earliest.kind, a: -earliest.kind, b: 7 });
  list.remove(earliest);
  expect(() => queue.cancel(earliest.handle)).toThrow("not pending");
}

test("events leave as from a sorted list, whatever was added, moved and cancelled before", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.array(act, { maxLength: 300 }), (first, acts) => {
      const queue = new EventQueue();
      const list = new SortedList();
      let kind = 0;
      const add = (time: number, rank: number): void => {
        kind++;
        list.add(queue.add(time, rank, kind, -kind, 7), time, rank, kind);
      };
      for (let i = 0; i < first; i++) add((i * 7) % 13, i % 3); // so that many runs grow the queue
      for (const step of acts) {
        const chosen = "which" in step ? list.pending[step.which % list.pending.length] : undefined;
        if (step.act === "add") add(step.time, step.rank);
        else if (step.act === "pop") expectPop(queue, list, Infinity);
        else if (step.act === "pop until") expectPop(queue, list, step.time);
        else if (step.act === "look") expect(queue.nextTime).toBe(list.earliest()?.time ?? Infinity);
        else if (chosen === undefined) continue;
        else if (step.act === "cancel") {
          queue.cancel(chosen.handle);
          list.remove(chosen);
        } else {
          queue.move(chosen.handle, step.time);
          list.move(chosen, step.time);
        }
        expect(queue.length).toBe(list.pending.length);
      }
      for (const event of list.pending) expect(queue.timeOf(event.handle)).toBe(event.time);
      while (list.pending.length > 0) expectPop(queue, list, Infinity);
      expect(queue.pop(Infinity)).toBe(false);
      expect(queue.nextTime).toBe(Infinity);
    }),
    { numRuns: 400, seed: 1 },
  );
});

test("no two pending events share a handle, over several growths", () => {
  const queue = new EventQueue();
  const handles = new Set<number>();
  for (let i = 0; i < 1000; i++) handles.add(queue.add(i % 10, 0, 0, 0, 0));
  expect(handles.size).toBe(1000);
});

test("what has fired or was cancelled can be neither moved nor asked for its time", () => {
  const queue = new EventQueue();
  const cancelled = queue.add(1, 0, 0, 0, 0);
  const fired = queue.add(2, 0, 0, 0, 0);
  queue.cancel(cancelled);
  queue.pop(Infinity);
  for (const handle of [cancelled, fired]) {
    expect(() => queue.move(handle, 3)).toThrow("not pending");
    expect(() => queue.timeOf(handle)).toThrow("not pending");
  }
});

test("an event keeps its rank when it is moved", () => {
  const queue = new EventQueue();
  const observe = queue.add(1, 1, 10, 0, 0);
  queue.add(5, 0, 11, 0, 0);
  queue.add(5, 2, 12, 0, 0);
  queue.move(observe, 5);
  const kinds = [];
  while (queue.pop(Infinity)) kinds.push(queue.kind);
  expect(kinds).toEqual([11, 10, 12]);
});
