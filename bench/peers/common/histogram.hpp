// A log-linear histogram: the exponent and the first seven bits of the mantissa are the bin, so a
// quantile read at the middle of its bin is off by less than 0.4 % whatever the scale.
#pragma once
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

class Histogram {
  static constexpr int kBits = 7;
  static constexpr int kLowExponent = -20;  // shorter than a microsecond counts as a microsecond
  static constexpr int kOctaves = 44;
  static constexpr int kBins = kOctaves << kBits;
  static constexpr std::int64_t kFirst = std::int64_t(1023 + kLowExponent) << kBits;

  std::array<std::uint64_t, kBins> counts_{};
  std::uint64_t total_ = 0;
  double sum_ = 0;

  static double lowerEdge(int bin) {
    const int octave = bin >> kBits;
    const double fraction = 1 + (bin & ((1 << kBits) - 1)) / double(1 << kBits);
    return std::ldexp(fraction, kLowExponent + octave);
  }

 public:
  void record(double value) {
    const auto bits = std::bit_cast<std::int64_t>(value);
    std::int64_t bin = (bits >> (52 - kBits)) - kFirst;
    bin = bin < 0 ? 0 : bin >= kBins ? kBins - 1 : bin;
    counts_[bin]++;
    total_++;
    sum_ += value;
  }

  std::uint64_t total() const { return total_; }
  double mean() const { return sum_ / double(total_); }

  double quantile(double q) const {
    const double rank = std::ceil(q * double(total_));
    std::uint64_t seen = 0;
    for (int bin = 0; bin < kBins; bin++) {
      seen += counts_[bin];
      if (double(seen) >= rank) return (lowerEdge(bin) + lowerEdge(bin + 1)) / 2;
    }
    return NAN;
  }
};
