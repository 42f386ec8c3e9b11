// g++ -O3 -march=native -std=c++20 -o build/tuned-hold tuned/hold.cpp
//
// The event queue alone: n events pending, the earliest is replaced by one an exponential time later.
#include <cstdint>

#include "../common/report.hpp"
#include "heap4.hpp"
#include "ziggurat.hpp"

int main(int argc, char** argv) {
  const auto [n, seed] = readArguments(argc, argv, 1e5);
  const std::uint64_t holds = 5'000'000;

  Random random(seed);
  Heap4<true> heap;
  for (std::uint64_t i = 0; i < n; i++) heap.push(exponential(random), std::uint32_t(i));

  const Stopwatch watch;
  for (std::uint64_t i = 0; i < holds; i++) {
    heap.replaceTop(heap.topTime() + exponential(random), heap.topPayload());
  }
  const double seconds = watch.seconds();

  report({"cpp-tuned", "hold", n, seconds, heap.topTime() / double(holds), NAN, holds});
}
