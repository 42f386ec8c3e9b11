/**
 * What nginx keeps of each server to take smooth weighted turns: every server that might go next is raised by its
 * weight, the highest goes, and is lowered by all that was given out. So a server's turns lie as far apart as they can.
 */
export class CurrentWeights {
  private values = new Float64Array(16);

  /** The place of the one that goes next, of the first `count` of these rows; of equals the first. */
  turn(rows: Int32Array, count: number, weight: Float64Array): number {
    let best = 0;
    let highest = -Infinity;
    let given = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i];
      if (row >= this.values.length) this.grow(row);
      this.values[row] += weight[row];
      given += weight[row];
      if (this.values[row] > highest) {
        highest = this.values[row];
        best = i;
      }
    }
    this.values[rows[best]] -= given;
    return best;
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
