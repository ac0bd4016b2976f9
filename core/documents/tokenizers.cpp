#include "documents/tokenizers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <kindred/analysis/stats/spearman.hpp>

#include "documents/cells.hpp"
#include "models/tokenizer.hpp"

namespace kindred::documents {
namespace {

using models::Tokenizer;

// Merges compared rank by rank; the dispute's analysis took as many.
constexpr std::size_t kFirst = 1000;

double ratio(double part, double whole) { return whole > 0 ? part / whole : kNaN; }

struct Vocabularies {
  double common = 0, same_id = 0;
  double shift = kNaN, shift_tokens = 0;
};

Vocabularies compareIds(const Tokenizer& a, const Tokenizer& b) {
  Vocabularies found;
  std::unordered_map<double, double> shifts;
  for (const auto& [token, id_a] : a.ids) {
    const auto at = b.ids.find(token);
    if (at == b.ids.end()) continue;
    ++found.common;
    found.same_id += id_a == at->second;
    ++shifts[static_cast<double>(id_a) - static_cast<double>(at->second)];
  }
  for (const auto& [shift, count] : shifts) {
    // Of equally frequent ones the smallest, whatever the order of the map.
    const bool better =
        count > found.shift_tokens ||
        (count == found.shift_tokens &&
         std::pair(std::fabs(shift), shift) < std::pair(std::fabs(found.shift), found.shift));
    if (better) found.shift = shift;
    if (better) found.shift_tokens = count;
  }
  return found;
}

struct Merges {
  double common = kNaN, first = kNaN, agreement = kNaN;
};

Merges compareMerges(const Tokenizer& a, const Tokenizer& b) {
  Merges found;
  if (a.merges.empty() || b.merges.empty()) return found;
  std::unordered_map<std::string_view, std::size_t> ranks;  // a repeated merge acts at its first
  for (std::size_t i = 0; i < b.merges.size(); ++i) ranks.try_emplace(b.merges[i], i);
  std::unordered_set<std::string_view> seen;
  std::vector<double> in_a, in_b;
  for (std::size_t i = 0; i < a.merges.size(); ++i) {
    const auto at = ranks.find(a.merges[i]);
    if (at == ranks.end() || !seen.insert(a.merges[i]).second) continue;
    in_a.push_back(static_cast<double>(i));
    in_b.push_back(static_cast<double>(at->second));
  }
  found.common = static_cast<double>(in_a.size());
  if (in_a.size() > 1) found.agreement = stats::rankCorrelation(in_a, in_b);
  found.first = 0;
  for (std::size_t i = 0; i < std::min({kFirst, a.merges.size(), b.merges.size()}); ++i) {
    found.first += a.merges[i] == b.merges[i];
  }
  return found;
}

double commonAdded(const Tokenizer& a, const Tokenizer& b) {
  const std::unordered_set<std::string_view> in_a(a.added.begin(), a.added.end());
  const std::unordered_set<std::string_view> in_b(b.added.begin(), b.added.end());
  return static_cast<double>(std::count_if(
      in_a.begin(), in_a.end(), [&](std::string_view token) { return in_b.contains(token); }));
}

std::string share(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

constexpr const char* kTokenizersNote =
    "Tokens common to both are mostly pieces that any two vocabularies trained on web text share, "
    "and ids that differ by one constant come from reserved ids before them. Merges learned "
    "together agree from the first rank on.";

}  // namespace

Report compareTokenizers(const Document& doc_a, const Document& doc_b) {
  const Tokenizer a = models::tokenizerOf(doc_a.text, doc_a.place);
  const Tokenizer b = models::tokenizerOf(doc_b.text, doc_b.place);
  const Vocabularies ids = compareIds(a, b);
  const Merges merges = compareMerges(a, b);
  const auto size = [](const auto& list) { return static_cast<double>(list.size()); };
  const double tokens_a = size(a.ids), tokens_b = size(b.ids);
  const double merges_a = size(a.merges), merges_b = size(b.merges);

  Report report;
  const auto figure = [&](const char* name, double value) {
    report.figures.push_back({name, value, doc_a.model, doc_b.model});
    return value;
  };
  figure("common", ids.common);
  const double jaccard = figure("jaccard", ratio(ids.common, tokens_a + tokens_b - ids.common));
  const double share_a = figure("share_a", ratio(ids.common, tokens_a));
  const double share_b = figure("share_b", ratio(ids.common, tokens_b));
  figure("same_id", ids.same_id);
  figure("shift", ids.shift);
  figure("shift_tokens", ids.shift_tokens);
  figure("vocabulary_a", tokens_a);
  figure("vocabulary_b", tokens_b);
  figure("merges_common", merges.common);
  const double merges_share_a = figure("merges_share_a", ratio(merges.common, merges_a));
  const double merges_share_b = figure("merges_share_b", ratio(merges.common, merges_b));
  figure("first_merges", merges.first);
  figure("merge_rank_agreement", merges.agreement);
  figure("merges_a", merges_a);
  figure("merges_b", merges_b);

  const std::string first = fmt::format("of the first {} merges", kFirst);
  report.tables = {
      {"Tokenizers of " + doc_a.model + " and " + doc_b.model,
       {"what", doc_a.model, doc_b.model, "both"},
       {{"tokens", whole(tokens_a), whole(tokens_b), whole(ids.common)},
        {"common over all of it", share(share_a), share(share_b), share(jaccard)},
        {"common tokens with the same id", "", "", whole(ids.same_id)},
        {"common tokens with ids " + whole(ids.shift) + " apart", "", "", whole(ids.shift_tokens)},
        {"added tokens", whole(size(a.added)), whole(size(b.added)), whole(commonAdded(a, b))},
        {"merges", whole(merges_a), whole(merges_b), whole(merges.common)},
        {"common over all of it", share(merges_share_a), share(merges_share_b), ""},
        {first + " equal at their rank", "", "", whole(merges.first)},
        {"agreement of ranks (Spearman)", "", "", share(merges.agreement)}},
       kTokenizersNote}};
  return report;
}

}  // namespace kindred::documents
