/** Profiles of every kind for the property tests, sized for a horizon of 600 s. */
import fc from "fast-check";
import type { Profile } from "../../src/workload/profile.js";

/** In thousandths, for a rate of 1e-315 calls per second is nobody's. */
const between = (min: number, max: number) =>
  fc.integer({ min: min * 1000, max: max * 1000 }).map((thousandths) => thousandths / 1000);
const rate = fc.oneof(fc.constant(0), between(1e-3, 1000));

const constant = rate.map((r): Profile => ({ kind: "constant", rate: r }));
const ramp = fc
  .tuple(rate, rate, between(-100, 600), between(0, 300))
  .map(([from, to, start, length]): Profile => ({ kind: "ramp", from, to, start, end: start + length }));
const steps = fc
  .array(fc.record({ time: fc.integer({ min: 1, max: 700 }), rate }), { maxLength: 8 })
  .map((later): Profile => {
    const times = [...new Map(later.map((step) => [step.time, step])).values()].sort((a, b) => a.time - b.time);
    return { kind: "steps", at: [{ time: 0, rate: 5 }, ...times] };
  });
const wave = fc
  .tuple(between(0, 100), between(0, 1), between(2, 2000), between(-500, 500))
  .map(([mean, share, period, phase]): Profile => ({ kind: "wave", mean, amplitude: share * mean, period, phase }));
const burst = fc
  .tuple(rate, rate, between(-700, 700), between(1, 50), fc.option(between(50, 200), { nil: undefined }))
  .map(([base, peak, start, duration, every]): Profile => {
    const once = { kind: "burst", base, peak, start, duration } as const;
    return every === undefined ? once : { ...once, every };
  });
const flashCrowd = fc
  .record({
    base: rate,
    peak: rate,
    start: between(-100, 700),
    rise: between(0, 50),
    hold: between(0, 50),
    decay: between(0.1, 300),
  })
  .map((fields): Profile => ({ kind: "flashCrowd", ...fields }));
const single = fc.oneof(constant, ramp, steps, wave, burst, flashCrowd);
const composite = fc
  .tuple(fc.constantFrom("product", "sum"), fc.array(single, { minLength: 1, maxLength: 3 }))
  .map(([kind, of]): Profile => ({ kind, of }));

export const profiles: fc.Arbitrary<Profile> = fc.oneof(
  single,
  composite,
  fc.tuple(composite, composite).map((of): Profile => ({ kind: "sum", of })),
);
