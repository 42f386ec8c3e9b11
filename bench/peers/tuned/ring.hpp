// A queue in one array whose size is a power of two; it allocates only when it outgrows itself.
#pragma once
#include <cstddef>
#include <vector>

template <class T>
class Ring {
  std::vector<T> items_ = std::vector<T>(1024);
  std::size_t mask_ = 1023;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;

  [[gnu::noinline]] void grow() {
    std::vector<T> larger(2 * items_.size());
    for (std::size_t i = head_; i != tail_; i++) larger[i - head_] = items_[i & mask_];
    tail_ -= head_;
    head_ = 0;
    items_ = std::move(larger);
    mask_ = items_.size() - 1;
  }

 public:
  bool empty() const { return head_ == tail_; }
  const T& front() const { return items_[head_ & mask_]; }
  void drop() { head_++; }
  void push(const T& item) {
    if (tail_ - head_ > mask_) [[unlikely]] grow();
    items_[tail_++ & mask_] = item;
  }
};
