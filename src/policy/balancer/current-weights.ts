/**
 * What nginx keeps of each server to take smooth weighted turns: every server that might go next is raised by its
 * weight, the highest goes, and is lowered by all that was given out. So a server's turns lie as far apart as they can.
 */
export class CurrentWeights {
  private values = new Float64Array(16);

  /** Raises a pod by its weight, and says what it has now. */
  raise(row: number, weight: number): number {
    if (row >= this.values.length) this.grow(row);
    this.values[row] += weight;
    return this.values[row];
  }

  /** The pod goes next, after so much was given out. */
  take(row: number, given: number): void {
    this.values[row] -= given;
  }

  /** The row may be another pod's one day, which begins at 0. */
  forget(row: number): void {
    if (row < this.values.length) this.values[row] = 0;
  }

  private grow(row: number): void {
    const wider = new Float64Array(2 * (row + 1));
    wider.set(this.values);
    this.values = wider;
  }
}
