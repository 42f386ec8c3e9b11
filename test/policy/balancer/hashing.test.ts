/** Rings and tables against the literal ones of Envoy's own tests (ring_hash_lb_test.cc, maglev_lb_test.cc; Apache-2.0). */
import { describe, expect, test } from "vitest";
import { remainder } from "../../../src/policy/balancer/hashing.js";
import { maglev, tableOf } from "../../../src/policy/balancer/maglev.js";
import { indexOn, ringHash, ringOf } from "../../../src/policy/balancer/ring-hash.js";
import { make } from "../builders.js";
import { upstream } from "./upstream.js";

const words = (hash: bigint): [number, number] => [Number(hash >> 32n), Number(hash & 0xffffffffn)];

const hosts = (ports: readonly number[], weights: readonly number[] = []) =>
  upstream({
    loads: ports.map(() => 0),
    weights,
    addresses: ports.map((port) => `127.0.0.1:${port}`),
  });
const six = [90, 91, 92, 93, 94, 95];

describe("a ring", () => {
  const drawn = (ports: readonly number[], size: readonly [number, number], weights?: readonly number[]) => {
    const ring = ringOf(hosts(ports, weights), ...size);
    return Array.from(ring.place, (place, i) => [ports[place], (BigInt(ring.high[i]) << 32n) | BigInt(ring.low[i])]);
  };

  test("of six equal hosts and twelve places", () => {
    expect(drawn(six, [12, 8_388_608])).toEqual([
      [94, 833437586790550860n],
      [92, 928266305478181108n],
      [90, 1033482794131418490n],
      [95, 3551244743356806947n],
      [93, 3851675632748031481n],
      [91, 5583722120771150861n],
      [91, 6311230543546372928n],
      [93, 7700377290971790572n],
      [95, 13144177310400110813n],
      [92, 13444792449719432967n],
      [94, 15516499411664133160n],
      [90, 16117243373044804889n],
    ]);
  });

  test("of two hosts and at least three places has four", () => {
    expect(drawn([80, 81], [3, 8_388_608])).toEqual([
      [80, 5454692015285649509n],
      [81, 7859399908942313493n],
      [80, 13838424394637650569n],
      [81, 16064866803292627174n],
    ]);
    expect(drawn([81, 82], [3, 8_388_608])).toEqual([
      [81, 7859399908942313493n],
      [82, 8241336090459785962n],
      [82, 12882406409176325258n],
      [81, 16064866803292627174n],
    ]);
  });

  test("of weights 1, 2 and 3 and exactly six places", () => {
    expect(drawn([90, 91, 92], [6, 6], [1, 2, 3])).toEqual([
      [92, 928266305478181108n],
      [92, 4443673547860492590n],
      [91, 5583722120771150861n],
      [91, 6311230543546372928n],
      [92, 13444792449719432967n],
      [90, 16117243373044804889n],
    ]);
  });

  test("takes the first at or after the hash, and begins again after the last", () => {
    const balancer = make(ringHash, { minimumRingSize: 12 });
    const pods = hosts(six);
    const pick = (hash: bigint) => six[balancer.pick(pods, ...words(hash))];
    expect(pick(0n)).toBe(94);
    expect(pick(2n ** 64n - 1n)).toBe(94);
    expect(pick(3551244743356806947n)).toBe(95);
    expect(pick(3551244743356806948n)).toBe(93);
    expect(pick(16117243373044804880n)).toBe(90);
  });

  test("shares 6,000 hashes evenly spread as upstream's does: 987, 1932 and 3081 for weights 1, 2 and 3", () => {
    const ring = ringOf(hosts([90, 91, 92], [1, 2, 3]), 6144, 8_388_608);
    expect(ring.size).toBe(6144);
    const counts = [0, 0, 0];
    for (let i = 0n; i < 6000n; i++) counts[ring.place[indexOn(ring, ...words(i * ((2n ** 64n - 1n) / 6000n)))]]++;
    expect(counts).toEqual([987, 1932, 3081]);
  });

  test("moves only the calls of a pod that is gone", () => {
    // 200 places each, before and after: a ring that keeps its size gives more to those who stay, and so moves more.
    const before = ringOf(hosts(six), 1200, 8_388_608);
    const after = ringOf(hosts(six.slice(0, 5)), 1000, 8_388_608);
    let moved = 0;
    for (let i = 0n; i < 2000n; i++) {
      const hash = words(i * 9223372036854775n);
      const port = six[before.place[indexOn(before, ...hash)]];
      if (port === 95) moved++;
      else expect(six[after.place[indexOn(after, ...hash)]]).toBe(port);
    }
    expect(moved / 2000).toBeCloseTo(1 / 6, 1);
  });
});

describe("a maglev table", () => {
  test("of six equal hosts and seven places", () => {
    expect([...tableOf(hosts(six), 7)]).toEqual([2, 4, 0, 1, 5, 0, 3]);
  });

  test("of six hosts by name", () => {
    const named = upstream({ loads: [0, 0, 0, 0, 0, 0], addresses: six.map(String) });
    expect([...tableOf(named, 7)]).toEqual([2, 5, 0, 3, 4, 1, 0]);
  });

  test("of weights 1 and 2 and 17 places", () => {
    expect([...tableOf(hosts([90, 91], [1, 2]), 17)]).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1]);
  });

  test("of weights 8 and 2, given as localities upstream", () => {
    const table = tableOf(hosts([90, 91], [8, 2]), 17);
    expect([...table]).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });

  test("does not depend on the order of the hosts", () => {
    const shuffled = [93, 90, 95, 92, 94, 91];
    const table = tableOf(hosts(shuffled), 7);
    expect(Array.from(table, (place) => shuffled[place])).toEqual([92, 94, 90, 91, 95, 90, 93]);
  });

  test("takes the place of the hash's remainder", () => {
    const balancer = make(maglev, { tableSize: 7 });
    const pods = hosts(six);
    expect([0n, 1n, 2n, 10n, 13n].map((hash) => balancer.pick(pods, ...words(hash)))).toEqual([2, 4, 0, 1, 3]);
    for (const hash of [2n ** 64n - 1n, 12345678901234567890n, 2n ** 32n, 2n ** 63n + 5n])
      for (const size of [7, 65_537, 2_097_143])
        expect(remainder(...words(hash), size)).toBe(Number(hash % BigInt(size)));
  });
});
