#include <kindred/analysis/align/widened.hpp>

namespace kindred::align {

std::vector<Widened> waysOfWidening(std::size_t width) {
  std::vector<Widened> ways;
  for (const std::size_t times : {2, 3, 4}) {
    if (width < times || width % times != 0) continue;
    const std::string so_often = std::to_string(times) + " times";
    const std::size_t part = width / times;
    Widened& behind = ways.emplace_back();
    behind.what = "the stream stands " + so_often + ", copy behind copy";
    for (std::size_t c = 0; c + part < width; ++c) behind.neighbours.emplace_back(c, c + part);
    Widened& beside = ways.emplace_back();
    beside.what = "each coordinate stands " + so_often + ", side by side";
    for (std::size_t c = 0; c < width; ++c) {
      if ((c + 1) % times != 0) beside.neighbours.emplace_back(c, c + 1);
    }
  }
  return ways;
}

}  // namespace kindred::align
