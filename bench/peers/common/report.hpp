// What every program shares around its simulation: the two arguments, the clock and the line it prints.
#pragma once
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

// The high-water mark of this program's own memory. getrusage would not do: what it says begins with the
// memory of whoever started the program.
inline double peakMiB() {
  double kib = NAN;
  if (std::FILE* status = std::fopen("/proc/self/status", "r")) {
    char line[256];
    while (std::fgets(line, sizeof line, status) && std::sscanf(line, "VmHWM: %lf", &kib) != 1) {
    }
    std::fclose(status);
  }
  return kib / 1024;
}

inline void report(const Result& r) {
  char p99[32] = "null";
  if (!std::isnan(r.p99)) std::snprintf(p99, sizeof p99, "%.9g", r.p99);
  std::printf(
      "{\"program\":\"%s\",\"model\":\"%s\",\"n\":%llu,\"seconds\":%.6f,\"mean\":%.9g,\"p99\":%s,"
      "\"events\":%llu,\"peakMiB\":%.2f}\n",
      r.program, r.model, (unsigned long long)r.n, r.seconds, r.mean, p99,
      (unsigned long long)r.events, peakMiB());
}
