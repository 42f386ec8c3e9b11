// g++ -O3 -march=native -std=c++20 -o build/ordinary-chain ordinary/chain.cpp
//
// Three services, each of which calls the next, and an autoscaler for each. A service has ten replicas with
// four workers and one queue. A worker is held for the service's own work, but a replica has a call in
// flight until its answer is there, that is until the last service is done.
#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "../common/chain.hpp"
#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "event.hpp"

enum Kind { kArrival, kHopDone, kWorkDone, kTick };

struct Request {
  double start;
  int service;
  std::array<int, chain::kServices> replicas{};  // that have it in flight, one of each service reached
};

struct Replica {
  int busy = 0;
  int inFlight = 0;  // calls not answered yet, whoever works on them
  std::deque<int> queue;
};

struct Service {
  std::vector<Replica> replicas{std::size_t(chain::kReplicas)};
  int busy = 0;
  double busySeconds = 0;  // since the last tick
  double lastChange = 0;
  int desired = chain::kReplicas;

  void changeBusy(double now, int by) {
    busySeconds += busy * (now - lastChange);
    lastChange = now;
    busy += by;
  }
};

class Simulation {
  std::mt19937_64 random;
  std::exponential_distribution<double> interarrival{chain::kArrivalRate};
  std::exponential_distribution<double> hop{1 / chain::kMeanHop};
  std::lognormal_distribution<double> work{chain::kWorkMu, chain::kWorkSigma};
  std::uniform_int_distribution<int> firstPick{0, chain::kReplicas - 1};
  std::uniform_int_distribution<int> secondPick{0, chain::kReplicas - 2};

  EventQueue events;
  std::vector<Service> services{std::size_t(chain::kServices)};
  std::vector<Request> requests;
  std::vector<int> freeRequests;
  std::uint64_t order = 0, arrived = 0, n;
  double now = 0;

  void schedule(double delay, Kind kind, int a = 0, int b = 0) {
    events.push({now + delay, order++, kind, a, b});
  }

  int newRequest() {
    if (freeRequests.empty()) {
      requests.push_back({now, 0});
      return int(requests.size()) - 1;
    }
    const int id = freeRequests.back();
    freeRequests.pop_back();
    requests[id] = {now, 0};
    return id;
  }

  int lessBusyOfTwo(const Service& service) {
    const int a = firstPick(random);
    int b = secondPick(random);
    if (b >= a) b++;
    return service.replicas[b].inFlight < service.replicas[a].inFlight ? b : a;
  }

  void onArrival() {
    schedule(hop(random), kHopDone, newRequest());
    if (++arrived < n) schedule(interarrival(random), kArrival);
  }

  void onHopDone(int id) {
    Request& request = requests[id];
    Service& service = services[request.service];
    const int place = lessBusyOfTwo(service);
    Replica& replica = service.replicas[place];
    replica.inFlight++;
    request.replicas[request.service] = place;
    if (replica.busy == chain::kCores) {
      replica.queue.push_back(id);
      return;
    }
    replica.busy++;
    service.changeBusy(now, +1);
    schedule(work(random), kWorkDone, id, place);
  }

  void onWorkDone(int id, int place) {
    Service& service = services[requests[id].service];
    Replica& replica = service.replicas[place];
    if (replica.queue.empty()) {
      replica.busy--;
      service.changeBusy(now, -1);
    } else {
      schedule(work(random), kWorkDone, replica.queue.front(), place);
      replica.queue.pop_front();
    }
    if (++requests[id].service < chain::kServices) {
      schedule(hop(random), kHopDone, id);
    } else {
      answer(id);
    }
  }

  // The last service's answer is the answer of all of them.
  void answer(int id) {
    const Request& request = requests[id];
    for (int s = 0; s < chain::kServices; s++) services[s].replicas[request.replicas[s]].inFlight--;
    latencies.record(now - request.start);
    freeRequests.push_back(id);
  }

  void onTick() {
    for (Service& service : services) {
      service.changeBusy(now, 0);
      service.desired = chain::desiredReplicas(service.desired, service.busySeconds);
      service.busySeconds = 0;
    }
    schedule(chain::kTickPeriod, kTick);
  }

 public:
  Histogram latencies;
  std::uint64_t handled = 0;

  Simulation(std::uint64_t n, std::uint64_t seed) : random(seed), n(n) {}

  void run() {
    schedule(interarrival(random), kArrival);
    schedule(chain::kTickPeriod, kTick);
    while (latencies.total() < n) {
      const Event event = events.top();
      events.pop();
      now = event.time;
      handled++;
      switch (event.kind) {
        case kArrival: onArrival(); break;
        case kHopDone: onHopDone(event.a); break;
        case kWorkDone: onWorkDone(event.a, event.b); break;
        case kTick: onTick(); break;
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
  report({"cpp-ordinary", "chain", n, seconds, latencies.mean(), latencies.quantile(0.99), simulation.handled});
}
