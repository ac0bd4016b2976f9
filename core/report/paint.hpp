// Colours of a terminal, where they are wanted.
#pragma once

#include <string>

namespace kindred::report {

class Paint {
 public:
  Paint() = default;  // plain text
  // Where the descriptor is a terminal, unless NO_COLOR is set and not empty, or it is a dumb one.
  static Paint forTerminal(int descriptor);
  static Paint always() { return Paint(true); }

  std::string strong(const std::string& text) const { return in("1", text); }
  std::string warning(const std::string& text) const { return in("1;33", text); }

 private:
  explicit Paint(bool on) : on_(on) {}
  std::string in(const char* code, const std::string& text) const {
    return on_ ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
  bool on_ = false;
};

}  // namespace kindred::report
