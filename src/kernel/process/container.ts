import { Claim } from "./claim.js";
import type { Processes } from "./processes.js";
import { WaitingLine } from "./waiting-line.js";

type Amount = Claim<void, number>;

/**
 * A level of something that comes in amounts, between zero and a capacity: fuel, money, credits.
 *
 * Puts and gets each stand in a line, first-in-first-out, and nobody overtakes: a small get waits
 * behind a large one even if there is enough for it. So no large one starves. Amounts are added
 * as floating-point numbers: choose a unit in which they are whole if the last bit matters.
 */
export class Container {
  readonly capacity: number;
  private content: number;
  private readonly puts = new WaitingLine<Amount>();
  private readonly gets = new WaitingLine<Amount>();
  private readonly settleLines = (): void => this.serve();

  /** Throws a RangeError unless the capacity is above zero and the initial level between zero and it. */
  constructor(
    private readonly world: Processes,
    { capacity = Infinity, initial = 0 }: { readonly capacity?: number; readonly initial?: number } = {},
  ) {
    if (!(capacity > 0)) throw new RangeError(`capacity: expected a number above 0, got ${capacity}`);
    if (!(initial >= 0 && initial <= capacity && initial < Infinity))
      throw new RangeError(`initial: expected a number from 0 to the capacity of ${capacity}, got ${initial}`);
    this.capacity = capacity;
    this.content = initial;
  }

  get level(): number {
    return this.content;
  }

  /** Puts in line, for there is no room yet. */
  get putsWaiting(): number {
    return this.puts.length;
  }

  /** Gets in line, for there is not enough yet. */
  get getsWaiting(): number {
    return this.gets.length;
  }

  /** Adds an amount when there is room for all of it. Throws a RangeError if there never can be, or it is not above 0. */
  put(amount: number): Amount {
    return this.claim("put", amount, this.puts);
  }

  /** Takes an amount when all of it is there. Throws a RangeError if it never can be, or it is not above 0. */
  get(amount: number): Amount {
    return this.claim("get", amount, this.gets);
  }

  private claim(verb: "put" | "get", amount: number, line: WaitingLine<Amount>): Amount {
    if (!(amount > 0 && amount < Infinity && amount <= this.capacity))
      throw new RangeError(
        `${verb}: expected an amount above 0 and up to the capacity of ${this.capacity}, got ${amount}`,
      );
    const claim: Amount = new Claim(this.world.agenda, verb, amount, this.settleLines);
    claim.standIn(line);
    this.serve();
    return claim;
  }

  /** Serves the heads of both lines until neither can be: a put may make a get possible, and the other way round. */
  private serve(): void {
    for (;;) {
      const put = this.puts.first;
      const get = this.gets.first;
      if (put !== undefined && this.content + put.what <= this.capacity) {
        this.content += put.what;
        put.serve();
      } else if (get !== undefined && get.what <= this.content) {
        this.content -= get.what;
        get.serve();
      } else return;
    }
  }
}
