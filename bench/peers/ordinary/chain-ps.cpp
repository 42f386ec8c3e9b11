// g++ -O3 -march=native -std=c++20 -o build/ordinary-chain-ps ordinary/chain-ps.cpp
//
// The chain whose containers share their CPU. Each container has its own virtual time, which runs at
// the speed of one request, so a request leaves at a virtual time known when it comes. Its next
// departure is scheduled anew when it changes, and a departure of an older version is ignored. Only the
// requests that a container works on share its CPU; its calls in flight are all that have no answer yet.
#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "../common/chain.hpp"
#include "../common/histogram.hpp"
#include "../common/report.hpp"
#include "event.hpp"

enum Kind { kArrival, kHopDone, kDeparture, kTick };

struct Request {
  double start;
  int service;
  std::array<int, chain::kServices> containers{};  // that have it in flight, one of each service reached
};

struct Container {
  using Finish = std::pair<double, int>;  // virtual time, request
  std::priority_queue<Finish, std::vector<Finish>, std::greater<>> running;
  double virtualTime = 0;
  double lastChange = 0;
  int version = 0;
  int inFlight = 0;  // calls not answered yet, whoever works on them

  int atWork() const { return int(running.size()); }
  int busyCores() const { return std::min(atWork(), chain::kCores); }
  double speed() const { return atWork() <= chain::kCores ? 1 : double(chain::kCores) / atWork(); }
  void advance(double now) {
    if (!running.empty()) virtualTime += (now - lastChange) * speed();
    lastChange = now;
  }
};

struct Service {
  std::vector<Container> containers{std::size_t(chain::kReplicas)};
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
    return service.containers[b].inFlight < service.containers[a].inFlight ? b : a;
  }

  void scheduleDeparture(int place) {
    Container& container = services[place / chain::kReplicas].containers[place % chain::kReplicas];
    container.version++;
    if (container.running.empty()) return;
    const double left = container.running.top().first - container.virtualTime;
    schedule(std::max(0.0, left / container.speed()), kDeparture, place, container.version);
  }

  void onArrival() {
    schedule(hop(random), kHopDone, newRequest());
    if (++arrived < n) schedule(interarrival(random), kArrival);
  }

  void onHopDone(int id) {
    Request& request = requests[id];
    const int s = request.service;
    Service& service = services[s];
    const int place = lessBusyOfTwo(service);
    Container& container = service.containers[place];
    container.inFlight++;
    request.containers[s] = place;
    const int before = container.busyCores();
    container.advance(now);
    container.running.push({container.virtualTime + work(random), id});
    service.changeBusy(now, container.busyCores() - before);
    // With a core for everybody, only a new first one changes the time of the next departure.
    if (container.atWork() > chain::kCores || container.running.top().second == id) {
      scheduleDeparture(s * chain::kReplicas + place);
    }
  }

  void onDeparture(int place, int version) {
    Service& service = services[place / chain::kReplicas];
    Container& container = service.containers[place % chain::kReplicas];
    if (version != container.version) return;
    const int before = container.busyCores();
    container.advance(now);
    const int id = container.running.top().second;
    container.running.pop();
    service.changeBusy(now, container.busyCores() - before);
    scheduleDeparture(place);
    handled++;
    if (++requests[id].service < chain::kServices) {
      schedule(hop(random), kHopDone, id);
    } else {
      answer(id);
    }
  }

  // The last service's answer is the answer of all of them.
  void answer(int id) {
    const Request& request = requests[id];
    for (int s = 0; s < chain::kServices; s++) services[s].containers[request.containers[s]].inFlight--;
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
  std::uint64_t handled = 0;  // without the departures that were overtaken

  Simulation(std::uint64_t n, std::uint64_t seed) : random(seed), n(n) {}

  void run() {
    schedule(interarrival(random), kArrival);
    schedule(chain::kTickPeriod, kTick);
    while (latencies.total() < n) {
      const Event event = events.top();
      events.pop();
      now = event.time;
      switch (event.kind) {
        case kArrival: handled++; onArrival(); break;
        case kHopDone: handled++; onHopDone(event.a); break;
        case kDeparture: onDeparture(event.a, event.b); break;
        case kTick: handled++; onTick(); break;
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
  report({"cpp-ordinary", "chain-ps", n, seconds, latencies.mean(), latencies.quantile(0.99), simulation.handled});
}
