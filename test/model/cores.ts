/** What every moment must keep of work on shared cores: each piece is one of its container's, and each core is asked for once. */
import { expect } from "vitest";
import { CallState, Parent } from "../../src/model/calls/call-state.js";
import { NONE, Phase } from "../../src/model/state.js";
import type { World } from "../../src/model/world.js";

export function expectCoresWell({ state }: World): void {
  const { calls, nodes, owners, pods } = state;
  const pieces = (root: number): number => {
    let count = 0;
    const open = root === NONE ? [] : [root];
    for (let call = open.pop(); call !== undefined; call = open.pop()) {
      count++;
      for (let child = calls.child[call]; child !== NONE; child = calls.sibling[child]) open.push(child);
    }
    return count;
  };
  const isShared = (pod: number): boolean => !owners[pods.service[pod]].dedicated;
  for (let pod = 0; pod < pods.rows.high; pod++)
    if (pods.phase[pod] !== Phase.Gone && isShared(pod)) expect(pieces(pods.earliest[pod])).toBe(pods.active[pod]);
  const machines = new Set<number>();
  for (let pod = 0; pod < pods.rows.high; pod++)
    if (pods.phase[pod] !== Phase.Gone && pods.node[pod] !== NONE) machines.add(pods.node[pod]);
  for (const node of machines) {
    let wanted = 0;
    for (let pod = nodes.firstPod[node]; pod !== NONE; pod = pods.nextOnNode[pod])
      wanted += isShared(pod) ? Math.min(pods.active[pod], pods.presentLimit[pod]) : pods.active[pod];
    const proxy = nodes.proxy[node];
    if (proxy !== NONE) {
      expect(pieces(pods.earliest[proxy])).toBe(pods.active[proxy]);
      wanted += pods.active[proxy];
    }
    expect(nodes.demand[node]).toBeCloseTo(wanted, 6);
  }
  // What a proxy does once more for a pod that is gone is nobody's.
  for (let row = 0; row < calls.rows.high; row++)
    if (calls.parent[row] === Parent.Orphan && calls.state[row] === CallState.Strand)
      expect(pods.phase[calls.pod[row]]).not.toBe(Phase.Gone);
}
