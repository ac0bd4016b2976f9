#include "run/waiting.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace kindred::run {

Waiting::Waiting(std::string what, bool wanted) : what_(std::move(what)) {
  if (wanted && ::isatty(STDERR_FILENO) == 1) thread_ = std::thread([this] { show(); });
}

Waiting::~Waiting() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void Waiting::show() {
  using namespace std::chrono_literals;
  std::unique_lock lock(mutex_);
  bool drawn = false;
  for (int tenths = 3; !over_.wait_for(lock, drawn ? 500ms : 300ms, [&] { return done_; });
       tenths += 5) {
    std::fputs(fmt::format("\r{}, {} s\x1b[K", what_, tenths / 10).c_str(), stderr);
    std::fflush(stderr);
    drawn = true;
  }
  if (drawn) std::fputs("\r\x1b[K", stderr);
}

}  // namespace kindred::run
