/** How long to run: as long as a narrow interval needs, no longer than we can afford, whatever the machine. */
import { createHash } from "node:crypto";
import { jackknife } from "./judge.js";
import type { Sample, System } from "./system.js";
import { truthOf } from "./vectors.js";

export const PILOTS = 8;

export interface Aim {
  /** Half-width of the 99 % interval, as a fraction of the exact value. */
  readonly width: number;
  /** Events that one system may take in all. */
  readonly events: number;
  readonly replications: number;
}

/** One piece of work for a thread. Seeds follow from the system's name: fixed, and no two systems share one. */
export interface Task {
  readonly name: string;
  readonly seed: number;
  readonly size: number;
}

export const pilotTasks = ({ name, pilot }: System): Task[] =>
  Array.from({ length: PILOTS }, (_, i) => ({ name, seed: seedOf(name) + 900_000 + i, size: pilot }));

export const tasksOf = ({ name }: System, size: number, replications: number): Task[] =>
  Array.from({ length: replications }, (_, i) => ({ name, seed: seedOf(name) + i, size }));

function seedOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE();
}

/** The size of a replication, from the spread of a pilot's; its own samples are not used again. */
export function plannedSize(system: System, pilot: readonly Sample[], aim: Aim): number {
  const widest = Math.max(
    ...system.checks.map((check) => relativeWidth(check.vector, jackknife(pilot, check.estimate, 0.99).halfWidth)),
  );
  const needed = (pilot.length * (widest / aim.width) ** 2) / aim.replications;
  const eventsOfOne = pilot.reduce((sum, { events }) => sum + events, 0) / pilot.length;
  const afforded = aim.events / aim.replications / eventsOfOne;
  return Math.ceil(system.pilot * Math.max(1, Math.min(needed, afforded)));
}

const relativeWidth = (vector: Parameters<typeof truthOf>[0], halfWidth: number): number => {
  const { value } = truthOf(vector);
  return Number.isFinite(halfWidth) ? halfWidth / Math.abs(value) : 0;
};
