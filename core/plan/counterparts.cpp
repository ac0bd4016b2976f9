#include "plan/counterparts.hpp"

namespace kindred::plan {
namespace {

// Neither complex, nor integers that may be too large for any float.
bool areNumbers(DType dtype) {
  return dtype != DType::C64 && dtype != DType::I64 && dtype != DType::U64;
}

}  // namespace

Counterparts::Counterparts(const Model& a, const Model& b)
    : a_(a), by_role_(a.architecture != nullptr && b.architecture != nullptr) {
  for (const checkpoint::Tensor& tensor : b.checkpoint.tensors()) {
    in_b_.emplace(placeOf(b, tensor.name), &tensor);
  }
}

std::string Counterparts::placeOf(const Model& model, const std::string& tensor) const {
  if (!by_role_) return tensor;
  const auto placement = model.architecture->placementOf(tensor);
  if (!placement) return tensor;
  return placement->role + ' ' + std::to_string(placement->layer) + ' ' +
         std::to_string(placement->expert);
}

const checkpoint::Tensor* Counterparts::of(const checkpoint::Tensor& tensor_of_a) const {
  const auto found = in_b_.find(placeOf(a_, tensor_of_a.name));
  return found == in_b_.end() ? nullptr : found->second;
}

std::vector<PairIndex> counterparts(const Model& model_a, const std::vector<Selected>& a,
                                    const Model& model_b, const std::vector<Selected>& b) {
  const Counterparts places(model_a, model_b);
  std::map<const checkpoint::Tensor*, std::size_t> index;
  for (std::size_t j = 0; j < b.size(); ++j) index.emplace(b[j].view.tensor, j);
  std::vector<PairIndex> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const checkpoint::Tensor* partner = places.of(*a[i].view.tensor);
    const auto found = index.find(partner);
    if (partner == nullptr || found == index.end()) continue;
    const TensorInfo& of_a = a[i].view.info;
    const TensorInfo& of_b = b[found->second].view.info;
    const bool numbers = areNumbers(of_a.dtype) && areNumbers(of_b.dtype);
    if (numbers && of_a.shape == of_b.shape) pairs.push_back({i, found->second});
  }
  return pairs;
}

}  // namespace kindred::plan
