#include "bench/marks.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace kindred::bench {

void writeBetweenMarks(const std::string& page, const std::string& name, const std::string& text) {
  const std::string file = KINDRED_SOURCE_DIR "/docs/" + page;
  std::ifstream in(file);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  const std::string begin = "<!-- " + name + " -->\n", end = "<!-- end of " + name + " -->";
  const std::size_t from = all.find(begin), to = all.find(end);
  if (from == std::string::npos || to == std::string::npos || to < from) {
    throw std::runtime_error(file + " has no marks of " + name);
  }
  std::ofstream(file) << all.substr(0, from + begin.size()) << text << all.substr(to);
}

}  // namespace kindred::bench
