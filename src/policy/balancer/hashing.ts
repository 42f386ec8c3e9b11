/** xxHash64, by which Envoy hashes addresses and keys. The library's module is compiled once, when this is loaded. */
import xxhash from "xxhash-wasm";

const { h64 } = await xxhash();

/** 64 bits, without sign. */
export const hash64 = (text: string, seed = 0n): bigint => h64(text, seed);

/** The remainder of a hash in two words of 32 bits by a size below 2²¹: exact in doubles. */
export const remainder = (high: number, low: number, size: number): number =>
  ((high % size) * (2 ** 32 % size) + low) % size;
