/** A waypoint with pods of its own: a service through which a route leads all calls but its own. */
import { expect, test } from "vitest";
import { createWorld } from "../../src/model/world.js";
import { readScenario } from "../../src/scenario/read.js";

const text = `
services:
  web: { endpoints: { home: { call: cart/get } } }
  cart: { cpu: 4, endpoints: { get: { cpu: 1ms } } }
  cart-waypoint: { replicas: 2, endpoints: { get: [{ cpu: 250us }, { call: cart/get }] } }
routes:
  cart:
    - { match: { from: [cart-waypoint] }, to: cart }
    - to: cart-waypoint
load:
  users: { rate: 100/s, to: web/home, arrivals: deterministic }
`;

test("takes every call on its way, and the work for it, in its own pods", () => {
  const { scenario, warnings } = readScenario(text, { name: "waypoint" });
  expect(warnings).toEqual([]);
  const played = createWorld(scenario.world(scenario.policies[0]), 1);
  played.sim.run(10);
  played.checkBooks();
  const [, cart, waypoint] = played.services;
  expect(waypoint.arrived).toBeGreaterThan(990);
  expect(Math.abs(cart.arrived - waypoint.arrived)).toBeLessThan(2);
  expect(played.cpuUsed(waypoint)).toBeCloseTo(waypoint.ended * 0.00025, 3);
  expect(played.cpuUsed(cart)).toBeCloseTo(cart.ended * 0.001, 2);
});
