import type { System } from "../system.js";
import { balancing } from "./balancing.js";
import { breaking } from "./breakdowns.js";
import { certain } from "./certain.js";
import { elasticity } from "./elastic.js";
import { forkJoin } from "./fork-join.js";
import { general } from "./general.js";
import { impatience } from "./impatience.js";
import { networks } from "./networks.js";
import { queues } from "./queues.js";
import { routed } from "./routed.js";
import { shares } from "./shares.js";
import { shared } from "./sharing.js";
import { transients } from "./transients.js";

/** Every system with a known answer that dryscale can build. */
export const systems: readonly System[] = [
  ...queues,
  ...general,
  ...shared,
  ...networks,
  ...forkJoin,
  ...balancing,
  ...impatience,
  ...breaking,
  ...elasticity,
  ...shares,
  ...routed,
  ...transients,
  ...certain,
];

export function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined) throw new Error(`no system is called ${name}`);
  return found;
}
