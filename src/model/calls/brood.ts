/** Rows that a row waits for: a call's inner call or strands, a guard's tries. A list threaded through the rows, the latest first. */
import { type CallId, type Calls, NONE as NOTHING } from "../state.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** A row is one more that its parent waits for. */
export function joinBrood(calls: Calls, parent: number, row: CallId): void {
  calls.beside[row] = calls.awaits[parent];
  calls.awaits[parent] = row;
}

/** Its parent waits for it no longer. */
export function leaveBrood(calls: Calls, parent: number, row: CallId): void {
  if (calls.awaits[parent] === row) {
    calls.awaits[parent] = calls.beside[row];
    return;
  }
  let before = calls.awaits[parent];
  while (calls.beside[before] !== row) {
    before = calls.beside[before];
    if (before === NONE) throw new Error(`row ${parent} does not wait for row ${row}`);
  }
  calls.beside[before] = calls.beside[row];
}

/** Those that a row waits for now, to be looked at while they change. */
export function awaited(calls: Calls, row: number): CallId[] {
  const rows: CallId[] = [];
  for (let one = calls.awaits[row]; one !== NONE; one = calls.beside[one]) rows.push(one as CallId);
  return rows;
}
