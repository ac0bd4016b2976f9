#include "words/near.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace kindred::words {
namespace {

// Words longer than this are not compared letter by letter: a name from a hostile file must not
// cost quadratic time.
constexpr std::size_t kLongest = 256;

// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::vector<std::string> near(std::string_view word, const std::vector<std::string>& known,
                              std::size_t limit) {
  if (word.empty() || word.size() > kLongest) return {};
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& other : known) {
    if (other.size() > kLongest) continue;
    const bool begins = word.size() >= 3 && other.starts_with(word);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), other.size()) / 3);
    const std::size_t longer =
        std::max(word.size(), other.size()) - std::min(word.size(), other.size());
    if (!begins && longer > allowed) continue;  // each letter more is a slip
    const std::size_t slips = distance(word, other);
    const bool alike = slips <= allowed && slips < word.size();  // a letter in common
    if (begins || alike)
      found.emplace_back(begins ? std::min<std::size_t>(slips, 1) : slips, other);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  if (found.size() > limit) found.resize(limit);
  std::vector<std::string> words;
  for (auto& [slips, other] : found) words.push_back(std::move(other));
  return words;
}

std::string nearPath(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code problem;
  fs::path found;
  int corrections = 0;
  for (const fs::path& name : fs::path(path).lexically_normal()) {
    if (name.empty()) continue;  // behind a last separator
    if (fs::exists(found / name, problem)) {
      found /= name;
      continue;
    }
    if (++corrections > 3) return {};
    std::vector<std::string> known;
    for (fs::directory_iterator entry(found.empty() ? "." : found, problem), end;
         !problem && entry != end && known.size() < 10'000; entry.increment(problem)) {
      known.push_back(entry->path().filename().string());
    }
    std::sort(known.begin(), known.end());
    const std::vector<std::string> best = near(name.string(), known, 1);
    if (best.empty()) return {};
    found /= best.front();
  }
  return corrections == 0 ? std::string() : found.string();
}

}  // namespace kindred::words
