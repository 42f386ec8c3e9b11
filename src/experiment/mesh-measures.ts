/** What the proxies between services do: measured where there are any, under whatever policy. */
import type { World } from "../model/world.js";
import type { Scenario } from "../scenario/read.js";
import type { Measure } from "./measures.js";

const hasProxies = ({ policies, world }: Scenario): boolean =>
  policies.some((policy) => world(policy).services.some(({ hop }) => hop.passes.some(({ cpu }) => cpu > 0)));

const cpu: Measure = {
  name: "mesh.cpu",
  label: "CPU of proxies, per request",
  unit: "s",
  better: "neither",
  group: "capacity",
  headline: true,
};

export const meshMeasures = (scenario: Scenario): readonly Measure[] => (hasProxies(scenario) ? [cpu] : []);

/** CPU seconds of all proxies, those on nodes included, for each of so many requests that have ended. */
export const meshValues = (scenario: Scenario, { services }: World, ended: number): Record<string, number> =>
  hasProxies(scenario) ? { [cpu.name]: services.reduce((sum, { proxied }) => sum + proxied, 0) / ended } : {};
