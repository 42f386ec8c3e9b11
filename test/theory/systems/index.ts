import type { System } from "../system.js";
import { queues } from "./queues.js";

/** Every system with a known answer that dryscale can build. */
export const systems: readonly System[] = [...queues];

export function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found === undefined) throw new Error(`no system is called ${name}`);
  return found;
}
