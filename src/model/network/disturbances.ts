/** What disturbs messages at the moment: between whom, and how. All that is there at a time counts together. */
import type { Distribution, Draws } from "../../kernel/distributions.js";
import type { Seconds } from "../../units.js";
import type { FaultKind } from "../faults/spec.js";
import type { Service } from "../service.js";
import { type CallId, NONE, type State } from "../state.js";
import type { Between } from "./network-spec.js";

export type Disturbance = FaultKind & { readonly kind: "network" | "dns" };
type NetworkFault = Disturbance & { readonly kind: "network" };
type NameFault = Disturbance & { readonly kind: "dns" };

/** A disturbance with the numbers of those it is about, and of its law. */
interface Present<T> {
  readonly of: T;
  readonly one: number;
  readonly other: number;
  readonly law: number;
}

/** Stands for whoever is not one of those named. */
const ANYBODY = -2;
/** A name that nobody has; NONE would be outside. */
const NOBODY = -3;

export class Disturbances {
  /** Of delays, and of how long a look-up takes to fail: in this order behind `firstLaw`. */
  readonly laws: readonly Distribution[];
  // What the message looked at last meets.
  loss = 0;
  refuses = false;
  readonly delays: number[] = [];
  private readonly lawOf: ReadonlyMap<Disturbance, number>;
  private readonly ofMessages: Present<NetworkFault>[] = [];
  private readonly ofNames: Present<NameFault>[] = [];

  constructor(
    private readonly state: State,
    firstLaw: number,
  ) {
    const laws: Distribution[] = [];
    this.lawOf = new Map(
      state.spec.faults.flatMap(({ what }): [Disturbance, number][] => {
        if (what.kind !== "network" && what.kind !== "dns") return [];
        const law = what.kind === "dns" ? what.after : what.delay;
        return [[what, law === undefined ? NONE : firstLaw + laws.push(law) - 1]];
      }),
    );
    this.laws = laws;
  }

  /** Whether there is any on the way of messages. */
  get any(): boolean {
    return this.ofMessages.length > 0;
  }

  begin(of: Disturbance): void {
    const law = this.lawOf.get(of)!;
    if (of.kind === "dns") this.ofNames.push({ of, one: ANYBODY, other: ANYBODY, law });
    else this.ofMessages.push({ of, ...this.endsOf(of.between), law });
  }

  end(of: Disturbance): void {
    const list: Present<Disturbance>[] = of.kind === "dns" ? this.ofNames : this.ofMessages;
    list.splice(
      list.findIndex((one) => one.of === of),
      1,
    );
  }

  /** Sets what a message between these meets: callers, services and zones by number, NONE for outside. */
  meet(caller: number, service: number, from: number, to: number): void {
    this.loss = 0;
    this.refuses = false;
    this.delays.length = 0;
    let through = 1;
    for (const { of, one, other, law } of this.ofMessages) {
      const about =
        of.between === "all" ||
        ("services" in of.between
          ? isBetween(caller, service, one, other)
          : from !== to && isBetween(from, to, one, other));
      if (!about) continue;
      through *= 1 - of.loss;
      if (of.refuses) this.refuses = true;
      if (law !== NONE) this.delays.push(law);
    }
    this.loss = 1 - through;
  }

  /** How long until a call whose service's name is not found fails; below 0: it is found. */
  unresolved(call: CallId, service: Service, draws: Draws): Seconds {
    const { calls, chance } = this.state;
    for (const [i, { of, law }] of this.ofNames.entries()) {
      if (!of.services.includes(service.spec.name)) continue;
      const site = calls.site[call] ^ (NAME + i);
      if (chance.open(calls.request[call], site).uniform() >= of.share) continue;
      draws.draw(law, calls.request[call], site ^ WAIT);
      return draws.value;
    }
    return -1;
  }

  private endsOf(between: Between): { readonly one: number; readonly other: number } {
    if (between === "all") return { one: ANYBODY, other: ANYBODY };
    const { owners, zones } = this.state;
    const names = "services" in between ? between.services : between.zones;
    const numberOf = (name: string): number => {
      const number = "services" in between ? owners.findIndex(({ spec }) => spec.name === name) : zones.indexOf(name);
      return number < 0 ? NOBODY : number;
    };
    return { one: numberOf(names[0]), other: names[1] === undefined ? ANYBODY : numberOf(names[1]) };
  }
}

const isBetween = (from: number, to: number, one: number, other: number): boolean =>
  (from === one && (other === ANYBODY || to === other)) || (to === one && (other === ANYBODY || from === other));

const NAME = 0x7f4a7c15;
const WAIT = 0x2545f491;
