// g++ -O3 -march=native -std=c++20 -o build/tuned-chain-ps tuned/chain-ps.cpp
//
// The chain whose containers share their CPU. Each container has its own virtual time, which runs at
// the speed of one request, so a request leaves at a virtual time known when it comes. Its next
// departure is one event, which stays in the heap for good and is moved when it changes. Only the requests
// that a container works on share its CPU; its calls in flight are all that have no answer yet.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "../common/chain.hpp"
#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "busy.hpp"
#include "heap4.hpp"
#include "in-flight.hpp"
#include "indexed-heap.hpp"
#include "requests.hpp"
#include "ziggurat.hpp"

// The number of an event says what it is: a container's next departure, the next arrival, the next
// round of the autoscaler, or the end of a request's hop.
enum Id : std::uint32_t { kArrival = chain::kPlaces, kTick, kFirstHop };

struct Container {
  Heap4<> running{16};  // requests by the virtual time at which they leave
  double virtualTime = 0;
  double lastChange = 0;

  int atWork() const { return int(running.size()); }
  double slowness() const { return std::max(1.0, atWork() * (1.0 / chain::kCores)); }

  void advance(double now) {
    if (!running.empty()) virtualTime += (now - lastChange) / slowness();
    lastChange = now;
  }

  double nextDeparture() const {
    if (running.empty()) return std::numeric_limits<double>::infinity();
    return lastChange + (running.topTime() - virtualTime) * slowness();
  }
};

class Simulation {
  Random random;
  IndexedHeap heap;
  Requests requests;
  InFlight inFlight;
  std::vector<std::uint8_t> service;  // of each request
  Busy busy;
  Container containers[chain::kPlaces];
  std::uint64_t arrived = 0, n;
  const double mu = chain::kWorkMu, sigma = chain::kWorkSigma;

  double hop() { return exponential(random) * chain::kMeanHop; }
  double interarrival() { return exponential(random) * (1 / chain::kArrivalRate); }
  double work() { return std::exp(mu + sigma * normal(random)); }

  void onArrival(double now) {
    const Slot slot = requests.add(now);
    if (slot >= service.size()) [[unlikely]] {
      service.resize(requests.start.size());
      heap.reserve(kFirstHop + service.size());
    }
    service[slot] = 0;
    heap.moveTop(++arrived < n ? now + interarrival() : std::numeric_limits<double>::infinity());
    heap.push(kFirstHop + slot, now + hop());
  }

  void onHopDone(double now, Slot slot) {
    heap.dropTop();
    const std::uint32_t place = inFlight.send(random, service[slot], requests.route[slot]);
    Container& container = containers[place];
    container.advance(now);
    container.running.push(container.virtualTime + work(), slot);
    if (container.atWork() <= chain::kCores) {
      busy.begin(service[slot], now);
      // With a core for everybody, only a new first one changes the time of the next departure.
      if (container.running.topPayload() != slot) return;
    }
    heap.move(place, container.nextDeparture());
  }

  void onDeparture(double now, std::uint32_t place) {
    Container& container = containers[place];
    const Slot slot = container.running.topPayload();
    // What the clock says, but for rounding.
    container.virtualTime = container.running.topTime();
    container.lastChange = now;
    container.running.dropTop();
    heap.moveTop(container.nextDeparture());
    if (container.atWork() < chain::kCores) busy.end(service[slot], now);
    if (++service[slot] < chain::kServices) {
      heap.push(kFirstHop + slot, now + hop());
    } else {
      latencies.record(now - requests.start[slot]);
      inFlight.answer(requests.route[slot]);
      requests.remove(slot);
    }
  }

 public:
  Histogram latencies;
  std::uint64_t handled = 0;

  Simulation(std::uint64_t n, std::uint64_t seed) : random(seed), n(n) { heap.reserve(kFirstHop); }

  void run() {
    for (std::uint32_t place = 0; place < chain::kPlaces; place++) {
      heap.push(place, containers[place].nextDeparture());
    }
    heap.push(kArrival, interarrival());
    heap.push(kTick, chain::kTickPeriod);
    while (latencies.total() < n) {
      const double now = heap.topTime();
      const std::uint32_t id = heap.topId();
      handled++;
      if (id < chain::kPlaces) {
        onDeparture(now, id);
      } else if (id >= kFirstHop) {
        onHopDone(now, id - kFirstHop);
      } else if (id == kArrival) {
        onArrival(now);
      } else {
        busy.tick(now);
        heap.moveTop(now + chain::kTickPeriod);
      }
    }
  }
};

int main(int argc, char** argv) {
  const auto [n, seed] = readArguments(argc, argv, 1e6);
  Simulation simulation(n, seed);
  const Stopwatch watch;
  simulation.run();
  const double seconds = watch.seconds();
  const Histogram& latencies = simulation.latencies;
  report({"cpp-tuned", "chain-ps", n, seconds, latencies.mean(), latencies.quantile(0.99), simulation.handled});
}
