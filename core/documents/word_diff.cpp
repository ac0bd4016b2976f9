#include "documents/word_diff.hpp"

namespace kindred::documents {
namespace {

constexpr std::size_t kAround = 6;  // words kept on each side of a difference

void append(std::string& out, std::string_view text) {
  if (!out.empty()) out += ' ';
  out += text;
}

// [first, last) of a text, between these marks.
void appendMarked(std::string& out, const char* open, const std::vector<std::string>& words,
                  std::size_t first, std::size_t last, const char* close) {
  if (first == last) return;
  std::string run;
  for (std::size_t i = first; i < last; ++i) append(run, words[i]);
  append(out, open + run + close);
}

// What both have, shortened where it is long; at the ends of the text only the near side is kept.
void appendCommon(std::string& out, const std::vector<std::string>& words, std::size_t first,
                  std::size_t last, bool at_begin, bool at_end) {
  const std::size_t head = at_begin ? 0 : kAround, tail = at_end ? 0 : kAround;
  if (last - first <= head + tail + 1) {
    appendMarked(out, "", words, first, last, "");
    return;
  }
  appendMarked(out, "", words, first, first + head, "");
  append(out, "...");
  appendMarked(out, "", words, last - tail, last, "");
}

}  // namespace

std::string wordDifference(const Words& before, const Words& after) {
  const auto common = commonSubsequence(before.compared, after.compared);
  std::string out;
  std::size_t i = 0, j = 0;  // up to here both are written
  for (std::size_t k = 0; k <= common.size();) {
    const auto [next_i, next_j] =
        k < common.size() ? common[k] : std::pair(before.shown.size(), after.shown.size());
    appendMarked(out, "[-", before.shown, i, next_i, "-]");
    appendMarked(out, "{+", after.shown, j, next_j, "+}");
    std::size_t run = 0;
    while (k + run < common.size() && common[k + run] == std::pair(next_i + run, next_j + run)) {
      ++run;
    }
    appendCommon(out, after.shown, next_j, next_j + run, next_i == 0 && next_j == 0,
                 next_i + run == before.shown.size() && next_j + run == after.shown.size());
    i = next_i + run;
    j = next_j + run;
    k += std::max<std::size_t>(run, 1);
  }
  return out;
}

}  // namespace kindred::documents
