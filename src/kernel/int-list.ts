/** A growing list of integers in one typed array. Removal swaps the last one in: order is not kept. */
export class IntList {
  items = new Int32Array(8);
  count = 0;

  /** Appends and returns the index. */
  push(item: number): number {
    if (this.count === this.items.length) {
      const wider = new Int32Array(2 * this.count);
      wider.set(this.items);
      this.items = wider;
    }
    this.items[this.count] = item;
    return this.count++;
  }

  /** Removes by index; returns the item that now stands there, or -1 when it was the last. */
  removeAt(index: number): number {
    const last = this.items[--this.count];
    if (index === this.count) return -1;
    this.items[index] = last;
    return last;
  }
}
