// The heap of four children again, for events that move: each has a number of its own, `place_` says
// where that number lies, and an event's time is changed where it is, up or down.
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

#include "least-of-four.hpp"

class IndexedHeap {
  using Key = std::uint64_t;
  using Id = std::uint32_t;
  static constexpr Key kNever = ~Key(0);
  static constexpr std::size_t kRoot = 3;  // see heap4.hpp

  std::vector<Key> keys_;
  std::vector<Id> ids_;
  std::vector<std::uint32_t> place_;
  std::size_t end_ = kRoot;

  static std::size_t children(std::size_t i) { return 4 * i - 8; }
  static std::size_t parent(std::size_t i) { return (i >> 2) + 2; }

  void put(std::size_t i, Key key, Id id) {
    keys_[i] = key;
    ids_[i] = id;
    place_[id] = std::uint32_t(i);
  }

  void siftUp(std::size_t i, Key key, Id id) {
    while (i > kRoot) {
      const std::size_t p = parent(i);
      if (keys_[p] <= key) break;
      put(i, keys_[p], ids_[p]);
      i = p;
    }
    put(i, key, id);
  }

  void siftDown(std::size_t i, Key key, Id id) {
    for (;;) {
      const std::size_t c = children(i);
      if (c >= end_) break;
      Key leastKey;
      const std::size_t least = c + leastOfFour(keys_.data() + c, leastKey);
      if (key <= leastKey) break;
      put(i, leastKey, ids_[least]);
      i = least;
    }
    put(i, key, id);
  }

 public:
  // Numbers below `ids` may be used from here on.
  void reserve(std::size_t ids) {
    place_.resize(ids);
    ids_.resize(ids + 8);
    keys_.resize(ids + 8, kNever);
  }

  double topTime() const { return std::bit_cast<double>(keys_[kRoot]); }
  Id topId() const { return ids_[kRoot]; }

  void push(Id id, double time) { siftUp(end_++, std::bit_cast<Key>(time), id); }

  void moveTop(double time) { siftDown(kRoot, std::bit_cast<Key>(time), ids_[kRoot]); }

  void move(Id id, double time) {
    const std::size_t i = place_[id];
    const Key key = std::bit_cast<Key>(time);
    if (key < keys_[i]) {
      siftUp(i, key, id);
    } else {
      siftDown(i, key, id);
    }
  }

  void dropTop() {
    const std::size_t last = --end_;
    const Key key = keys_[last];
    keys_[last] = kNever;
    if (last > kRoot) siftDown(kRoot, key, ids_[last]);
  }
};
