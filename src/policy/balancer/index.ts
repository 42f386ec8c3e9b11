import type { Balancer } from "../contract.js";
import type { Definition } from "../define.js";
import { ipHash } from "./ip-hash.js";
import { joinIdleQueue } from "./join-idle-queue.js";
import { leastConnections } from "./least-connections.js";
import { leastRequest } from "./least-request.js";
import { maglev } from "./maglev.js";
import { peakEwma } from "./peak-ewma.js";
import { random } from "./random.js";
import { ringHash } from "./ring-hash.js";
import { roundRobin } from "./round-robin.js";
import { smoothRoundRobin } from "./smooth-round-robin.js";

/** Every balancer that a scenario can name. To add one: a file beside this, and a line here. */
export const balancers: readonly Definition<Balancer>[] = [
  roundRobin,
  random,
  leastRequest,
  ringHash,
  maglev,
  peakEwma,
  joinIdleQueue,
  smoothRoundRobin,
  leastConnections,
  ipHash,
];
