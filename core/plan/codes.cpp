#include "plan/codes.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "models/missing_companions.hpp"
#include "words/names.hpp"

namespace kindred::plan {
namespace {

using models::Encoding;
using models::Tensor;

struct Group {
  const Tensor* first = nullptr;
  std::uint64_t tensors = 0, bytes = 0;

  void add(const Tensor& tensor) {
    if (first == nullptr) first = &tensor;
    ++tensors;
    bytes += tensor.bytes;
  }
};

// Without a decoder; scales and zero points are told with what they belong to.
bool isCode(const Tensor& tensor) {
  const bool shows = models::shown(tensor) != models::Shown::nothing;
  return (!shows || !models::missingCompanions(tensor).empty()) &&
         tensor.encoding != Encoding::companion && tensor.encoding != Encoding::part;
}

LeftOut entry(const std::string& step, const std::string& model, const Group& group) {
  LeftOut left;
  left.step = step;
  left.model_a = model;
  left.tensor_a = words::escaped(group.first->name);
  if (group.tensors > 1) left.tensor_a += fmt::format(" and {} more", group.tensors - 1);
  return left;
}

}  // namespace

std::vector<LeftOut> codesOf(const Model& model, const std::string& step) {
  std::map<std::string, Group> groups;  // by why not
  std::uint64_t all = 0;
  for (const Tensor& tensor : model.checkpoint.tensors()) {
    all += tensor.bytes;
    if (isCode(tensor)) groups[models::whyNotRead(tensor)].add(tensor);
  }
  std::vector<LeftOut> list;
  for (const auto& [why, group] : groups) {
    LeftOut left = entry(step, model.key, group);
    left.reason = fmt::format(
        "{}: {}, {:.3g} % of the bytes of {}", why,
        models::shown(*group.first) == models::Shown::nothing ? "not tested"
                                                              : "signs alone are tested",
        100.0 * static_cast<double>(group.bytes) / static_cast<double>(all), model.key);
    list.push_back(std::move(left));
  }
  return list;
}

std::vector<LeftOut> codesOf(const std::vector<PairIndex>& pairs, const std::vector<Selected>& a,
                             const std::vector<Selected>& b, const std::string& step) {
  std::map<std::pair<std::string, std::string>, Group> groups;  // by model and why not
  std::set<const Tensor*> seen;
  for (const PairIndex& pair : pairs) {
    for (const Selected* selected : {&a[pair.a], &b[pair.b]}) {
      const Tensor& tensor = *selected->view.tensor;
      if (models::shown(tensor) == models::Shown::values) continue;
      if (!seen.insert(&tensor).second) continue;
      groups[{selected->view.info.model, models::whyNotRead(tensor)}].add(tensor);
    }
  }
  std::vector<LeftOut> list;
  for (const auto& [whose, group] : groups) {
    const auto& [model, why] = whose;
    LeftOut left = entry(step, model, group);
    left.reason = fmt::format("{}: figures describe what is stored, and no test takes them", why);
    list.push_back(std::move(left));
  }
  return list;
}

}  // namespace kindred::plan
