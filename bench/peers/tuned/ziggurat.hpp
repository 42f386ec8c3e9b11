// Exponential and normal variates by the ziggurat of Marsaglia and Tsang, 256 layers each. One draw of
// 64 bits gives the layer (the low 8 bits), the sign (the next) and the place in the layer (the top 53).
#pragma once
#include <array>
#include <cmath>
#include <cstdint>

#include "random.hpp"

struct Layers {
  alignas(64) std::array<double, 257> x;   // right edges, falling to zero
  alignas(64) std::array<double, 257> y;   // the density at those edges
  alignas(64) std::array<double, 256> step;  // x scaled to a draw of 53 bits

  template <class Density, class Inverse>
  Layers(double tailStart, double area, Density f, Inverse inverse) {
    x[0] = area / f(tailStart);  // the base is as wide as a layer that holds the tail too
    x[1] = tailStart;
    for (int i = 1; i < 255; i++) x[i + 1] = inverse(area / x[i] + f(x[i]));
    x[256] = 0;
    for (int i = 0; i < 257; i++) y[i] = f(x[i]);
    for (int i = 0; i < 256; i++) step[i] = x[i] * 0x1p-53;
  }
};

constexpr double kExponentialTail = 7.69711747013104972;
inline const Layers exponentialLayers(
    kExponentialTail, 0.0039496598225815571993, [](double x) { return std::exp(-x); },
    [](double y) { return -std::log(y); });

constexpr double kNormalTail = 3.654152885361008796;
inline const Layers normalLayers(
    kNormalTail, 0.00492867323399, [](double x) { return std::exp(-x * x / 2); },
    [](double y) { return std::sqrt(-2 * std::log(y)); });

double exponential(Random& random);
double normal(Random& random);

// About one draw in a hundred comes here; kept out of line so that the common path stays small.
[[gnu::noinline]] inline double exponentialEdge(Random& random, int layer, double x) {
  const Layers& t = exponentialLayers;
  if (layer == 0) return kExponentialTail - std::log(random.uniform());
  const double y = t.y[layer] + random.uniform() * (t.y[layer + 1] - t.y[layer]);
  return y < std::exp(-x) ? x : exponential(random);
}

// Of mean one.
inline double exponential(Random& random) {
  const Layers& t = exponentialLayers;
  const std::uint64_t bits = random.bits();
  const int layer = int(bits & 255);
  const double x = double(std::int64_t(bits >> 11)) * t.step[layer];
  if (x < t.x[layer + 1]) [[likely]] return x;
  return exponentialEdge(random, layer, x);
}

[[gnu::noinline]] inline double normalEdge(Random& random, int layer, double x, bool negative) {
  const Layers& t = normalLayers;
  if (layer == 0) {
    double beyond, height;
    do {
      beyond = -std::log(random.uniform()) / kNormalTail;
      height = -std::log(random.uniform());
    } while (2 * height <= beyond * beyond);
    x = kNormalTail + beyond;
    return negative ? -x : x;
  }
  const double y = t.y[layer] + random.uniform() * (t.y[layer + 1] - t.y[layer]);
  if (y >= std::exp(-x * x / 2)) return normal(random);
  return negative ? -x : x;
}

inline double normal(Random& random) {
  const Layers& t = normalLayers;
  const std::uint64_t bits = random.bits();
  const int layer = int(bits & 255);
  const double x = double(std::int64_t(bits >> 11)) * t.step[layer];
  const bool negative = bits & 256;
  if (x < t.x[layer + 1]) [[likely]] return negative ? -x : x;
  return normalEdge(random, layer, x, negative);
}
