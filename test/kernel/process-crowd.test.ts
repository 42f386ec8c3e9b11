import fc from "fast-check";
import { expect, test } from "vitest";
import { Interrupted, Preempted, Processes, type Request, Resource, Store } from "../../src/kernel/process.js";
import { Simulation } from "../../src/kernel/simulation.js";

function stage() {
  const sim = new Simulation();
  const world = new Processes(sim);
  const diary: string[] = [];
  const write = (what: string): void => void diary.push(`${sim.now}: ${what}`);
  return { sim, world, diary, write };
}

test("what nobody waits for leaves the event queue", () => {
  const { sim, world } = stage();
  const bell = world.signal();
  for (let i = 0; i < 500; i++) {
    world.start(function* () {
      yield world.anyOf(bell, world.timeout(50), world.allOf(world.timeout(60), world.signal()));
    });
    const sleeper = world.start(function* () {
      try {
        yield world.timeout(70);
      } catch {}
    });
    world.start(function* () {
      yield world.timeout(1);
      sleeper.interrupt();
      if (!bell.happened) bell.succeed();
    });
  }
  sim.run(1);
  expect(sim.pending).toBe(0);
  expect(world.alive).toBe(0);
});

test("a gathering decided when it is made lets its timeouts go", () => {
  const { sim, world } = stage();
  const past = world.signal();
  past.succeed();
  world.start(function* () {
    yield world.anyOf(past, world.timeout(50));
    yield world.anyOf(world.timeout(50), past);
  });
  sim.run(0);
  expect(sim.pending).toBe(0);
});

/** A crowd that requests, gives up, is interrupted and preempted, at whole seconds so that much coincides. */
function crowd(
  script: readonly Actor[],
  capacity: number,
): { diary: string[]; worst: number; left: number; served: number } {
  const { sim, world, diary, write } = stage();
  const desk = new Resource(world, { capacity });
  const store = new Store<number>(world, { capacity: 2 });
  let worst = 0;
  let inside = 0;
  let [made, taken] = [0, 0];
  const actors = script.map(({ start, work, patience, priority, preempt }, name) =>
    world.start(function* () {
      let request: Request | undefined;
      let entered = false;
      try {
        yield world.timeout(start);
        request = desk.request({ priority, preempt });
        const first = yield* world.anyOf(request, world.timeout(patience));
        if (first !== request) return write(`${name} gives up`);
        if (!request.held) yield world.timeout(1); // lost at the instant of the grant: the interrupt is coming
        entered = true;
        worst = Math.max(worst, ++inside);
        const put = store.put(name);
        yield world.anyOf(put, world.timeout(1));
        if (put.happened) made++;
        yield world.timeout(work);
        const get = store.get();
        yield world.anyOf(get, world.timeout(1));
        if (get.happened) taken++;
        write(`${name} done`);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        write(`${name} ${error.cause instanceof Preempted ? "preempted" : error.cause}`);
      } finally {
        if (entered) inside--;
        request?.leave();
      }
    }, String(name)),
  );
  world.start(function* () {
    for (const [name, { nudge }] of script.entries()) {
      yield world.timeout(nudge);
      if (actors[name].alive) actors[name].interrupt("nudged");
    }
  });
  sim.run(1000);
  expect([desk.inUse, desk.waiting, store.getsWaiting, store.putsWaiting, world.alive, sim.pending]).toEqual(
    Array(6).fill(0),
  );
  return { diary, worst, left: store.size - (made - taken), served: diary.length };
}

interface Actor {
  readonly start: number;
  readonly work: number;
  readonly patience: number;
  readonly nudge: number;
  readonly priority: number;
  readonly preempt: boolean;
}

const small = fc.integer({ min: 0, max: 4 });
const actor = fc.record({
  start: small,
  work: small,
  patience: small,
  nudge: small,
  priority: small,
  preempt: fc.boolean(),
});

test("whatever happens at once, every unit comes back, every actor ends once, and twice the same run is the same", () => {
  fc.assert(
    fc.property(fc.array(actor, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (script, capacity) => {
      const once = crowd(script, capacity);
      expect(crowd(script, capacity).diary).toEqual(once.diary);
      expect(once.served).toBe(script.length);
    }),
    { numRuns: 400, seed: 7 },
  );
});

test("without preemption and interrupts never more users are inside than there are units", () => {
  fc.assert(
    fc.property(fc.array(actor, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (script, capacity) => {
      const calm = script.map((one, i) => ({ ...one, preempt: false, nudge: i === 0 ? 500 : 0 }));
      const run = crowd(calm, capacity);
      expect(run.worst).toBeLessThanOrEqual(capacity);
      expect(run.left).toBe(0);
    }),
    { numRuns: 400, seed: 8 },
  );
});
