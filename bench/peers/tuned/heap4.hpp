// A heap of four children on two arrays, times and payloads. Times are not negative, so their bits
// compare as integers in the order of the numbers, and the least of four children is found without
// branches. Every place past the end holds the latest time there is, so no group is ever partial.
// Times are continuous in these models, so there is no order number to break ties.
#pragma once
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "least-of-four.hpp"

template <bool kPrefetch = false>
class Heap4 {
  using Key = std::uint64_t;
  static constexpr Key kNever = ~Key(0);
  // With the root at 3 the children of i begin at 4i - 8, a multiple of four: one aligned group.
  static constexpr std::size_t kRoot = 3;

  Key* keys_ = nullptr;
  std::uint32_t* payloads_ = nullptr;
  std::size_t end_ = kRoot;
  std::size_t capacity_ = 0;

  static std::size_t children(std::size_t i) { return 4 * i - 8; }
  static std::size_t parent(std::size_t i) { return (i >> 2) + 2; }

  [[gnu::noinline]] void grow(std::size_t capacity) {
    // A few places more than may be used, so that sizes are whole cache lines as aligned_alloc demands.
    auto* keys = static_cast<Key*>(std::aligned_alloc(64, (capacity + 8) * sizeof(Key)));
    auto* payloads = static_cast<std::uint32_t*>(std::aligned_alloc(64, (capacity + 16) * sizeof(std::uint32_t)));
    if (!keys || !payloads) throw std::bad_alloc();
    if (capacity_) {
      std::memcpy(keys, keys_, end_ * sizeof(Key));
      std::memcpy(payloads, payloads_, end_ * sizeof(std::uint32_t));
    }
    for (std::size_t i = end_; i < capacity + 8; i++) keys[i] = kNever;
    std::free(keys_);
    std::free(payloads_);
    keys_ = keys;
    payloads_ = payloads;
    capacity_ = capacity;
  }

  void siftUp(std::size_t i, Key key, std::uint32_t payload) {
    while (i > kRoot) {
      const std::size_t p = parent(i);
      if (keys_[p] <= key) break;
      keys_[i] = keys_[p];
      payloads_[i] = payloads_[p];
      i = p;
    }
    keys_[i] = key;
    payloads_[i] = payload;
  }

  void siftDown(Key key, std::uint32_t payload) {
    std::size_t i = kRoot;
    for (;;) {
      const std::size_t c = children(i);
      if (c >= end_) break;
      if constexpr (kPrefetch) {
        const std::size_t g = children(c);  // all sixteen grandchildren lie in two cache lines
        if (g < end_) {
          __builtin_prefetch(keys_ + g);
          __builtin_prefetch(keys_ + g + 8);
        }
      }
      Key leastKey;
      const std::size_t least = c + leastOfFour(keys_ + c, leastKey);
      if (key <= leastKey) break;
      keys_[i] = leastKey;
      payloads_[i] = payloads_[least];
      i = least;
    }
    keys_[i] = key;
    payloads_[i] = payload;
  }

 public:
  explicit Heap4(std::size_t capacity = 1024) { grow(capacity); }
  Heap4(const Heap4&) = delete;
  Heap4& operator=(const Heap4&) = delete;
  ~Heap4() {
    std::free(keys_);
    std::free(payloads_);
  }

  bool empty() const { return end_ == kRoot; }
  std::size_t size() const { return end_ - kRoot; }
  double topTime() const { return std::bit_cast<double>(keys_[kRoot]); }
  std::uint32_t topPayload() const { return payloads_[kRoot]; }

  void push(double time, std::uint32_t payload) {
    if (end_ == capacity_) [[unlikely]] grow(2 * capacity_);
    siftUp(end_++, std::bit_cast<Key>(time), payload);
  }

  // Cheaper than a drop and a push: most events schedule another one.
  void replaceTop(double time, std::uint32_t payload) { siftDown(std::bit_cast<Key>(time), payload); }

  void dropTop() {
    const std::size_t last = --end_;
    const Key key = keys_[last];
    const std::uint32_t payload = payloads_[last];
    keys_[last] = kNever;
    if (last > kRoot) siftDown(key, payload);
  }
};
