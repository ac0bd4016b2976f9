#include "documents/licence.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "documents/paragraphs.hpp"
#include "documents/word_diff.hpp"
#include "words/names.hpp"

namespace kindred::documents {
namespace {

// A paragraph with so large a share of its words in common is the same one, changed.
constexpr double kAlike = 0.5;
constexpr std::size_t kShownBytes = 10'000;

enum class Found { nothing, same, elsewhere, filled_in, changed };

// What became of a paragraph of the standard text.
struct Fate {
  Found found = Found::nothing;
  std::size_t at = 0;  // the paragraph of the licence
};

// Words that both have over the mean of their numbers, from their longest common subsequence.
double likeness(const Paragraph& a, const Paragraph& b) {
  const auto common = commonSubsequence(a.folded, b.folded).size();
  return 2 * static_cast<double>(common) / static_cast<double>(a.folded.size() + b.folded.size());
}

// At least the above, and cheap: the order of the words is left out.
double mostLikeness(const std::unordered_map<std::string_view, int>& words, std::size_t count,
                    const Paragraph& other) {
  if (static_cast<double>(std::min(count, other.folded.size())) <
      kAlike / 2 * static_cast<double>(count + other.folded.size())) {
    return 0;
  }
  std::unordered_map<std::string_view, int> left = words;
  double common = 0;
  for (const std::string& word : other.folded) {
    const auto at = left.find(word);
    if (at != left.end() && at->second-- > 0) ++common;
  }
  return 2 * common / static_cast<double>(count + other.folded.size());
}

class Comparison {
 public:
  Comparison(std::vector<Paragraph> standard, std::vector<Paragraph> licence)
      : standard_(std::move(standard)),
        licence_(std::move(licence)),
        fates_(standard_.size()),
        taken_(licence_.size()) {
    matchInOrder();
    matchElsewhere();
    matchRegrouped();
    matchFilledIn();
    matchAlike();
    checkReferences();
  }

  const std::vector<Paragraph>& standard() const { return standard_; }
  const std::vector<Paragraph>& licence() const { return licence_; }
  const std::vector<Fate>& fates() const { return fates_; }
  bool taken(std::size_t paragraph) const { return taken_[paragraph]; }

 private:
  bool open(std::size_t standard) const { return fates_[standard].found == Found::nothing; }

  void match(std::size_t standard, std::size_t licence, Found found) {
    fates_[standard] = {found, licence};
    taken_[licence] = true;
  }

  void matchInOrder() {
    std::map<std::vector<std::string>, int> numbers;
    const auto numbered = [&](const std::vector<Paragraph>& list) {
      std::vector<int> keys;
      for (const Paragraph& p : list) {
        keys.push_back(
            numbers.try_emplace(p.masked, static_cast<int>(numbers.size())).first->second);
      }
      return keys;
    };
    const std::vector<int> a = numbered(standard_), b = numbered(licence_);
    for (const auto& [i, j] : commonSubsequence(a, b)) match(i, j, Found::same);
  }

  void matchElsewhere() {
    for (std::size_t i = 0; i < standard_.size(); ++i) {
      for (std::size_t j = 0; open(i) && j < licence_.size(); ++j) {
        if (!taken_[j] && standard_[i].masked == licence_[j].masked) match(i, j, Found::elsewhere);
      }
    }
  }

  // Paragraphs that were joined or parted: the same words in a row.
  void matchRegrouped() {
    for (std::size_t i = 0; i < standard_.size(); ++i) {
      for (std::size_t j = 0; open(i) && j < licence_.size(); ++j) {
        if (!taken_[j]) regroup(i, j);
      }
    }
  }

  void regroup(std::size_t first_i, std::size_t first_j) {
    std::size_t i = first_i, j = first_j;  // paragraphs under way
    std::size_t x = 0, y = 0;              // words of them done
    while (standard_[i].masked[x] == licence_[j].masked[y]) {
      const bool end_i = ++x == standard_[i].masked.size();
      const bool end_j = ++y == licence_[j].masked.size();
      if (end_i && end_j) {
        for (std::size_t k = first_i; k <= i; ++k) match(k, first_j, Found::same);
        for (std::size_t k = first_j; k <= j; ++k) taken_[k] = true;
        return;
      }
      if (end_i && (++i == standard_.size() || !open(i))) return;
      if (end_j && (++j == licence_.size() || taken_[j])) return;
      if (end_i) x = 0;
      if (end_j) y = 0;
    }
  }

  void matchFilledIn() {
    for (std::size_t i = 0; i < standard_.size(); ++i) {
      for (std::size_t j = 0; open(i) && j < licence_.size(); ++j) {
        if (!taken_[j] && fillsIn(standard_[i], licence_[j])) match(i, j, Found::filled_in);
      }
    }
  }

  // The most alike first.
  void matchAlike() {
    std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < standard_.size(); ++i) {
      if (!open(i)) continue;
      std::unordered_map<std::string_view, int> words;
      for (const std::string& word : standard_[i].folded) ++words[word];
      for (std::size_t j = 0; j < licence_.size(); ++j) {
        if (taken_[j]) continue;
        if (mostLikeness(words, standard_[i].folded.size(), licence_[j]) < kAlike) continue;
        const double alike = likeness(standard_[i], licence_[j]);
        if (alike >= kAlike) pairs.emplace_back(-alike, i, j);
      }
    }
    std::sort(pairs.begin(), pairs.end());
    for (const auto& [less, i, j] : pairs) {
      if (open(i) && !taken_[j]) match(i, j, Found::changed);
    }
  }

  // Where sections were renumbered, references to them must have followed.
  void checkReferences() {
    std::map<std::string, std::string> numbers;
    for (std::size_t i = 0; i < standard_.size(); ++i) {
      if (!open(i) && standard_[i].opens_section && licence_[fates_[i].at].opens_section) {
        numbers.emplace(standard_[i].section, licence_[fates_[i].at].section);
      }
    }
    for (std::size_t i = 0; i < standard_.size(); ++i) {
      if (fates_[i].found != Found::same && fates_[i].found != Found::elsewhere) continue;
      std::vector<std::string> moved = standard_[i].references;
      for (std::string& reference : moved) {
        const auto at = numbers.find(reference);
        if (at != numbers.end()) reference = at->second;
      }
      const std::vector<std::string>& there = licence_[fates_[i].at].references;
      const bool regrouped = standard_[i].masked != licence_[fates_[i].at].masked;
      if (regrouped || there == standard_[i].references || there == moved) continue;
      fates_[i].found = Found::changed;
    }
  }

  std::vector<Paragraph> standard_, licence_;
  std::vector<Fate> fates_;
  std::vector<bool> taken_;
};

// Paragraphs (by index, rising) as clauses: a numbered section with all that follows it in the same
// run, a heading with what it stands above, any other paragraph by itself.
std::vector<std::vector<std::size_t>> clausesOf(const std::vector<Paragraph>& text,
                                                const std::vector<std::size_t>& chosen) {
  std::vector<std::vector<std::size_t>> clauses;
  bool in_section = false, below_heading = false;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const Paragraph& paragraph = text[chosen[k]];
    const bool follows = k > 0 && chosen[k] == chosen[k - 1] + 1;
    const bool joins =
        follows &&
        (below_heading || (in_section && !paragraph.opens_section && !paragraph.is_heading));
    if (!joins) clauses.emplace_back();
    clauses.back().push_back(chosen[k]);
    in_section = paragraph.opens_section || (joins && in_section);
    below_heading = paragraph.is_heading;
  }
  return clauses;
}

// "4: You must give any other recipients ..."
std::string labelOf(const Paragraph& paragraph) {
  const std::string begin = paragraph.text(6) + (paragraph.shown.size() > 6 ? " ..." : "");
  return words::escapedText(paragraph.section.empty() ? begin : paragraph.section + ": " + begin);
}

std::string textOf(const std::vector<Paragraph>& text, const std::vector<std::size_t>& clause) {
  std::string out;
  for (const std::size_t i : clause) out += (out.empty() ? "" : " / ") + text[i].text();
  return words::escapedText(out, kShownBytes);
}

struct Row {
  std::size_t at = 0;     // of the licence's paragraphs the one at which it stands
  std::size_t order = 0;  // among those of the same place
  std::string clause, found, text;
};

class Table {
 public:
  explicit Table(const Comparison& comparison) : c_(comparison) {
    addStandard();
    addRemoved();
    addNew();
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& x, const Row& y) {
      return std::pair(x.at, x.order) < std::pair(y.at, y.order);
    });
  }

  // Those word for word as they were, or all others.
  std::vector<std::vector<std::string>> rows(bool unchanged) const {
    std::vector<std::vector<std::string>> list;
    for (const Row& row : rows_) {
      if (row.text.empty() == unchanged) list.push_back({row.clause, row.found, row.text});
    }
    return list;
  }
  double count(const std::string& found) const {
    return static_cast<double>(std::count_if(
        rows_.begin(), rows_.end(), [&](const Row& row) { return row.found.starts_with(found); }));
  }

 private:
  void addStandard() {
    for (std::size_t i = 0; i < c_.standard().size(); ++i) {
      const Paragraph& before = c_.standard()[i];
      const Fate& fate = c_.fates()[i];
      if (fate.found == Found::nothing) continue;
      const Paragraph& after = c_.licence()[fate.at];
      Row row{fate.at, i + 1, labelOf(before), "unchanged", ""};
      if (fate.found == Found::elsewhere) row.found = "unchanged, at another place";
      if (fate.found == Found::filled_in) {
        row.found = "unchanged, filled in";
        row.text = words::escapedText(after.text(), kShownBytes);
      }
      if (fate.found == Found::changed) {
        row.found = "changed";
        row.text = words::escapedText(
            wordDifference({before.folded, before.shown}, {after.folded, after.shown}),
            kShownBytes);
      }
      rows_.push_back(std::move(row));
    }
  }

  // Behind the paragraph that it followed.
  void addRemoved() {
    std::vector<std::size_t> removed;
    std::vector<std::size_t> behind(c_.standard().size());
    for (std::size_t i = 0; i < c_.standard().size(); ++i) {
      const bool gone = c_.fates()[i].found == Found::nothing;
      if (gone) removed.push_back(i);
      behind[i] = gone ? (i == 0 ? 0 : behind[i - 1]) : c_.fates()[i].at;
    }
    for (const auto& clause : clausesOf(c_.standard(), removed)) {
      const std::size_t first = clause.front();
      rows_.push_back({behind[first], first + 1, labelOf(c_.standard()[first]), "removed",
                       textOf(c_.standard(), clause)});
    }
  }

  void addNew() {
    std::vector<std::size_t> added;
    for (std::size_t j = 0; j < c_.licence().size(); ++j) {
      const Paragraph& paragraph = c_.licence()[j];
      if (c_.taken(j)) continue;
      if (isCopyrightLine(paragraph)) {
        rows_.push_back({j, 0, labelOf(paragraph), "copyright line", textOf(c_.licence(), {j})});
      } else {
        added.push_back(j);
      }
    }
    for (const auto& clause : clausesOf(c_.licence(), added)) {
      rows_.push_back({clause.front(), 0, labelOf(c_.licence()[clause.front()]), "added",
                       textOf(c_.licence(), clause)});
    }
  }

  const Comparison& c_;
  std::vector<Row> rows_;
};

constexpr const char* kLicenceNote =
    "[-gone-] {+new+}. Wrapping, numbering, capitals and quotation marks make no difference. A "
    "comparison of texts, not of what they mean in law.";

}  // namespace

Report compareLicence(const Document& licence, const Document& standard) {
  const Comparison comparison(paragraphsOf(standard.text, standard.place),
                              paragraphsOf(licence.text, licence.place));
  const Table table(comparison);
  Report report;
  for (const char* found : {"unchanged", "changed", "added", "removed"}) {
    report.figures.push_back({found, table.count(found), licence.model, "", licence.name});
  }
  const std::string title = "Licence of " + licence.model + " (" +
                            words::escapedText(licence.name) + ") beside " +
                            words::escapedText(standard.name);
  const std::vector<std::string> columns{"clause", "found", "text"};
  report.tables = {{title + ": differences", columns, table.rows(false), kLicenceNote},
                   {title + ": unchanged clauses", columns, table.rows(true), ""}};
  return report;
}

}  // namespace kindred::documents
