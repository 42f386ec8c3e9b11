// The numbers of the chain, and its autoscaler's rule, the same for every C++ program.
#pragma once
#include <algorithm>
#include <cmath>

namespace chain {

constexpr int kServices = 3;
constexpr int kReplicas = 10;                  // of each service
constexpr int kPlaces = kServices * kReplicas;  // all replicas, service by service
constexpr int kCores = 4;                      // workers, or cores, of each replica
constexpr double kArrivalRate = 2000;
constexpr double kMeanHop = 0.0005;
constexpr double kMeanWork = 0.010;
constexpr double kTickPeriod = 15;
constexpr double kTargetUtilisation = 0.5;
constexpr double kTolerance = 0.1;

// A log-normal of coefficient of variation 1 has sigma^2 = ln 2 and mu = ln mean - sigma^2 / 2.
inline const double kWorkSigma = std::sqrt(std::log(2.0));
inline const double kWorkMu = std::log(kMeanWork) - std::log(2.0) / 2;

// Variables rather than constants, so that no compiler may see that the answer is always ten.
inline int minReplicas = 10;
inline int maxReplicas = 10;

inline int desiredReplicas(int replicas, double busySeconds) {
  const double utilisation = busySeconds / (kTickPeriod * replicas * kCores);
  const double ratio = utilisation / kTargetUtilisation;
  const int desired = std::abs(ratio - 1) <= kTolerance ? replicas : int(std::ceil(replicas * ratio));
  return std::clamp(desired, minReplicas, maxReplicas);
}

}  // namespace chain
