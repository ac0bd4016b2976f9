#include "results/lineage.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "results/likeness.hpp"
#include "results/tree.hpp"

namespace kindred::results {
namespace {

const Model* modelNamed(const Report& report, const std::string& key) {
  const auto found = std::find_if(report.models.begin(), report.models.end(),
                                  [&](const Model& model) { return model.key == key; });
  return found == report.models.end() ? nullptr : &*found;
}

// The only one with the earliest date, where all have one.
std::string earliest(const Report& report, const std::vector<std::string>& models) {
  std::vector<std::pair<std::string, std::string>> dated;
  for (const std::string& key : models) {
    const Model* model = modelNamed(report, key);
    if (model == nullptr || model->date.empty()) return {};
    dated.emplace_back(model->date, key);
  }
  std::sort(dated.begin(), dated.end());
  return dated.size() > 1 && dated[0].first < dated[1].first ? dated[0].second : std::string();
}

std::vector<std::string> madeOf(const Report& report, const std::vector<std::string>& models) {
  std::vector<std::string> made;
  std::copy_if(models.begin(), models.end(), std::back_inserter(made), [&](const auto& key) {
    const Model* model = modelNamed(report, key);
    return model != nullptr && model->made != Made::unknown;
  });
  return made;
}

std::string noteOf(const Report& report, const Tree& tree) {
  std::string note =
      "Distances are -ln of the mean correlation of matched rows; support is the share of draws of "
      "layers that have a branch, and no probability of it. A merge of relatives has no place of "
      "its "
      "own in a tree.";
  if (tree.root.empty()) {
    note += " It has no root: weights don't say which came first.";
    if (!tree.made.empty()) {
      note += fmt::format(
          " Coded or with an adapter applied, as their files show, and so made of "
          "something earlier: {}.",
          fmt::join(tree.made, ", "));
    }
    return note;
  }
  note += fmt::format(" Its root is {}, whose date is the earliest of those given.", tree.root);
  if (std::find(tree.made.begin(), tree.made.end(), tree.root) != tree.made.end()) {
    note += fmt::format(
        " Yet its file shows that it was made of something earlier ({}): the date is "
        "that of a copy, or what it was made of is not among these.",
        name(modelNamed(report, tree.root)->made));
  }
  return note;
}

// Those that some test of the gauge ties to another of them; all, where none says so of any.
std::vector<std::string> tiedBy(const std::string& gauge, const Report& report,
                                const std::vector<std::string>& models) {
  const std::set<std::string> members(models.begin(), models.end());
  std::set<std::string> tied;
  for (const evidence::StepFinding& row : report.findings) {
    if (row.finding.gauge.name() != gauge) continue;
    if (!members.contains(row.model_a) || !members.contains(row.model_b)) continue;
    if (evidence::rejects(row.finding, row.log10_p_adjusted)) {
      tied.insert({row.model_a, row.model_b});
    }
  }
  if (tied.empty()) return models;
  std::vector<std::string> list;
  std::copy_if(models.begin(), models.end(), std::back_inserter(list),
               [&](const std::string& model) { return tied.contains(model); });
  return list;
}

std::vector<std::string> without(const std::vector<std::string>& all,
                                 const std::vector<std::string>& some) {
  std::vector<std::string> left;
  std::copy_if(all.begin(), all.end(), std::back_inserter(left), [&](const std::string& model) {
    return std::find(some.begin(), some.end(), model) == some.end();
  });
  return left;
}

}  // namespace

Tree lineageOf(const Report& report, const std::vector<std::string>& family) {
  Tree tree;
  tree.made = madeOf(report, family);
  if (family.size() > kMostInTree) {
    tree.note = fmt::format("No tree: more than {} models are related.", kMostInTree);
    return tree;
  }
  const Measured measured = measuredOf(report, {family.begin(), family.end()});
  const std::size_t pairs = family.size() * (family.size() - 1) / 2;
  const auto common = std::max_element(
      measured.begin(), measured.end(),
      [](const auto& x, const auto& y) { return x.second.size() < y.second.size(); });
  if (common == measured.end() || common->second.size() < pairs) {
    tree.note = "No tree: no one test said of every pair how alike its rows are.";
    return tree;
  }
  const std::vector<std::string> models = tiedBy(common->first, report, family);
  const std::vector<std::string> left_out = without(family, models);
  if (models.size() < kLeastInTree) {
    tree.note = fmt::format("No tree: on {} nothing ties {} to the others.", common->first,
                            fmt::join(left_out, ", "));
    return tree;
  }
  PairTable table(models.size());
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = i + 1; j < models.size(); ++j) {
      table.at(i, j) = likenessOf(*common->second.at(ordered(models[i], models[j])));
    }
  }
  Tree made = treeOf(models, table);
  made.gauge = common->first;
  made.made = std::move(tree.made);
  made.root = earliest(report, models);
  if (!made.root.empty()) made.newick = newickOf(made.nodes, made.root);
  made.note = noteOf(report, made);
  if (!left_out.empty()) {
    made.note += fmt::format(" Not in it, since on {} nothing ties them to the others: {}.",
                             made.gauge, fmt::join(left_out, ", "));
  }
  return made;
}

}  // namespace kindred::results
