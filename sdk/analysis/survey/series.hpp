// The tensors that a survey sees, sorted out: what is of one kind across a model's layers, and what
// belongs together in two models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <kindred/survey.hpp>

namespace kindred::survey {

// Tensors of one role (or of one name but for the layer's number) and expert, by layer.
struct Series {
  std::string role;     // empty: not known
  std::string pattern;  // the name, "{layer}" in place of the number
  std::int64_t expert = -1;
  std::map<std::int64_t, std::size_t> tensors;  // by layer, as places in SurveyedModel::tensors()

  const std::string& kind() const { return role.empty() ? pattern : role; }
};

// In the order of their first tensors.
std::vector<Series> seriesOf(const SurveyedModel& model);

// Series of two models that belong together: of the same role (where one is not known: pattern) and
// expert; or the only ones of both models.
std::vector<std::pair<Series, Series>> matched(const SurveyedModel& a, const SurveyedModel& b);

// Tensors of matched series in the same layer, by layer.
struct Meeting {
  std::size_t a, b;  // places in tensors()
  std::int64_t layer;
  std::string kind;
};
std::vector<Meeting> meetings(const SurveyedModel& a, const SurveyedModel& b);

// Calls f(i, j) for every two models, i < j.
template <class F>
void forPairs(std::span<const SurveyedModel* const> models, F&& f) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = i + 1; j < models.size(); ++j) f(i, j);
  }
}

// Throws where there are fewer models than two.
void needTwo(std::span<const SurveyedModel* const> models);

}  // namespace kindred::survey
