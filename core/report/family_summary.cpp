#include "report/family_summary.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/text.hpp"
#include "report/wording.hpp"
#include "results/tree.hpp"

namespace kindred::report {
namespace {

constexpr std::size_t kVerdictColumns = 44;  // of a table's line, besides the two names
constexpr std::size_t kMostAlone = 40;       // models without relatives that have a line each
constexpr std::size_t kMostRelated = 200;    // pairs; report.html has all that are listed

bool isUndecided(const results::Family& family) {
  return family.models.size() == 1 && family.undecided > 0;
}

bool isAlone(const results::Family& family) {
  return family.models.size() == 1 && family.undecided == 0;
}

// Models without relatives: a line each, or all in one paragraph.
std::string aloneText(const std::vector<results::Family>& families, std::size_t width) {
  std::vector<std::string> models;
  for (const results::Family& family : families) {
    if (isAlone(family)) models.push_back(family.models.front());
  }
  if (models.size() > kMostAlone) {
    return hanging(fmt::format("alone ({}): {}", models.size(), fmt::join(models, ", ")), 0, 2,
                   width);
  }
  std::string text;
  for (const std::string& model : models) text += fmt::format("alone: {}\n", model);
  return text;
}

// Models of which nothing can be said yet, with the pairs that it would take.
std::string undecidedText(const std::vector<results::Family>& families, std::size_t width) {
  std::vector<std::string> models;
  for (const results::Family& family : families) {
    if (!isUndecided(family)) continue;
    models.push_back(fmt::format("{} ({})", family.models.front(), family.undecided));
  }
  if (models.empty()) return {};
  return hanging(
      fmt::format("undecided, with the number of pairs that were not run or not decided: "
                  "{}",
                  fmt::join(models, ", ")),
      0, 2, width);
}

std::string joinedText(const results::Family& family, std::size_t width) {
  if (family.joints.empty()) return {};
  std::string text = wrapped(
      fmt::format("Joined only through {}, as a merge joins two families: without {}, "
                  "nothing was found that ties together",
                  fmt::join(family.joints, ", "), family.joints.size() == 1 ? "it" : "them"),
      2, width);
  for (const auto& part : family.parts) {
    text += wrapped(fmt::format("- {}", fmt::join(part, ", ")), 4, width);
  }
  return text;
}

// The tree as text, and what each of its inner branches rests on.
std::string treeText(const results::Tree& tree, std::size_t width) {
  std::string text = "\n";
  if (!tree.nodes.empty()) {
    const std::string newick = fmt::format("  {}\n", tree.newick);  // which has no place to break
    text += newick.size() <= width ? newick : "  The tree stands in the report.\n";
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      if (std::isnan(tree.nodes[i].support)) continue;
      text += wrapped(
          fmt::format("{:.0f} % of draws of layers set apart: {}", 100 * tree.nodes[i].support,
                      fmt::join(results::setApart(tree.nodes, i), ", ")),
          2, width);
    }
    text += wrapped(
        fmt::format("Measured on {}, {} layers; paths along it miss {:.1f} % of the variance.",
                    tree.gauge, tree.layers, 100 * tree.misfit),
        2, width);
  }
  return text + wrapped(tree.note, 2, width);
}

std::string described(const results::Family& family, std::size_t number, std::size_t width) {
  std::string text = fmt::format("family {}:\n", number);
  for (const std::string& model : family.models) text += "  " + model + "\n";
  text += joinedText(family, width);
  for (const results::Tree& tree : family.trees) text += treeText(tree, width);
  return text;
}

// A table; where whole names would not fit into it, two lines a pair.
std::string pairsText(const TextTable& pairs, std::size_t width) {
  std::size_t longest = 0;
  for (const auto& row : pairs.rows) longest = std::max({longest, row[0].size(), row[1].size()});
  if (2 * longest + kVerdictColumns <= width) return tableText(pairs, pairs.rows.size(), width);
  std::string text;
  for (const auto& row : pairs.rows) {
    text += hanging(fmt::format("{} ~ {}", row[0], row[1]), 2, 2, width) +
            hanging(fmt::format("{}, log10 p {}", row[2], row[3]), 6, 2, width);
  }
  return text;
}

}  // namespace

std::string familySummary(const results::Report& report, std::size_t width) {
  const Answer said = answerOf(report);
  std::string text = wrapped(said.first, 0, width) + wrapped(said.second, 0, width);
  if (!report.why.empty()) text += wrapped(report.why, 0, width);  // whom it had to leave out
  text += "\n";
  std::size_t number = 0;
  for (const results::Family& family : report.families) {
    if (family.models.size() > 1) text += described(family, ++number, width);
  }
  text += aloneText(report.families, width);
  text += undecidedText(report.families, width);
  TextTable related{"", {"model", "model", "verdict", "log10 p"}, {}, ""};
  std::map<std::string, std::uint64_t> counts;  // an unverified verdict has a name of its own
  for (const results::Unlisted& some : report.unlisted) {
    counts[verdictName(some.klass)] += some.pairs;
  }
  for (const results::Pair& pair : report.pairs) {
    if (results::hasControl(report, pair)) continue;
    ++counts[verdictName(pair.verdict)];
    if (!evidence::isRelated(pair.verdict.klass)) continue;
    related.rows.push_back(
        {pair.a, pair.b, verdictName(pair.verdict),
         pair.verdict.log10_p < 0 ? fmt::format("{:.1f}", pair.verdict.log10_p) : "-"});
  }
  if (const std::size_t all = related.rows.size(); all > 0) {
    related.rows.resize(std::min(all, kMostRelated));
    text += "\n" + pairsText(related, width);
    if (all > kMostRelated) {
      text += fmt::format("and {} more pairs, which report.html lists\n", all - kMostRelated);
    }
  }
  std::vector<std::string> pairs;
  for (const auto& [verdict, count] : counts) pairs.push_back(fmt::format("{} {}", count, verdict));
  text += "\n" + wrapped(fmt::format("Pairs: {}.", fmt::join(pairs, ", ")), 0, width);
  if (!report.unlisted.empty()) text += wrapped(unlistedOf(report), 0, width);
  if (related.rows.empty()) return text;
  if (!report.complete) {
    text += wrapped(
        "This run was interrupted, and what was left counts as tested in vain: run it to its end "
        "before a p-value is quoted.",
        0, width);
  }
  return text +
         wrapped(
             fmt::format("log10 p: the p-value's power of ten, adjusted by {} over all pairs and "
                         "tests of this run, and of no other run: models that are screened "
                         "together belong in one.",
                         report.unlisted.empty() ? "Holm" : "Bonferroni"),
             0, width);
}

}  // namespace kindred::report
