#include "run/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace kindred::run {

Progress::Progress(std::uint64_t total, bool wanted)
    : wanted_(wanted && ::isatty(STDERR_FILENO) == 1), total_(total) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::step(const std::string& name, std::size_t pairs) {
  step_ = name;
  pairs_ = pairs;
  pairs_done_ = 0;
}

void Progress::advance(std::uint64_t bytes, bool pair_done) {
  done_ += bytes;
  if (pair_done) ++pairs_done_;
  if (!wanted_) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  draw();
}

void Progress::draw() {
  const double share =
      total_ == 0 ? 1 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const double seconds = std::chrono::duration<double>(last_ - began_).count();
  const double left = share > 0.01 ? seconds * (1 - share) / share : -1;
  const std::string bar(static_cast<std::size_t>(share * 20), '#');
  std::fputs(fmt::format("\r[{:<20}] {:3.0f} %  {:.20}  {} of {} pairs  {:.1f} MB  {}\x1b[K", bar,
                         share * 100, step_, pairs_done_, pairs_, static_cast<double>(done_) / 1e6,
                         left < 0 ? std::string("-") : fmt::format("{:.0f} s left", left))
                 .c_str(),
             stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace kindred::run
