// The calls that each replica has in flight, and the choice of a replica by them. A call is in flight until
// it is answered, which is for all services when the last one is done, so a request keeps its route.
#pragma once
#include <cstdint>

#include "../common/chain.hpp"
#include "random.hpp"

// The replica of each service that the request has reached.
struct Route {
  std::uint8_t places[chain::kServices];
};

class InFlight {
  int calls_[chain::kPlaces] = {};

 public:
  // Sends a request to the less busy of two replicas of a service.
  std::uint32_t send(Random& random, std::uint32_t service, Route& route) {
    std::uint32_t a, b;
    random.twoOf(chain::kReplicas, a, b);
    a += service * chain::kReplicas;
    b += service * chain::kReplicas;
    const std::uint32_t place = calls_[b] < calls_[a] ? b : a;
    calls_[place]++;
    route.places[service] = std::uint8_t(place);
    return place;
  }

  void answer(const Route& route) {
    for (const std::uint8_t place : route.places) calls_[place]--;
  }
};
