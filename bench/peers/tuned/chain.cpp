// g++ -O3 -march=native -std=c++20 -o build/tuned-chain tuned/chain.cpp
//
// Three services, each of which calls the next, and an autoscaler for each. A service has ten replicas with
// four workers and one queue. A worker is held for the service's own work, but a replica has a call in
// flight until its answer is there, that is until the last service is done.
#include <cmath>
#include <cstdint>

#include "../common/chain.hpp"
#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "busy.hpp"
#include "heap4.hpp"
#include "in-flight.hpp"
#include "requests.hpp"
#include "ziggurat.hpp"

enum Kind : std::uint32_t { kArrival, kHopDone, kWorkDone, kTick };

// An event fits in 32 bits: the kind in 2, the service or the replica in 6, the request in 24.
static std::uint32_t pack(Kind kind, std::uint32_t place = 0, Slot slot = 0) { return kind | place << 2 | slot << 8; }

class Simulation {
  Random random;
  Heap4<> heap;
  Requests requests;
  InFlight inFlight;
  Busy busy;
  int here[chain::kPlaces] = {};  // waiting or at work
  Slot first[chain::kPlaces] = {};  // of the queue, meaningful while more are here than cores
  Slot last[chain::kPlaces] = {};
  std::uint64_t arrived = 0, n;

  double hop() { return exponential(random) * chain::kMeanHop; }
  double interarrival() { return exponential(random) * (1 / chain::kArrivalRate); }
  double work() { return std::exp(mu + sigma * normal(random)); }
  const double mu = chain::kWorkMu, sigma = chain::kWorkSigma;

  void onArrival(double now) {
    heap.replaceTop(now + hop(), pack(kHopDone, 0, requests.add(now)));
    if (++arrived < n) heap.push(now + interarrival(), pack(kArrival));
  }

  void onHopDone(double now, std::uint32_t service, Slot slot) {
    const std::uint32_t place = inFlight.send(random, service, requests.route[slot]);
    const int before = here[place]++;
    if (before < chain::kCores) {
      busy.begin(int(service), now);
      heap.replaceTop(now + work(), pack(kWorkDone, place, slot));
      return;
    }
    if (before == chain::kCores) {
      first[place] = slot;
    } else {
      requests.next[last[place]] = slot;
    }
    last[place] = slot;
    heap.dropTop();
  }

  void onWorkDone(double now, std::uint32_t place, Slot slot) {
    const std::uint32_t service = place / chain::kReplicas;
    const bool someoneWaits = --here[place] >= chain::kCores;
    if (!someoneWaits) busy.end(int(service), now);
    if (service + 1 < chain::kServices) {
      heap.replaceTop(now + hop(), pack(kHopDone, service + 1, slot));
      if (someoneWaits) heap.push(now + work(), startNext(place));
    } else {
      latencies.record(now - requests.start[slot]);
      inFlight.answer(requests.route[slot]);
      requests.remove(slot);
      if (someoneWaits) {
        heap.replaceTop(now + work(), startNext(place));
      } else {
        heap.dropTop();
      }
    }
  }

  std::uint32_t startNext(std::uint32_t place) {
    const Slot slot = first[place];
    first[place] = requests.next[slot];
    return pack(kWorkDone, place, slot);
  }

 public:
  Histogram latencies;
  std::uint64_t handled = 0;

  Simulation(std::uint64_t n, std::uint64_t seed) : random(seed), n(n) {}

  void run() {
    heap.push(interarrival(), pack(kArrival));
    heap.push(chain::kTickPeriod, pack(kTick));
    while (latencies.total() < n) {
      const double now = heap.topTime();
      const std::uint32_t event = heap.topPayload();
      const std::uint32_t place = event >> 2 & 63, slot = event >> 8;
      handled++;
      switch (Kind(event & 3)) {
        case kArrival: onArrival(now); break;
        case kHopDone: onHopDone(now, place, slot); break;
        case kWorkDone: onWorkDone(now, place, slot); break;
        case kTick:
          busy.tick(now);
          heap.replaceTop(now + chain::kTickPeriod, event);
          break;
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
  report({"cpp-tuned", "chain", n, seconds, latencies.mean(), latencies.quantile(0.99), simulation.handled});
}
