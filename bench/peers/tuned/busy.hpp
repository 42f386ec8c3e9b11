// Busy seconds of each service. A core that begins at t and ends at u adds u - t, whatever lies
// between, so a change costs one addition, and the cores still busy are added when somebody asks.
#pragma once
#include "../common/chain.hpp"

class Busy {
  double ended_[chain::kServices] = {};  // ends less beginnings, so far
  int cores_[chain::kServices] = {};
  double lastRead_[chain::kServices] = {};
  int desired_[chain::kServices] = {chain::kReplicas, chain::kReplicas, chain::kReplicas};

 public:
  void begin(int service, double now) {
    ended_[service] -= now;
    cores_[service]++;
  }

  void end(int service, double now) {
    ended_[service] += now;
    cores_[service]--;
  }

  // The autoscaler's round over all services.
  void tick(double now) {
    for (int s = 0; s < chain::kServices; s++) {
      const double total = ended_[s] + cores_[s] * now;
      desired_[s] = chain::desiredReplicas(desired_[s], total - lastRead_[s]);
      lastRead_[s] = total;
    }
  }
};
