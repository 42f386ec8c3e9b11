import { Claim } from "./claim.js";
import type { Processes } from "./processes.js";
import { type Standing, WaitingLine } from "./waiting-line.js";

type Wanted<Item> = ((item: Item) => boolean) | undefined;

interface Shelved<Item> extends Standing<Shelved<Item>> {
  readonly item: Item;
}

/**
 * Items one by one, up to a capacity: parts between two machines, messages in a mailbox.
 *
 * Puts and gets each stand in a line, first-in-first-out, and a get takes the oldest item. A get
 * with a filter takes the oldest item it accepts; gets behind it may then be served before it,
 * but only with items it does not accept. A put never overtakes. A filter must depend on the
 * item alone: it is asked when either of the two arrives, not again.
 */
export class Store<Item> {
  readonly capacity: number;
  private readonly shelf = new WaitingLine<Shelved<Item>>();
  private readonly puts = new WaitingLine<Claim<void, Item>>();
  private readonly gets = new WaitingLine<Claim<Item, Wanted<Item>>>();
  private readonly fill = (): void => this.admit();

  /** Throws a RangeError unless the capacity is a whole number above zero, or Infinity. */
  constructor(
    private readonly world: Processes,
    { capacity = Infinity }: { readonly capacity?: number } = {},
  ) {
    if (!(capacity >= 1 && (Number.isInteger(capacity) || capacity === Infinity)))
      throw new RangeError(`capacity: expected a whole number above 0, got ${capacity}`);
    this.capacity = capacity;
  }

  /** How many items are there. */
  get size(): number {
    return this.shelf.length;
  }

  /** The items there, oldest first: a copy. */
  get items(): Item[] {
    return Array.from(this.shelf, (shelved) => shelved.item);
  }

  /** Puts in line, for there is no room yet. */
  get putsWaiting(): number {
    return this.puts.length;
  }

  /** Gets in line, for what they want is not there yet. */
  get getsWaiting(): number {
    return this.gets.length;
  }

  /** Adds an item when there is room. */
  put(item: Item): Claim<void, Item> {
    const claim: Claim<void, Item> = new Claim(this.world.agenda, "put", item, this.fill);
    claim.standIn(this.puts);
    this.admit();
    return claim;
  }

  /** Takes the oldest item, or the oldest that the filter accepts, when there is one. */
  get(filter?: (item: Item) => boolean): Claim<Item, Wanted<Item>> {
    const claim: Claim<Item, Wanted<Item>> = new Claim(this.world.agenda, "get", filter, () => {});
    for (const shelved of this.shelf) {
      if (filter !== undefined && !filter(shelved.item)) continue;
      this.shelf.leave(shelved);
      claim.serve(shelved.item);
      this.admit();
      return claim;
    }
    claim.standIn(this.gets);
    return claim;
  }

  /** Lets puts in while there is room. What a waiting get accepts goes straight to it and takes no room. */
  private admit(): void {
    for (let put = this.puts.first; put !== undefined && this.size < this.capacity; put = this.puts.first) {
      const item = put.what;
      const taker = this.takerOf(item);
      put.serve();
      if (taker !== undefined) taker.serve(item);
      else this.shelf.join({ item, priority: 0, ahead: undefined, behind: undefined });
    }
  }

  private takerOf(item: Item): Claim<Item, Wanted<Item>> | undefined {
    for (const get of this.gets) if (get.what === undefined || get.what(item)) return get;
    return undefined;
  }
}
