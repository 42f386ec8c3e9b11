// g++ -O3 -march=native -std=c++20 -o build/ordinary-hold ordinary/hold.cpp
//
// The event queue alone, as most people would write it: n events pending, the earliest is popped and
// pushed again an exponential time later.
#include <cstdint>
#include <random>

#include "../common/report.hpp"
#include "event.hpp"

int main(int argc, char** argv) {
  const auto [n, seed] = readArguments(argc, argv, 1e5);
  const std::uint64_t holds = 5'000'000;

  std::mt19937_64 random(seed);
  std::exponential_distribution<double> delay(1.0);
  EventQueue queue;
  std::uint64_t order = 0;
  for (std::uint64_t i = 0; i < n; i++) queue.push({delay(random), order++, 0, int(i), 0});

  const Stopwatch watch;
  for (std::uint64_t i = 0; i < holds; i++) {
    Event event = queue.top();
    queue.pop();
    event.time += delay(random);
    event.order = order++;
    queue.push(event);
  }
  const double seconds = watch.seconds();

  report({"cpp-ordinary", "hold", n, seconds, queue.top().time / double(holds), NAN, holds});
}
