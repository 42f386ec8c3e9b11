/** Runs in each thread. */
import type { Task } from "./plan.js";
import type { Sample } from "./system.js";
import { systemNamed } from "./systems/index.js";

export default function replicate({ name, seed, size }: Task): Sample {
  return systemNamed(name).run(seed, size);
}
