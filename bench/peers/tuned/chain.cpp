// g++ -O3 -march=native -std=c++20 -o build/tuned-chain tuned/chain.cpp
//
// Three services in tandem, each of ten replicas with four workers and one queue, and an autoscaler.
#include <cmath>
#include <cstdint>

#include "../common/chain.hpp"
#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "busy.hpp"
#include "heap4.hpp"
#include "requests.hpp"
#include "ziggurat.hpp"

enum Kind : std::uint32_t { kArrival, kHopDone, kWorkDone, kTick };

// An event fits in 32 bits: the kind in 2, the service or the replica in 6, the request in 24.
static std::uint32_t pack(Kind kind, std::uint32_t place = 0, Slot slot = 0) { return kind | place << 2 | slot << 8; }

class Simulation {
  Random random;
  Heap4<> heap;
  Requests requests;
  Busy busy;
  int inSystem[chain::kPlaces] = {};
  Slot first[chain::kPlaces] = {};  // of the queue, meaningful while more are in the system than cores
  Slot last[chain::kPlaces] = {};
  std::uint64_t arrived = 0, n;

  double hop() { return exponential(random) * chain::kMeanHop; }
  double interarrival() { return exponential(random) * (1 / chain::kArrivalRate); }
  double work() { return std::exp(mu + sigma * normal(random)); }
  const double mu = chain::kWorkMu, sigma = chain::kWorkSigma;

  std::uint32_t lessBusyOfTwo(std::uint32_t service) {
    std::uint32_t a, b;
    random.twoOf(chain::kReplicas, a, b);
    a += service * chain::kReplicas;
    b += service * chain::kReplicas;
    return inSystem[b] < inSystem[a] ? b : a;
  }

  void onArrival(double now) {
    heap.replaceTop(now + hop(), pack(kHopDone, 0, requests.add(now)));
    if (++arrived < n) heap.push(now + interarrival(), pack(kArrival));
  }

  void onHopDone(double now, std::uint32_t service, Slot slot) {
    const std::uint32_t place = lessBusyOfTwo(service);
    const int before = inSystem[place]++;
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
    const bool someoneWaits = --inSystem[place] >= chain::kCores;
    if (!someoneWaits) busy.end(int(service), now);
    if (service + 1 < chain::kServices) {
      heap.replaceTop(now + hop(), pack(kHopDone, service + 1, slot));
      if (someoneWaits) heap.push(now + work(), startNext(place));
    } else {
      latencies.record(now - requests.start[slot]);
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
