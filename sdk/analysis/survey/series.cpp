#include <kindred/analysis/survey/series.hpp>

#include <algorithm>
#include <tuple>

#include <kindred/error.hpp>

namespace kindred::survey {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// The name with "{layer}" for the layer's number: the first part between dots that is the number,
// else the first run of digits that is (so that layer 2 of "h2.2.norm" is the second 2).
std::string patternOf(const TensorInfo& info) {
  if (info.layer < 0) return info.name;
  const std::string number = std::to_string(info.layer), &name = info.name;
  std::size_t found = std::string::npos;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t end = i;
    while (end < name.size() && isDigit(name[end])) ++end;
    if (name.compare(i, end - i, number) == 0) {
      const bool is_part =
          (i == 0 || name[i - 1] == '.') && (end == name.size() || name[end] == '.');
      if (is_part || found == std::string::npos) found = i;
      if (is_part) break;
    }
    i = std::max(end, i + 1);
  }
  if (found == std::string::npos) return name;
  return name.substr(0, found) + "{layer}" + name.substr(found + number.size());
}

bool same(const Series& a, const Series& b) {
  if (a.expert != b.expert) return false;
  return a.role.empty() || b.role.empty() ? a.pattern == b.pattern : a.role == b.role;
}

}  // namespace

std::vector<Series> seriesOf(const SurveyedModel& model) {
  std::vector<Series> all;
  std::map<std::pair<std::string, std::int64_t>, std::size_t> known;
  for (std::size_t i = 0; i < model.tensors().size(); ++i) {
    const TensorInfo& info = model.tensors()[i];
    Series fresh{info.role, patternOf(info), info.expert, {}};
    const auto [at, is_new] = known.try_emplace({fresh.kind(), info.expert}, all.size());
    if (is_new) all.push_back(std::move(fresh));
    all[at->second].tensors.emplace(info.layer, i);
  }
  return all;
}

std::vector<std::pair<Series, Series>> matched(const SurveyedModel& a, const SurveyedModel& b) {
  std::vector<Series> of_a = seriesOf(a), of_b = seriesOf(b);
  std::vector<std::pair<Series, Series>> found;
  if (of_a.size() == 1 && of_b.size() == 1) {
    found.emplace_back(std::move(of_a.front()), std::move(of_b.front()));
    return found;
  }
  for (const Series& one : of_a) {
    const auto other = std::find_if(of_b.begin(), of_b.end(),
                                    [&](const Series& series) { return same(one, series); });
    if (other != of_b.end()) found.emplace_back(one, *other);
  }
  return found;
}

std::vector<Meeting> meetings(const SurveyedModel& a, const SurveyedModel& b) {
  std::vector<Meeting> all;
  for (const auto& [of_a, of_b] : matched(a, b)) {
    for (const auto& [layer, tensor] : of_a.tensors) {
      const auto at = of_b.tensors.find(layer);
      if (at != of_b.tensors.end()) all.push_back({tensor, at->second, layer, of_a.kind()});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Meeting& x, const Meeting& y) { return x.layer < y.layer; });
  return all;
}

void needTwo(std::span<const SurveyedModel* const> models) {
  if (models.size() >= 2) return;
  throw inputError("", "it compares models, but the step names one", "compare: [A, B]");
}

}  // namespace kindred::survey
