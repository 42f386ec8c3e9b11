/** Addresses of clients, for balancers that go by them: what a call is about, its key, says who sends it. */

/** The address of client `key` as four bytes in one number: NETWORK.(key div 256).(key mod 256).(key mod 254 + 1), so that near keys differ in every part that proxies hash. */
export const addressOf = (key: number, network: number): number =>
  ((network << 24) | ((key & 0xffff) << 8) | ((key % 254) + 1)) >>> 0;

/** As people write it. */
export const dotted = (address: number): string =>
  [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join(".");
