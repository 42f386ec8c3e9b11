// xoshiro256++ of Blackman and Vigna, seeded by splitmix64, and what is drawn from it without tables.
#pragma once
#include <bit>
#include <cstdint>

class Random {
  std::uint64_t s_[4];

 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : s_) {
      std::uint64_t z = (seed += 0x9e3779b97f4a7c15);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  std::uint64_t bits() {
    const std::uint64_t result = std::rotl(s_[0] + s_[3], 23) + s_[0];
    const std::uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = std::rotl(s_[3], 45);
    return result;
  }

  // Never zero, so that its logarithm is finite.
  double uniform() { return (double(std::int64_t(bits() >> 11)) + 0.5) * 0x1p-53; }

  // Two different indices below n from one draw: each half is scaled, and the second skips the first.
  void twoOf(std::uint32_t n, std::uint32_t& a, std::uint32_t& b) {
    const std::uint64_t r = bits();
    a = std::uint32_t(((r >> 32) * n) >> 32);
    b = std::uint32_t(((r & 0xffffffff) * (n - 1)) >> 32);
    b += b >= a;
  }
};
