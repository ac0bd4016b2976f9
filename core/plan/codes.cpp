#include "plan/codes.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "words/names.hpp"

namespace kindred::plan {
namespace {

using models::Encoding;
using models::Tensor;

using Kind = std::pair<Encoding, DType>;

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
  return models::shown(tensor) == models::Shown::nothing &&
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
  std::map<Kind, Group> groups;
  std::uint64_t all = 0;
  for (const Tensor& tensor : model.checkpoint.tensors()) {
    all += tensor.bytes;
    if (isCode(tensor)) groups[{tensor.encoding, tensor.dtype}].add(tensor);
  }
  std::vector<LeftOut> list;
  for (const auto& [kind, group] : groups) {
    LeftOut left = entry(step, model.key, group);
    left.reason = fmt::format(
        "{}: not tested, {:.3g} % of the bytes of {}", models::whyNot(kind.first, kind.second),
        100.0 * static_cast<double>(group.bytes) / static_cast<double>(all), model.key);
    list.push_back(std::move(left));
  }
  return list;
}

std::vector<LeftOut> codesOf(const std::vector<PairIndex>& pairs, const std::vector<Selected>& a,
                             const std::vector<Selected>& b, const std::string& step) {
  std::map<std::pair<std::string, Kind>, Group> groups;
  std::set<const Tensor*> seen;
  for (const PairIndex& pair : pairs) {
    for (const Selected* selected : {&a[pair.a], &b[pair.b]}) {
      const Tensor& tensor = *selected->view.tensor;
      if (models::shown(tensor) == models::Shown::values) continue;
      if (!seen.insert(&tensor).second) continue;
      groups[{selected->view.info.model, {tensor.encoding, tensor.dtype}}].add(tensor);
    }
  }
  std::vector<LeftOut> list;
  for (const auto& [whose, group] : groups) {
    const auto& [model, kind] = whose;
    LeftOut left = entry(step, model, group);
    left.reason = fmt::format("{}: figures describe what is stored, and no test takes them",
                              models::whyNot(kind.first, kind.second));
    list.push_back(std::move(left));
  }
  return list;
}

}  // namespace kindred::plan
