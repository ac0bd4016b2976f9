#include "report/paint.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace kindred::report {

Paint Paint::forTerminal(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");  // no-color.org: present and not empty
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  const bool wanted = refused == nullptr || *refused == '\0';
  return Paint(wanted && !dumb && ::isatty(descriptor) == 1);
}

}  // namespace kindred::report
