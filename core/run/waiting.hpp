// A line on the terminal that says what is being waited for, and for how long; silent anywhere
// else.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace kindred::run {

// From a moment after it was made until it goes: what takes no time is not announced.
class Waiting {
 public:
  Waiting(std::string what, bool wanted);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void show();

  std::string what_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace kindred::run
