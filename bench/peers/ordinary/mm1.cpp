// g++ -O3 -march=native -std=c++20 -o build/ordinary-mm1 ordinary/mm1.cpp
//
// M/M/1, first come first served, with arrivals and departures as events.
#include <cstdint>
#include <deque>
#include <random>

#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "event.hpp"

enum Kind { kArrival, kDeparture };

int main(int argc, char** argv) {
  const auto [n, seed] = readArguments(argc, argv, 2e6);

  std::mt19937_64 random(seed);
  std::exponential_distribution<double> interarrival(0.8);
  std::exponential_distribution<double> service(1.0);
  EventQueue queue;
  std::deque<double> waiting;  // arrival times; the first is in service
  Histogram sojourns;
  std::uint64_t order = 0, arrived = 0, events = 0;

  const Stopwatch watch;
  queue.push({interarrival(random), order++, kArrival, 0, 0});
  while (!queue.empty()) {
    const Event event = queue.top();
    queue.pop();
    events++;
    if (event.kind == kArrival) {
      if (++arrived < n) queue.push({event.time + interarrival(random), order++, kArrival, 0, 0});
      waiting.push_back(event.time);
      if (waiting.size() == 1) queue.push({event.time + service(random), order++, kDeparture, 0, 0});
    } else {
      sojourns.record(event.time - waiting.front());
      waiting.pop_front();
      if (!waiting.empty()) queue.push({event.time + service(random), order++, kDeparture, 0, 0});
    }
  }
  const double seconds = watch.seconds();

  report({"cpp-ordinary", "mm1", n, seconds, sojourns.mean(), sojourns.quantile(0.99), events});
}
