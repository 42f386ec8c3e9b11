/** Processes as generators over the simulation's events, and what they share. What a model may import of them. */
export type { Claim } from "./process/claim.js";
export { Container } from "./process/container.js";
export { Interrupted, type Process } from "./process/process.js";
export { Processes } from "./process/processes.js";
export { Preempted, type Request, type RequestOptions, Resource } from "./process/resource.js";
export type { Signal } from "./process/signal.js";
export { Store } from "./process/store.js";
export type { Timeout } from "./process/timeout.js";
export type { Steps, Waitable } from "./process/waitable.js";
