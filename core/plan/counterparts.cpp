#include "plan/counterparts.hpp"

namespace kindred::plan {

Counterparts::Counterparts(const Model& a, const Model& b)
    : a_(a), b_(b), by_role_(a.architecture != nullptr && b.architecture != nullptr) {
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

namespace {

std::string partPlace(const TensorInfo& info) {
  return info.role + ' ' + std::to_string(info.layer) + ' ' + std::to_string(info.expert);
}

bool isOfValues(const checkpoint::View& view) {
  return view.isRun() && checkpoint::shown(view.tensor->encoding) == checkpoint::Shown::values;
}

}  // namespace

std::vector<Counterparts::PartPair> Counterparts::parts(
    const checkpoint::Tensor& tensor_of_a) const {
  if (!by_role_ || of(tensor_of_a) != nullptr) return {};
  if (parts_of_b_.empty()) {
    for (const checkpoint::Tensor& tensor : b_.checkpoint.tensors()) {
      for (checkpoint::View& view : b_.architecture->partsOf(b_.checkpoint, tensor).views) {
        std::string place = partPlace(view.info);
        parts_of_b_.emplace(std::move(place), std::move(view));
      }
    }
  }
  std::vector<PartPair> pairs;
  for (checkpoint::View& view : a_.architecture->partsOf(a_.checkpoint, tensor_of_a).views) {
    const auto found = parts_of_b_.find(partPlace(view.info));
    if (found == parts_of_b_.end() || found->second.info.shape != view.info.shape) return {};
    pairs.push_back({std::move(view), found->second});
  }
  return pairs;
}

std::vector<PairIndex> counterparts(const Model& model_a, std::vector<Selected>& a,
                                    const Model& model_b, std::vector<Selected>& b) {
  const Counterparts places(model_a, model_b);
  std::map<const checkpoint::Tensor*, std::size_t> index;
  for (std::size_t j = 0; j < b.size(); ++j) index.emplace(b[j].view.tensor, j);
  std::vector<PairIndex> pairs;
  const std::size_t whole = a.size();
  for (std::size_t i = 0; i < whole; ++i) {
    const checkpoint::Tensor& tensor = *a[i].view.tensor;
    const auto found = index.find(places.of(tensor));
    if (found != index.end()) {
      const checkpoint::View &of_a = a[i].view, &of_b = b[found->second].view;
      const bool alike = of_a.info.shape == of_b.info.shape;
      if (alike && isOfValues(of_a) && isOfValues(of_b)) pairs.push_back({i, found->second});
      continue;
    }
    for (const auto& [part_a, part_b] : places.parts(tensor)) {
      if (!isOfValues(part_a) || !isOfValues(part_b) || !index.contains(part_b.tensor)) continue;
      pairs.push_back({a.size(), b.size()});
      a.push_back({part_a, partPlace(part_a.info), part_a.info.name});
      b.push_back({part_b, partPlace(part_b.info), part_b.info.name});
    }
  }
  return pairs;
}

}  // namespace kindred::plan
