// What corresponds to what in two models found to be related, and what lies between them. Describes
// and tests nothing.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "correspondence.hpp"
#include "difference.hpp"
#include "words.hpp"

namespace {

using kindred::MatrixTask;
using kindred::Place;
using kindred::TextTable;
namespace characterise = kindred::characterise;

std::string text(const Place& place) {
  std::string text = std::to_string(place.layer);
  if (place.shared) return text + " shared";
  return place.expert < 0 ? text : text + " expert " + std::to_string(place.expert);
}

TextTable summary(const MatrixTask& task, const std::vector<characterise::Statement>& statements) {
  TextTable table;
  const std::string &a = task.a.weights().model(), &b = task.b.weights().model();
  table.title = fmt::format("What corresponds in {} and {}", a, b);
  table.columns = {"part", "seen"};
  for (const auto& [what, seen] : statements) {
    table.rows.push_back({what, seen});
    table.note += (table.note.empty() ? "" : "; ") + seen;
  }
  if (!table.note.empty()) table.note += '.';
  return table;
}

TextTable mlps(const MatrixTask& task, const characterise::Correspondence& found) {
  TextTable table;
  const std::string &a = task.a.weights().model(), &b = task.b.weights().model();
  table.title = fmt::format("MLPs of {} and their counterparts in {}", b, a);
  table.columns = {"layer of " + b, "layer of " + a, "gate cosine",
                   "units matched", "units found",   "in place"};
  for (const characterise::MlpPair& pair : found.mlps) {
    table.rows.push_back(
        {text(pair.match->b), pair.any() ? text(pair.match->a) : "none",
         fmt::format("{:.3f}", pair.cosine), fmt::format("{} of {}", pair.matched, pair.units_b),
         fmt::format("{:.0f} %", pair.units_b == 0 ? 0.0
                                                   : 100.0 * static_cast<double>(pair.found) /
                                                         static_cast<double>(pair.units_b)),
         fmt::format("{:.0f} %", 100 * pair.in_place)});
  }
  table.note =
      "Mean cosine of gate rows matched one to one. Found: units whose own rows are clearly more "
      "alike than strangers' would be. None: the MLP as a whole is not.";
  return table;
}

TextTable heads(const MatrixTask& task, const characterise::Correspondence& found) {
  TextTable table;
  const std::string &a = task.a.weights().model(), &b = task.b.weights().model();
  table.title = fmt::format("Key-value heads of {} and their counterparts in {}", b, a);
  table.columns = {"layer of " + b, "layer of " + a, "heads"};
  for (const characterise::HeadMap& map : found.heads) {
    std::string order;
    for (std::size_t h = 0; h < map.a_of_b.size(); ++h) {
      order += fmt::format("{}{} <- {}", h == 0 ? "" : ", ", h,
                           map.a_of_b[h] < 0 ? "none" : std::to_string(map.a_of_b[h]));
    }
    table.rows.push_back(
        {std::to_string(map.layer_b), std::to_string(map.layer_a), map.real ? order : "none"});
  }
  table.note =
      "By the planes that rows of keys and values span. None: no more alike than strangers' would "
      "be.";
  return table;
}

TextTable differences(const MatrixTask& task, const std::vector<characterise::Difference>& list) {
  TextTable table;
  table.title = fmt::format("Difference of corresponding matrices of {} and {}",
                            task.a.weights().model(), task.b.weights().model());
  table.columns = {"role", "layers",       "relative size",  "rank of 95 %",
                   "of",   "in the first", "in the first 8", "rows rescaled"};
  for (const characterise::Difference& d : list) {
    table.rows.push_back({d.role, text(d.b) + " - " + text(d.a), fmt::format("{:.4f}", d.relative),
                          std::to_string(d.rank), std::to_string(d.full),
                          fmt::format("{:.0f} %", 100 * d.first),
                          fmt::format("{:.0f} %", 100 * d.first_eight), d.scaled ? "yes" : "no"});
  }
  table.note =
      "After rows were put in order and the residual stream turned. Rank: singular values that "
      "hold "
      "95 % of the difference's energy; few of many tell of a low-rank update.";
  return table;
}

class Characterise final : public kindred::MatrixTest {
 public:
  explicit Characterise(const kindred::Parameters& parameters)
      : most_(static_cast<std::size_t>(parameters.integer("mlps"))) {}

  std::vector<kindred::GaugeUse> uses() const override { return {}; }
  std::vector<kindred::Finding> run(const MatrixTask&) const override { return {}; }

  std::vector<TextTable> describe(const MatrixTask& task) const override {
    const characterise::Correspondence found = characterise::correspondenceOf(task);
    const auto list = characterise::differencesOf(task, found, most_);
    std::vector<TextTable> tables{summary(task, characterise::statements(task, found, list))};
    if (!found.mlps.empty()) tables.push_back(mlps(task, found));
    if (!found.heads.empty()) tables.push_back(heads(task, found));
    if (!list.empty()) tables.push_back(differences(task, list));
    return tables;
  }

 private:
  std::size_t most_;
};

}  // namespace

KINDRED_MATRIX_TEST(Characterise, "characterise", "1.0",
                    "What corresponds to what in related models, and what lies between them",
                    kindred::integer("mlps", "12", 1, 4096, "MLPs whose difference is decomposed"))
