// What a person should know while the network is waited for, on standard error.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "retry.hpp"

namespace kindred::http {

// For one thread. Short waits are silent, and what was said of a host is not said again before it
// is over.
class Notices {
 public:
  // Somebody waits for `host` from now on; `advice` may be empty.
  void waiting(const std::string& host, Milliseconds wait, const std::string& why,
               const std::string& advice);
  void warn(const std::string& text);  // each text once

 private:
  std::map<std::string, std::chrono::steady_clock::time_point> said_until_;
  std::set<std::string> warned_;
};

}  // namespace kindred::http
