// What a run is at, on a line of the terminal that is drawn anew twice a second; silent anywhere
// else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <thread>

namespace kindred::run {

// "tests of pairs, 12 of 190, about 40 s left of these, 61 s, in signs (2 of 5)".
class Progress {
 public:
  // Draws on standard error, and only where that is a terminal.
  explicit Progress(bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // The step of a recipe that the stages from here on belong to; `index` from 0.
  void step(const std::string& name, std::size_t index, std::size_t count);
  // What begins: so many units of work, whose cost, in any measure, comes to `cost`. No units: it
  // is not known how much there is. What takes no time is not announced.
  void stage(std::string what, std::size_t units = 0, std::uint64_t cost = 0);
  // Of the cost of the stage, and whether one of its units is finished. [any-thread]
  void advance(std::uint64_t cost, bool unit_done);
  // Nothing is under way until the next stage: others may write to the terminal.
  void rest();

  // The line at this moment, in so many columns: what stands last is left out first, down to a
  // whole clause or, of the first one, a whole word. Empty: nothing is under way.
  std::string text(std::size_t columns = std::numeric_limits<std::size_t>::max());

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  void erase();
  std::string line(Clock::time_point now) const;

  std::mutex mutex_;  // of all below
  std::string step_, what_;
  std::size_t units_ = 0, units_done_ = 0;
  std::uint64_t cost_ = 0, cost_done_ = 0;
  Clock::time_point began_ = Clock::now(), stage_began_ = began_;
  bool drawn_ = false, over_ = false;
  std::condition_variable ends_;
  std::thread thread_;
};

}  // namespace kindred::run
