/** What is measured and simulated: one list, from which the proxies' configurations and dryscale's scenarios both follow. */

export const proxies = ["nginx", "HAProxy"] as const;
export type ProxyName = (typeof proxies)[number];

/** How a proxy chooses a backend. */
export type Balance = "turns" | "fewest" | "two" | "address";

export interface Case {
  readonly name: string;
  readonly balance: Balance;
  /** Those that can do it. */
  readonly proxies: readonly ProxyName[];
  /** Requests a second. */
  readonly rate: number;
  /** Of a backend: requests that may wait for a worker; more it refuses with 503. Without it, any number. */
  readonly line?: number;
  /** A backend (from 0) whose every request takes so many times longer. */
  readonly slow?: { readonly backend: number; readonly times: number };
  /** The requests come from so many clients, each with an address of its own. */
  readonly clients?: number;
  /** To how many backends a request goes that is refused or lost, the first included. */
  readonly tries?: number;
  /** A backend (from 0) that is killed and started again, in seconds from the beginning. Proxies find out by themselves. */
  readonly dies?: { readonly backend: number; readonly at: number; readonly back: number };
  /** The proxy lets so many requests at once through to a backend, and holds the others back this long at most, in seconds. */
  readonly limit?: { readonly connections: number; readonly patience: number };
}

export const BACKENDS = 4;

/** Requests that a backend serves at once. */
export const WORKERS = 2;

/** What a request's work is: its mean in seconds and its coefficient of variation. */
export const work = { mean: 0.04, cv: 1 } as const;

/** Seconds in which requests of one run are sent. */
const DURATION = 4;

export const durationOf = ({ dies }: Case): number => (dies === undefined ? DURATION : dies.back + 2.5);

/** nginx's passive checks: so many failures within so many whole seconds, and a server is left alone for as long. */
export const passive = { failures: 1, seconds: 1 } as const;

/** HAProxy's active checks: how often in seconds, and after how many of them a server is down, or up again. */
export const active = { interval: 0.2, fall: 2, rise: 2 } as const;

/** Three quarters of what the backends can do: 4 × 2 / 40 ms = 200 requests a second. */
const plain = { proxies, rate: 150 } as const;

export const cases: readonly Case[] = [
  { ...plain, name: "round robin", balance: "turns" },
  { ...plain, name: "least connections", balance: "fewest" },
  { ...plain, name: "random of two", balance: "two" },
  { ...plain, name: "hash of the address", balance: "address", clients: 60, rate: 120 },
  { ...plain, name: "slow backend, round robin", balance: "turns", slow: { backend: 3, times: 2 }, rate: 90 },
  { ...plain, name: "slow backend, least connections", balance: "fewest", slow: { backend: 3, times: 3 }, rate: 125 },
  { ...plain, name: "next backend when refused", balance: "turns", line: 1, tries: 2 },
  {
    ...plain,
    name: "backend that dies",
    balance: "turns",
    dies: { backend: 3, at: 1.5, back: 3.5 },
    tries: 2,
    rate: 110,
  },
  {
    ...plain,
    name: "connection limit and queue",
    balance: "turns",
    proxies: ["HAProxy"],
    limit: { connections: WORKERS, patience: 0.05 },
    rate: 165,
  },
];
