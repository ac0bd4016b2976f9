// A pair's alignment for tests that run side by side.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <kindred/alignment.hpp>

namespace kindred::align {

// The alignment that `make` gives, made when it is first asked for; asked by one thread at a time.
class OneAtATime final : public PairAlignment {
 public:
  explicit OneAtATime(std::function<std::unique_ptr<PairAlignment>()> make)
      : make_(std::move(make)) {}

  // [any-thread]
  const Alignment& blindTo(const GaugeUse& use) override {
    const std::lock_guard lock(mutex_);
    if (!alignment_) alignment_ = make_();
    return alignment_->blindTo(use);
  }

 private:
  std::function<std::unique_ptr<PairAlignment>()> make_;
  std::mutex mutex_;
  std::unique_ptr<PairAlignment> alignment_;
};

}  // namespace kindred::align
