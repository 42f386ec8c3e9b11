/** The models that dryscale is measured on, each as a world of its own full model. Parameters: bench/peers/README.md. */
import { constant } from "../src/kernel/distributions.js";
import { RandomStream } from "../src/kernel/random.js";
import { service, world } from "../src/model/builders.js";
import type { LoadSpec, WorldSpec } from "../src/model/spec.js";
import type { Balancer, PolicyContext } from "../src/policy/contract.js";

const poisson = (to: string, rate: number): LoadSpec => ({
  kind: "open",
  name: "load",
  mix: [{ service: to, endpoint: "call", share: 1 }],
  arrivals: (seed) => {
    const stream = new RandomStream(seed, "load/gaps");
    let now = 0;
    return { next: () => (now += stream.exponential() / rate) };
  },
});

export const mm1 = (): WorldSpec =>
  world({
    services: [service({ steps: [{ kind: "cpu", work: { shape: "exponential", mean: 1 } }] })],
    loads: [poisson("shop", 0.8)],
    seriesStep: 1e9,
  });

/** The less busy of two distinct pods. */
const twoChoices = ({ stream }: PolicyContext): Balancer => ({
  pick(pods, count, inFlight) {
    const one = stream.below(count);
    let two = stream.below(count - 1);
    if (two >= one) two++;
    return inFlight[pods[two]] < inFlight[pods[one]] ? two : one;
  },
});

export function chain(shared: boolean): WorldSpec {
  const names = ["a", "b", "c"];
  const services = names.map((name, i) => {
    const work = { kind: "cpu", work: { shape: "lognormal", mean: 0.01, cv: 1 } } as const;
    const next = names[i + 1];
    return service({
      name,
      replicas: 10,
      size: { cpuMillicores: 4000, memoryMiB: 256 },
      cpuLimitMillicores: 4000,
      bounds: { min: 10, max: 10 },
      concurrency: { limit: shared ? Infinity : 4, queue: Infinity, holds: "work", waitsAt: "pod" },
      steps: next === undefined ? [work] : [work, { kind: "call", service: next, endpoint: "call" }],
      hop: {
        latency: { shape: "exponential", mean: 0.0005 },
        reply: constant(0),
        proxyLatency: constant(0),
        proxyCpu: 0,
      },
      balancer: twoChoices,
      scaler: {
        name: "mean",
        create: () => ({
          period: 15,
          desiredReplicas: (view) => Math.ceil((view.replicas * view.mean("cpu", 15)) / 0.5),
        }),
      },
    });
  });
  return world({ services, loads: [poisson("a", 2000)], seriesStep: 15 });
}
