#include "matching.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace kindred::byte_hash {

namespace {

// A block that very many tensors have (zeros, padding) does not tell which of them belong together.
constexpr std::ptrdiff_t kCommon = 64;

class Matcher {
 public:
  Matcher(std::span<const Named> a, std::span<const Named> b)
      : a_(a), b_(b), taken_(b.size(), false) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (b[j].digest.empty()) continue;
      by_name_.emplace(b[j].name, j);
      by_content_[b[j].digest.content()].push_back(j);
      for (const BlockCounts::Entry& entry : b[j].digest.blocks().entries()) {
        blocks_.push_back({entry.hash, entry.count, j});
      }
    }
    std::sort(blocks_.begin(), blocks_.end(), [](const Block& x, const Block& y) {
      return x.hash != y.hash ? x.hash < y.hash : x.tensor < y.tensor;
    });
  }

  std::vector<Match> run() {
    std::vector<Match> matches;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      if (a_[i].digest.empty()) continue;
      std::optional<std::size_t> best = equalTo(i);
      if (!best) best = mostShared(i);
      const std::optional<std::size_t> namesake = sameName(i);
      if (best) matches.push_back(match(i, *best));
      if (namesake && namesake != best) matches.push_back(match(i, *namesake));
    }
    return matches;
  }

 private:
  struct Block {
    Hash hash;
    std::uint64_t count;
    std::size_t tensor;
  };

  Match match(std::size_t i, std::size_t j) const {
    const Digest& a = a_[i].digest;
    const Digest& b = b_[j].digest;
    const bool equal = a.content() == b.content();
    return {i, j, equal, equal ? 1.0 : shareFound(a.blocks(), b.blocks())};
  }

  std::optional<std::size_t> sameName(std::size_t i) const {
    const auto found = by_name_.find(a_[i].name);
    if (found == by_name_.end()) return std::nullopt;
    return found->second;
  }

  std::optional<std::size_t> equalTo(std::size_t i) {
    const auto found = by_content_.find(a_[i].digest.content());
    if (found == by_content_.end()) return std::nullopt;
    const std::vector<std::size_t>& equals = found->second;
    const auto named = std::find_if(equals.begin(), equals.end(),
                                    [&](std::size_t j) { return b_[j].name == a_[i].name; });
    auto chosen = named;
    if (chosen == equals.end()) {
      chosen =
          std::find_if(equals.begin(), equals.end(), [&](std::size_t j) { return !taken_[j]; });
    }
    if (chosen == equals.end()) chosen = equals.begin();
    taken_[*chosen] = true;
    return *chosen;
  }

  std::optional<std::size_t> mostShared(std::size_t i) const {
    std::map<std::size_t, std::uint64_t> shared;  // by index into b
    const auto byHash = [](const Block& x, const Hash& y) { return x.hash < y; };
    for (const BlockCounts::Entry& entry : a_[i].digest.blocks().entries()) {
      const auto first = std::lower_bound(blocks_.begin(), blocks_.end(), entry.hash, byHash);
      auto last = first;
      while (last != blocks_.end() && last->hash == entry.hash && last - first <= kCommon) ++last;
      if (last - first > kCommon) continue;
      for (auto block = first; block != last; ++block) {
        shared[block->tensor] += std::min(entry.count, block->count);
      }
    }
    std::optional<std::size_t> best;
    const std::optional<std::size_t> namesake = sameName(i);
    for (const auto& [tensor, count] : shared) {
      const bool tie = best && count == shared[*best] && tensor == namesake;
      if (!best || count > shared[*best] || tie) best = tensor;
    }
    return best;
  }

  std::span<const Named> a_;
  std::span<const Named> b_;
  std::vector<bool> taken_;
  std::map<std::string, std::size_t> by_name_;
  std::map<std::string, std::vector<std::size_t>> by_content_;
  std::vector<Block> blocks_;  // of all tensors of b, by hash
};

}  // namespace

std::vector<Match> matchByBytes(std::span<const Named> a, std::span<const Named> b) {
  return Matcher(a, b).run();
}

}  // namespace kindred::byte_hash
