// What every program shares around its simulation: the two arguments, the clock and the line it prints.
#pragma once
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

struct Arguments {
  std::uint64_t n;
  std::uint64_t seed;
};

// Sizes may be written 2e6, so they are read as floating point.
inline Arguments readArguments(int argc, char** argv, double defaultSize) {
  const double n = argc > 1 ? std::atof(argv[1]) : defaultSize;
  if (!(n >= 1)) {
    std::fprintf(stderr, "usage: %s [size] [seed], with a size of one or more\n", argv[0]);
    std::exit(2);
  }
  return {std::uint64_t(n), argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1};
}

class Stopwatch {
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();

 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
};

struct Result {
  const char* program;
  const char* model;
  std::uint64_t n;
  double seconds;
  double mean;
  double p99;  // NAN where the model has no latencies
  std::uint64_t events;
};

inline void report(const Result& r) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  char p99[32] = "null";
  if (!std::isnan(r.p99)) std::snprintf(p99, sizeof p99, "%.9g", r.p99);
  std::printf(
      "{\"program\":\"%s\",\"model\":\"%s\",\"n\":%llu,\"seconds\":%.6f,\"mean\":%.9g,\"p99\":%s,"
      "\"events\":%llu,\"peakMiB\":%.2f}\n",
      r.program, r.model, (unsigned long long)r.n, r.seconds, r.mean, p99,
      (unsigned long long)r.events, double(usage.ru_maxrss) / 1024);
}
