/** Balancers as nginx and HAProxy have them, against schedules worked by hand from their sources and documentation. */
import { describe, expect, test } from "vitest";
import { ipHash, mapOf, nginxHash } from "../../../src/policy/balancer/ip-hash.js";
import { leastConnections } from "../../../src/policy/balancer/least-connections.js";
import { smoothRoundRobin } from "../../../src/policy/balancer/smooth-round-robin.js";
import { addressOf, dotted } from "../../../src/policy/balancer/source-address.js";
import { make } from "../builders.js";
import { upstream } from "./upstream.js";

const letters = (places: readonly number[]): string => places.map((place) => "abcdefgh"[place]).join(" ");

function turns(weights: readonly number[], picks: number, loads = weights.map(() => 0)): string {
  const balancer = make(smoothRoundRobin);
  const pods = upstream({ loads, weights });
  return letters(Array.from({ length: picks }, () => balancer.pick(pods, 0, 0)));
}

describe("smooth round robin", () => {
  // The example of nginx's change 52327e0627f4, which brought the smooth turns: { 5, 1, 1 }.
  test("weights 5, 1, 1 give a a b a c a a, and again", () => {
    expect(turns([5, 1, 1], 14)).toBe("a a b a c a a a a b a c a a");
  });
  test("equal weights are turns from the first on", () => expect(turns([1, 1, 1], 7)).toBe("a b c a b c a"));
  // Raised to 3 1: a → -1 1; 2 2: a, the first of equals → -2 2; 1 3: b → 1 -1; 4 0: a → 0 0.
  test("weights 3, 1 give a a b a", () => expect(turns([3, 1], 8)).toBe("a a b a a a b a"));
  test("it does not look at loads", () => expect(turns([1, 1], 4, [9, 0])).toBe("a b a b"));
  test("each has its weight's share of a whole cycle", () => {
    const of = turns([7, 3, 2], 12).split(" ");
    expect(["a", "b", "c"].map((pod) => of.filter((one) => one === pod).length)).toEqual([7, 3, 2]);
  });
});

/** Picks one after another, each taken on, and answers: "!a" is an answer of a. */
function connections(ties: string, script: string, weights: readonly number[]): string {
  const balancer = make(leastConnections, { ties });
  const pods = upstream({ loads: weights.map(() => 0), weights });
  const picked: number[] = [];
  for (const word of script.split(" ")) {
    if (word.startsWith("!")) {
      const row = pods.rows["abcdefgh".indexOf(word[1])];
      pods.active[row]--;
      balancer.answered?.(row, 0, 0);
    } else {
      const place = balancer.pick(pods, 0, 0);
      pods.active[pods.rows[place]]++;
      picked.push(place);
    }
  }
  return letters(picked);
}

describe("least connections", () => {
  const equal = [1, 1, 1];
  test("all idle: in turns, by both", () => {
    expect(connections("turns", "? ? ?", equal)).toBe("a b c");
    expect(connections("longest", "? ? ?", equal)).toBe("a b c");
  });
  test("the one with fewest, by both", () => {
    expect(connections("turns", "? ? ? !b ?", equal)).toBe("a b c b");
    expect(connections("longest", "? ? ? !b ?", equal)).toBe("a b c b");
  });
  // c was idle first, so HAProxy's goes to c, whatever the turns.
  test("of idle ones HAProxy takes the one idle the longest", () => {
    expect(connections("longest", "? ? ? !c !a ? ?", equal)).toBe("a b c c a");
  });
  // nginx after three picks of ties among 3, 2 and no tie: raises 1 1 1 → a (-2 1 1); b, c idle: 2 2 → b (-2 0 2);
  // c alone: no turns. Then a, c idle: -1 3 → c (-1 0 1); a alone.
  test("of idle ones nginx takes turns", () => {
    expect(connections("turns", "? ? ? !c !a ? ?", equal)).toBe("a b c c a");
    // a, b idle after all have had one: a at -2 → -1, b at 0 → 1: b goes first.
    expect(connections("turns", "? ? ? !a !b ? ?", equal)).toBe("a b c b a");
    expect(connections("longest", "? ? ? !a !b ? ?", equal)).toBe("a b c a b");
  });
  // nginx compares calls / weight. Idle both: 2 1 → a (-1 1). 1/2 against 0: b. 1/2 against 1: a. Equal at 1: 1 2 → b.
  test("calls are divided by weights", () => {
    expect(connections("turns", "? ? ? ?", [2, 1])).toBe("a b a b");
    // HAProxy compares (calls + 1) / weight: a 0, b 0 → a; a 2/2, b 0 → b; a 1, b 2 → a; a 3/2, b 2 → a; a 2, b 2: b has stood there longer.
    expect(connections("longest", "? ? ? ? ?", [2, 1])).toBe("a b a a b");
  });
});

describe("hashes of addresses", () => {
  test("clients' addresses", () => {
    // 2654435761 is 0x9e3779b1, and twice it 0x3c6ef362 mod 2³².
    expect(addressOf(0, 10)).toBe(0x0a9e3779);
    expect(addressOf(1, 127)).toBe(0x7f3c6ef3);
    expect(dotted(0xc0000201)).toBe("192.0.2.1");
  });
  // 10.0.0.1: (89 × 113 + 10) mod 6271 = 3796; 3796 × 113 mod 6271 = 2520; 2520 × 113 mod 6271 = 2565.
  test("nginx hashes three numbers of an address", () => {
    expect(nginxHash(0x0a000001)).toBe(2565);
    expect(nginxHash(0x0a000001)).toBe(nginxHash(0x0a0000ff));
    expect(nginxHash(0x0a000001)).not.toBe(nginxHash(0x0a000101));
  });
  test("nginx walks along the weights", () => {
    const pods = upstream({ loads: [0, 0, 0], weights: [1, 2, 3] });
    const balancer = make(ipHash, { network: 127 });
    for (let key = 0; key < 200; key++) {
      const point = nginxHash(addressOf(key, 127)) % 6;
      expect(balancer.pick(pods, key, 0)).toBe(point < 1 ? 0 : point < 3 ? 1 : 2);
    }
  });
  test("HAProxy takes the address modulo the servers", () => {
    const pods = upstream({ loads: [0, 0, 0, 0] });
    const balancer = make(ipHash, { as: "haproxy", network: 127 });
    for (let key = 0; key < 200; key++) expect(balancer.pick(pods, key, 0)).toBe(addressOf(key, 127) % 4);
  });
  // Shares of 3 : 1 on four places: scores 3 1 → both floor((3 + 4) / 4) = floor((1 + 4) / 4) = 1: a, then -1 1; 2 2: a; -2 2; 1 3: a; 0 4 → b.
  test("HAProxy's map of unequal weights, in lowest terms", () => {
    expect([...mapOf([6, 2])]).toEqual([0, 0, 0, 1]);
    expect([...mapOf([4, 4, 4])]).toEqual([0, 1, 2]);
  });
  test("a client stays with its pod", () => {
    for (const as of ["nginx", "haproxy"]) {
      const balancer = make(ipHash, { as });
      const pods = upstream({ loads: [0, 0, 0] });
      const first = balancer.pick(pods, 77, 0);
      pods.active.fill(5);
      expect(balancer.pick(pods, 77, 0)).toBe(first);
    }
  });
});
