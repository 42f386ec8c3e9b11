/** Pods are made in batches of 1, 2, 4 … as long as none is refused, so that a full quota is not asked hundreds of times. */

/** How many creations are tried of those wanted, when so many would be admitted. */
export function tried(wanted: number, admitted: number): number {
  let done = 0;
  for (let batch = 1; done < wanted && done <= admitted; batch *= 2) done += Math.min(batch, wanted - done);
  return done;
}
