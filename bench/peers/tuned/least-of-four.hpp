// Which of four neighbouring keys is the least, and its key, without a branch: which child is the least
// is a coin toss, so a branch here is mispredicted at almost every level of a heap.
#pragma once
#include <cstddef>
#include <cstdint>

inline std::size_t leastOfFour(const std::uint64_t* keys, std::uint64_t& leastKey) {
  const std::uint64_t k0 = keys[0], k1 = keys[1], k2 = keys[2], k3 = keys[3];
  const std::size_t a = k1 < k0, b = 2 + (k3 < k2);
  const std::uint64_t ka = k1 < k0 ? k1 : k0, kb = k3 < k2 ? k3 : k2;
  leastKey = kb < ka ? kb : ka;
  std::size_t mask = -std::size_t(kb < ka);
  // The empty statement hides where the mask comes from: g++ would make a branch of it again.
  asm("" : "+r"(mask));
  return a ^ ((a ^ b) & mask);
}
