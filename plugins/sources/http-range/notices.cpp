#include "notices.hpp"

#include <cstdio>

namespace kindred::http {
namespace {

constexpr Milliseconds kShort(1000);

void say(const std::string& text) { std::fprintf(stderr, "kindred: %s\n", text.c_str()); }

}  // namespace

void Notices::waiting(const std::string& host, Milliseconds wait, const std::string& why,
                      const std::string& advice) {
  if (wait < kShort) return;
  const auto now = std::chrono::steady_clock::now();
  auto& until = said_until_[host];
  if (now + wait < until + kShort) return;
  until = now + wait;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  say("waiting " + std::to_string(seconds) + " s for " + host + ": " + why +
      (advice.empty() ? "" : " (" + advice + ")"));
}

void Notices::warn(const std::string& text) {
  if (warned_.insert(text).second) say("warning: " + text);
}

}  // namespace kindred::http
