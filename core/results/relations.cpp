#include "results/relations.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kindred::results {

Known knownBy(evidence::Class klass) {
  if (evidence::isRelated(klass)) return Known::related;
  return klass == evidence::Class::no_evidence ? Known::apart : Known::undecided;
}

Relations::Relations(std::vector<std::string> models)
    : models_(std::move(models)), known_(models_.size() * models_.size(), Known::unasked) {
  for (std::size_t i = 0; i < models_.size(); ++i) places_.emplace(models_[i], i);
}

std::vector<std::string> Relations::namesOf(const std::vector<std::size_t>& numbers) const {
  std::vector<std::string> names;
  for (const std::size_t i : numbers) names.push_back(models_[i]);
  std::sort(names.begin(), names.end());
  return names;
}

void Relations::set(std::size_t a, std::size_t b, Known known) {
  known_[a * models_.size() + b] = known_[b * models_.size() + a] = known;
}

void Relations::set(const std::string& a, const std::string& b, Known known) {
  const auto of_a = places_.find(a), of_b = places_.find(b);
  if (of_a != places_.end() && of_b != places_.end()) set(of_a->second, of_b->second, known);
}

std::vector<std::vector<std::size_t>> connected(const Relations& relations,
                                                const std::vector<std::size_t>& models,
                                                const std::vector<bool>& left_out) {
  std::vector<bool> seen = left_out;
  std::vector<std::vector<std::size_t>> groups;
  for (const std::size_t first : models) {
    if (seen[first]) continue;
    seen[first] = true;
    std::vector<std::size_t> group{first};
    for (std::size_t next = 0; next < group.size(); ++next) {
      for (const std::size_t other : models) {
        if (seen[other] || relations.of(group[next], other) != Known::related) continue;
        seen[other] = true;
        group.push_back(other);
      }
    }
    std::sort(group.begin(), group.end());
    groups.push_back(std::move(group));
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& x, const auto& y) { return x.size() > y.size(); });
  return groups;
}

std::vector<std::vector<std::size_t>> connected(const Relations& relations) {
  std::vector<std::size_t> all(relations.models().size());
  std::iota(all.begin(), all.end(), 0);
  return connected(relations, all, std::vector<bool>(all.size(), false));
}

}  // namespace kindred::results
