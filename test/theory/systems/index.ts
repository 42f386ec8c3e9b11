import type { System } from "../system.js";
import { general } from "./general.js";
import { queues } from "./queues.js";
import { shared } from "./sharing.js";

/** Every system with a known answer that dryscale can build. */
export const systems: readonly System[] = [...queues, ...general, ...shared];

export function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined) throw new Error(`no system is called ${name}`);
  return found;
}
