// The requests in flight, as columns of a slot number, with the free slots on a stack. A slot's `next`
// links it into the queue of the replica where it waits, so a queue is two numbers and allocates nothing.
#pragma once
#include <cstdint>
#include <vector>

#include "in-flight.hpp"

using Slot = std::uint32_t;

class Requests {
  std::vector<Slot> free_;

 public:
  std::vector<double> start;
  std::vector<Slot> next;
  std::vector<Route> route;

  Slot add(double now) {
    if (free_.empty()) [[unlikely]] grow();
    const Slot slot = free_.back();
    free_.pop_back();
    start[slot] = now;
    return slot;
  }

  void remove(Slot slot) { free_.push_back(slot); }

 private:
  [[gnu::noinline]] void grow() {
    const Slot from = Slot(start.size());
    const Slot to = from ? 2 * from : 1024;
    start.resize(to);
    next.resize(to);
    route.resize(to);
    for (Slot slot = to; slot-- > from;) free_.push_back(slot);
  }
};
