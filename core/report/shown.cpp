#include "report/shown.hpp"

#include "words/names.hpp"

namespace kindred::report {

std::string shown(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += words::escapedText(text.substr(0, end), std::string::npos);
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace kindred::report
