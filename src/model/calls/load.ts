/** Where requests come from: open arrivals that nobody holds back, and closed users who wait for their answer. */
import { Draws } from "../../kernel/distributions.js";
import { RandomStream } from "../../kernel/random.js";
import { siteWithin } from "../../kernel/request-chance.js";
import type { EventKind, Id } from "../../kernel/simulation.js";
import type { Arrivals } from "../../workload/arrivals.js";
import type { LoadSpec, Target } from "../spec.js";
import { NONE, type State } from "../state.js";
import { classOf } from "./classes.js";
import { newCall } from "./new-call.js";
import { Popularity } from "./popularity.js";
import type { Recorder } from "./recorder.js";
import type { Traffic } from "./traffic.js";

type LoadId = Id<"load">;
type UserId = Id<"user">;

interface Load {
  readonly arrivals: Arrivals | undefined;
  readonly endpoints: Int32Array;
  readonly cumulative: Float64Array;
  /** Classes of its requests by their headers; one, and it is never drawn. */
  readonly classes: Int32Array;
  readonly cumulativeClasses: Float64Array;
  /** Its place in the tree of chance, and its number: loads never share a request's chance. */
  readonly site: number;
  readonly thinkLaw: number;
  readonly firstUser: number;
  readonly keys: Popularity | undefined;
  /** Requests so far; for closed users see `turns`. */
  serial: number;
}

export class Loads {
  private readonly loads: readonly Load[];
  private readonly draws: Draws;
  private readonly arrive: EventKind<LoadId>;
  private readonly ask: EventKind<UserId>;
  /** Which load a user belongs to, and how many requests he has sent. */
  private readonly loadOfUser: Int32Array;
  private readonly turns: Int32Array;

  constructor(
    private readonly state: State,
    private readonly traffic: Traffic,
    private readonly recorder: Recorder,
  ) {
    const { sim, spec, chance, seed } = state;
    let users = 0;
    const loads = spec.loads.map((load, id): Load => {
      const firstUser = users;
      if (load.kind === "closed") users += load.users;
      return {
        arrivals: load.kind === "open" ? load.arrivals(seed) : undefined,
        ...mixture(state, load.mix),
        ...classesOf(state, load),
        site: new RandomStream(0, `${load.name}/load`).bits(),
        thinkLaw: id,
        firstUser,
        keys: load.keys && new Popularity(load.keys),
        serial: 0,
      };
    });
    this.loads = loads;
    this.loadOfUser = new Int32Array(users);
    this.turns = new Int32Array(users);
    for (const [id, { firstUser }] of loads.entries()) this.loadOfUser.fill(id, firstUser);
    this.draws = new Draws(spec.loads.map(thinkLaw), chance);
    this.arrive = sim.event("load.arrive", (id: LoadId) => {
      const load = loads[id];
      this.request(load, load.serial++, NONE);
      this.schedule(id);
    });
    this.ask = sim.event("user.ask", (user: UserId) => {
      const load = loads[this.loadOfUser[user]];
      this.request(load, this.serialOf(user), user);
    });
  }

  /** Sends the first arrivals on their way, and starts every user thinking. */
  start(): void {
    this.loads.forEach(({ arrivals }, id) => {
      if (arrivals !== undefined) this.schedule(id as LoadId);
    });
    for (let user = 0; user < this.turns.length; user++) this.think(user);
  }

  /** A user has his answer: he thinks, then asks again. */
  think(user: number): void {
    this.turns[user]++;
    const load = this.loads[this.loadOfUser[user]];
    this.draws.draw(load.thinkLaw, this.state.chance.ticket(this.serialOf(user)), load.site ^ THINK);
    this.state.sim.after(this.draws.value, this.ask, user as UserId);
  }

  private schedule(id: LoadId): void {
    const { arrivals } = this.loads[id];
    const time = arrivals!.next();
    if (time < Infinity) this.state.sim.at(time, this.arrive, id);
  }

  /** The number of a user's next request among all of the load: users take turns, so none repeats. */
  private serialOf(user: number): number {
    const users = this.turns.length;
    return (Math.imul(this.turns[user], users) + user) | 0;
  }

  private request(load: Load, serial: number, user: number): void {
    const { endpoints, cumulative } = load;
    const { state, traffic } = this;
    const { calls, chance } = state;
    const ticket = chance.ticket(serial);
    let chosen = 0;
    if (endpoints.length > 1) {
      const draw = chance.open(ticket, load.site ^ MIX).uniform();
      while (chosen < endpoints.length - 1 && draw >= cumulative[chosen]) chosen++;
    }
    this.recorder.send(endpoints[chosen]);
    const key = load.keys === undefined ? NONE : load.keys.at(chance.open(ticket, load.site ^ KEY).uniform());
    if (state.endpoints[endpoints[chosen]].virtual) {
      // Its destination draws what it would draw if it were asked itself, see program.ts.
      const call = newCall(state, endpoints[chosen], NONE, ticket, load.site, user, key);
      calls.headers[call] = this.headers(load, ticket);
      return traffic.routing.enter(call);
    }
    const call = newCall(state, endpoints[chosen], NONE, ticket, siteWithin(load.site, 0), user, key);
    if (state.classed) calls.headers[call] = this.headers(load, ticket);
    traffic.send(call, NONE);
  }

  private headers({ classes, cumulativeClasses, site }: Load, ticket: number): number {
    if (classes.length === 1) return classes[0];
    const draw = this.state.chance.open(ticket, site ^ HEADERS).uniform();
    let chosen = 0;
    while (draw >= cumulativeClasses[chosen]) chosen++;
    return classes[chosen];
  }
}

const thinkLaw = (load: LoadSpec) => (load.kind === "closed" ? load.think : ({ shape: "constant", value: 0 } as const));

function mixture(state: State, mix: readonly Target[]): { endpoints: Int32Array; cumulative: Float64Array } {
  const total = mix.reduce((sum, { share }) => sum + share, 0);
  let sum = 0;
  return {
    endpoints: Int32Array.from(mix, ({ service, endpoint }) => {
      // A virtual host comes before a service of its name.
      const index = state.endpoints.findLastIndex((one) => one.name === endpoint && one.host === service);
      if (index < 0) throw new Error(`the load calls ${service}/${endpoint}, which no service has`);
      return index;
    }),
    cumulative: Float64Array.from(mix, ({ share }) => {
      sum += share;
      return sum / total;
    }),
  };
}

/** Those of a load: the ones that it names, and the one without headers for the rest. */
function classesOf(
  { program: { routes } }: State,
  { headers = [] }: LoadSpec,
): { classes: Int32Array; cumulativeClasses: Float64Array } {
  const named = routes.classes.length === 1 ? [] : headers;
  const classes = [...named.map(({ given }) => classOf(routes.classes, given)), 0];
  let sum = 0;
  const cumulative = named.map(({ share }) => (sum += share));
  return { classes: Int32Array.from(classes), cumulativeClasses: Float64Array.from([...cumulative, 1]) };
}

const THINK = 0x27d4eb2f;
const KEY = 0x61c88647;
const HEADERS = 0x2c1b3c6d;
const MIX = 0x165667b1;
