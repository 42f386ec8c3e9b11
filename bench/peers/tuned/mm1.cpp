// g++ -O3 -march=native -std=c++20 -o build/tuned-mm1 tuned/mm1.cpp
//
// M/M/1, first come first served, with arrivals and departures as events.
#include <cstdint>

#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "heap4.hpp"
#include "ring.hpp"
#include "ziggurat.hpp"

enum Kind : std::uint32_t { kArrival, kDeparture };

int main(int argc, char** argv) {
  const auto [n, seed] = readArguments(argc, argv, 2e6);

  Random random(seed);
  Heap4<> heap;
  Ring<double> waiting;  // arrival times; the first is in service
  Histogram sojourns;
  std::uint64_t arrived = 0, events = 0;

  const Stopwatch watch;
  heap.push(exponential(random) / 0.8, kArrival);
  while (!heap.empty()) {
    const double now = heap.topTime();
    events++;
    if (heap.topPayload() == kArrival) {
      if (++arrived < n) {
        heap.replaceTop(now + exponential(random) * (1 / 0.8), kArrival);
      } else {
        heap.dropTop();
      }
      if (waiting.empty()) heap.push(now + exponential(random), kDeparture);
      waiting.push(now);
    } else {
      sojourns.record(now - waiting.front());
      waiting.drop();
      if (waiting.empty()) {
        heap.dropTop();
      } else {
        heap.replaceTop(now + exponential(random), kDeparture);
      }
    }
  }
  const double seconds = watch.seconds();

  report({"cpp-tuned", "mm1", n, seconds, sojourns.mean(), sojourns.quantile(0.99), events});
}
