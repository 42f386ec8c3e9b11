/** Whether timeouts and tries again make sense together: what can be simulated but hardly is meant is a warning. */

import { type VirtualHostSpec, waysOf } from "../../model/routes/virtual-host.js";
import type { Step } from "../../model/spec.js";
import type { Sayings } from "../check.js";
import type { Parts } from "../setup.js";
import { hostSpec } from "../shape/routes.js";
import type { Path } from "../source.js";
import type { Routes } from "./routes.js";

export function checkDeadlines({ services, routes: all }: Parts, routes: Routes, to: Sayings): void {
  const hosts = new Map([...all].map(([name, route]) => [name, hostSpec(name, route)]));
  for (const [name, { timeout, retries }] of services)
    if (retries !== undefined && timeout === undefined && retries.perTry === undefined)
      to.warn(["services", name, "retries"], NEVER_GIVEN_UP, { key: true });
  for (const host of hosts.values())
    host.rules.forEach((rule, i) => {
      const { retries, perTry = Infinity, timeout } = rule.policy;
      const late = rule.to.some(({ service }) => (timeout ?? services.get(service)?.timeout ?? Infinity) === Infinity);
      if ((retries?.most ?? 0) > 0 && perTry === Infinity && late)
        to.warn([...routes.pathOf(host.name, i), "retries"], NEVER_GIVEN_UP, { key: true });
    });
  const said = new Set<string>();
  for (const [caller, { timeout, endpoints }] of services) {
    if (timeout === undefined) continue;
    const calls = Object.values(endpoints).flatMap((steps) => callsIn(steps));
    for (const call of calls)
      for (const { seconds, path } of waitsOf(call, caller)) {
        const key = JSON.stringify(path);
        if (!(seconds > timeout) || said.has(key)) continue;
        said.add(key);
        const message = `this is longer than callers of ${caller}, which calls it, wait: ${timeout} s`;
        to.warn(path, message);
      }
  }

  /** How long a call is waited for, and where that is written. */
  function waitsOf({ service, endpoint }: Call, from: string): readonly { seconds: number; path: Path }[] {
    const own = (name: string): { seconds: number; path: Path } => ({
      seconds: services.get(name)?.timeout ?? 0,
      path: ["services", name, "timeout"],
    });
    const host: VirtualHostSpec | undefined = hosts.get(service);
    if (host === undefined) return [own(service)];
    return waysOf(host, { endpoint, from }).flatMap(({ rule, index }) => {
      const { timeout } = rule.policy;
      if (timeout === undefined) return rule.to.map((aim) => own(aim.service));
      return timeout === Infinity ? [] : [{ seconds: timeout, path: [...routes.pathOf(host.name, index), "timeout"] }];
    });
  }
}

const NEVER_GIVEN_UP = "a call that is not answered is never tried again: there is neither a timeout nor a perTry";

type Call = Step & { readonly kind: "call" };

function callsIn(steps: readonly Step[]): readonly Call[] {
  return steps.flatMap((step): readonly Call[] => {
    switch (step.kind) {
      case "call":
        return [step];
      case "parallel":
        return step.branches.flatMap(callsIn);
      case "choose":
        return step.options.flatMap((option) => callsIn(option.steps));
      case "repeat":
      case "hold":
        return callsIn(step.steps);
      case "cache":
        return callsIn(step.miss);
      default:
        return [];
    }
  });
}
