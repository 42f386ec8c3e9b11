import type { Clock } from "./station.js";

/**
 * The machine's time. Node's timers tick in whole milliseconds; the nearest tick is taken, so that sleeps are too long
 * as often as too short (by 0.1 to 0.3 ms on average, where the machine is not busy).
 */
export const machineClock: Clock = {
  now: () => performance.now(),
  at: (time, wake) => void setTimeout(wake, Math.max(0, Math.round(time - performance.now()))),
};

export const until = (time: number): Promise<void> => new Promise((wake) => machineClock.at(time, wake));
