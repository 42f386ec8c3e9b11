// An event is a plain struct; the order number makes events of the same time leave as they came.
#pragma once
#include <cstdint>
#include <queue>
#include <vector>

struct Event {
  double time;
  std::uint64_t order;
  int kind, a, b;
};

struct Later {
  bool operator()(const Event& x, const Event& y) const {
    return x.time != y.time ? x.time > y.time : x.order > y.order;
  }
};

using EventQueue = std::priority_queue<Event, std::vector<Event>, Later>;
