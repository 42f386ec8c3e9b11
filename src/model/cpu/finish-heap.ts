/** The pieces of work of one container by when they are done: a pairing heap threaded through the calls' own columns. */
import { type Calls, NONE as NOTHING } from "../state.js";

// V8 compiles a module's own constants into its code, but reads imported ones from memory at every use.
const NONE: number = NOTHING;

/** Of two heaps one: the earlier root takes the other as a child. */
export function meld({ finish, child, sibling }: Calls, one: number, two: number): number {
  if (finish[two] < finish[one]) {
    sibling[one] = child[two];
    child[two] = one;
    return two;
  }
  sibling[two] = child[one];
  child[one] = two;
  return one;
}

/** The heap of a removed root's children: melded in pairs, then the pairs from the last to the first. */
export function meldPairs(calls: Calls, first: number): number {
  const { sibling } = calls;
  let pairs: number = NONE;
  for (let one = first; one !== NONE; ) {
    const two = sibling[one];
    const next = two === NONE ? NONE : sibling[two];
    const pair = two === NONE ? one : meld(calls, one, two);
    sibling[pair] = pairs;
    pairs = pair;
    one = next;
  }
  let heap: number = NONE;
  while (pairs !== NONE) {
    const next = sibling[pairs];
    heap = heap === NONE ? pairs : meld(calls, heap, pairs);
    pairs = next;
  }
  if (heap !== NONE) sibling[heap] = NONE;
  return heap;
}

/** The heap without one of its rows, which is looked for: nobody knows who is above him. Rare, so it may take O(n). */
export function without(calls: Calls, root: number, row: number): number {
  const { child, sibling } = calls;
  if (row === root) return meldPairs(calls, child[row]);
  const stack = [root];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (child[at] === row) child[at] = sibling[row];
    else if (sibling[at] === row) sibling[at] = sibling[row];
    else {
      if (child[at] !== NONE) stack.push(child[at]);
      if (sibling[at] !== NONE) stack.push(sibling[at]);
      continue;
    }
    const rest = meldPairs(calls, child[row]);
    return rest === NONE ? root : meld(calls, root, rest);
  }
  throw new Error(`row ${row} is not in the heap of row ${root}`);
}
