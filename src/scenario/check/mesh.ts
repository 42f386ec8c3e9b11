/** Whether a service's own words and its callers' proxies go together. */
import type { Sayings } from "../check.js";
import type { Setup } from "../setup.js";
import { meshOf } from "../shape/mesh.js";

/** Proxies choose a pod before a call sets out, so that it can wait nowhere but in that pod. */
export function checkMesh({ services, mesh }: Setup, say: Sayings["say"], warn: Sayings["warn"]): void {
  for (const { name, service, balancer } of services) {
    const links = meshOf(service, mesh);
    if (links === undefined) continue;
    const path = ["services", name];
    if (service.concurrency.waitsAt === "service")
      say(
        [...path, "concurrency", "waitsAt"],
        "expected pod where callers have proxies, which choose one before a call sets out, got service",
      );
    if (links.connections?.balances === "connections" && !["random", "round-robin"].includes(balancer!.name))
      warn(
        [...path, "connections"],
        `a pod is chosen once for each connection, so ${balancer!.name} is asked when one is opened, not for each call`,
      );
  }
}
