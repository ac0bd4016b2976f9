// A progress line on the terminal; silent anywhere else.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace kindred::run {

class Progress {
 public:
  // `total` in bytes of work. Draws on standard error, and only where that is a terminal.
  Progress(std::uint64_t total, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(const std::string& name, std::size_t pairs);
  // Bytes of work done since the last call, and whether a pair is finished.
  void advance(std::uint64_t bytes, bool pair_done);

 private:
  void draw();

  using Clock = std::chrono::steady_clock;
  bool drawn_ = false;
  bool wanted_;
  std::uint64_t total_, done_ = 0;
  std::string step_;
  std::size_t pairs_ = 0, pairs_done_ = 0;
  Clock::time_point began_ = Clock::now(), last_{};
};

}  // namespace kindred::run
