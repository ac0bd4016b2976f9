#include "report/coverage.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "checkpoint/component.hpp"
#include "checkpoint/names.hpp"

namespace kindred::report {
namespace {

std::string roleOf(const plan::Model& model, const std::string& tensor) {
  return model.architecture == nullptr ? "" : model.architecture->roleOf(tensor);
}

std::uint64_t understood(const plan::Model& model) {
  return static_cast<std::uint64_t>(std::count_if(
      model.checkpoint.tensors().begin(), model.checkpoint.tensors().end(),
      [&](const checkpoint::Tensor& tensor) { return !roleOf(model, tensor.name).empty(); }));
}

bool isConstant(const run::Results& results, const run::Observation& o) {
  for (const run::Note& note : results.notes) {
    if (note.step != o.step || note.tensor_a != o.tensor_a || note.tensor_b != o.tensor_b) continue;
    for (const auto& [name, text] : note.texts) {
      if (name == "constant") return true;
    }
  }
  return false;
}

}  // namespace

verdict::Coverage coverageOf(const plan::Model& a, const plan::Model& b,
                             const run::Results& results) {
  verdict::Coverage coverage;
  coverage.tensors_a = a.checkpoint.tensors().size();
  coverage.tensors_b = b.checkpoint.tensors().size();
  coverage.understood_a = understood(a);
  coverage.understood_b = understood(b);
  // By escaped name, as observations spell it: 2 equal, 1 equal and constant, 0 neither.
  std::map<std::string, int> equal;
  bool compared = false;
  for (const run::Observation& o : results.observations) {
    const bool in_order = o.model_a == a.key && o.model_b == b.key;
    const bool reversed = o.model_a == b.key && o.model_b == a.key;
    if (o.figure != "byte-hash" || (!in_order && !reversed)) continue;
    compared = true;
    if (o.value != 1) continue;
    equal[in_order ? o.tensor_a : o.tensor_b] = isConstant(results, o) ? 1 : 2;
  }
  if (!compared) return coverage;
  std::set<std::string> in_b;
  for (const checkpoint::Tensor& tensor : b.checkpoint.tensors()) in_b.insert(tensor.name);
  for (const checkpoint::Tensor& tensor : a.checkpoint.tensors()) {
    verdict::ComponentCount& count =
        coverage.components[checkpoint::componentOf(roleOf(a, tensor.name))];
    const auto found = equal.find(checkpoint::escaped(tensor.name));
    if (found != equal.end()) {
      ++(found->second == 2 ? count.equal : count.constant);
    } else {
      ++(in_b.contains(tensor.name) ? count.changed : count.absent);
    }
  }
  return coverage;
}

}  // namespace kindred::report
