#include "run/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "run/interrupt.hpp"

namespace kindred::run {
namespace {

using Seconds = std::chrono::duration<double>;
using namespace std::chrono_literals;

// A remainder is guessed from what this much of a stage took, and no sooner.
constexpr double kEnough = 0.05;
constexpr Seconds kSoonest = 2s;

std::size_t columns() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string roughly(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 100 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.0f} h", seconds / 3600);
}

// Without what stands last, clause by clause; without the last words of the first one. A character
// is taken to be a byte.
std::string fitted(std::string line, std::size_t columns) {
  if (line.size() <= columns) return line;
  for (const char* before : {", ", " "}) {
    const std::size_t end = line.rfind(before, columns);
    if (end != std::string::npos && end > 0) return line.substr(0, end);
  }
  return line.substr(0, columns);
}

}  // namespace

Progress::Progress(bool wanted) {
  if (wanted && ::isatty(STDERR_FILENO) == 1) thread_ = std::thread([this] { draw(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ends_.notify_one();
  thread_.join();
}

void Progress::step(const std::string& name, std::size_t index, std::size_t count) {
  const std::lock_guard lock(mutex_);
  step_ = ", in " + name + (count < 2 ? "" : fmt::format(" ({} of {})", index + 1, count));
}

void Progress::stage(std::string what, std::size_t units, std::uint64_t cost) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  units_ = units;
  cost_ = cost;
  units_done_ = 0;
  cost_done_ = 0;
  stage_began_ = Clock::now();
}

void Progress::advance(std::uint64_t cost, bool unit_done) {
  const std::lock_guard lock(mutex_);
  cost_done_ += cost;
  if (unit_done) ++units_done_;
}

void Progress::rest() {
  const std::lock_guard lock(mutex_);
  what_.clear();
  step_.clear();
  erase();
}

std::string Progress::text(std::size_t columns) {
  const std::lock_guard lock(mutex_);
  return fitted(line(Clock::now()), columns);
}

std::string Progress::line(Clock::time_point now) const {
  if (what_.empty()) return {};
  std::string text = what_;
  if (units_ > 1) text += fmt::format(", {} of {}", std::min(units_done_, units_), units_);
  const double share = cost_ > 0    ? static_cast<double>(cost_done_) / static_cast<double>(cost_)
                       : units_ > 0 ? static_cast<double>(units_done_) / static_cast<double>(units_)
                                    : 0;
  const Seconds spent = now - stage_began_;
  if (share >= kEnough && share < 1 && spent >= kSoonest) {
    text += fmt::format(", about {} left of {}", roughly(spent.count() * (1 - share) / share),
                        units_ > 1 ? "these" : "this");
  }
  return text + ", " + roughly(Seconds(now - began_).count()) + step_;
}

void Progress::draw() {
  std::unique_lock lock(mutex_);
  while (!ends_.wait_for(lock, drawn_ ? 500ms : 100ms, [&] { return over_; })) {
    // What is said of an interruption stays.
    if (interrupted()) drawn_ = false;
    const Clock::time_point now = Clock::now();
    if (interrupted() || now - stage_began_ < (drawn_ ? 0ms : 200ms)) continue;
    const std::string text = fitted(line(now), columns() - 1);
    if (text.empty()) continue;
    std::fputs(fmt::format("\r{}\x1b[K", text).c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
  }
  erase();
}

void Progress::erase() {
  if (std::exchange(drawn_, false)) std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace kindred::run
