#include "plan/counterparts.hpp"

namespace kindred::plan {
namespace {

using Places = std::map<std::string, const models::Tensor*>;

std::string placeOf(const Model& model, bool by_role, const std::string& tensor) {
  if (!by_role) return tensor;
  const auto placement = model.architecture->placementOf(tensor);
  if (!placement) return tensor;
  return placement->role + ' ' + std::to_string(placement->layer) + ' ' +
         std::to_string(placement->expert);
}

// Where several tensors claim one place (a model saved under two prefixes), each has its name.
Places placesIn(const Model& model, bool by_role) {
  std::map<std::string, std::size_t> claims;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    ++claims[placeOf(model, by_role, tensor.name)];
  }
  Places places;
  for (const models::Tensor& tensor : model.checkpoint.tensors()) {
    const std::string place = placeOf(model, by_role, tensor.name);
    places.emplace(claims[place] == 1 ? place : tensor.name, &tensor);
  }
  return places;
}

const models::Tensor* partnerIn(
    const std::map<const models::Tensor*, const models::Tensor*>& tensors,
    const models::Tensor& tensor) {
  const auto entry = tensors.find(&tensor);
  return entry == tensors.end() ? nullptr : entry->second;
}

}  // namespace

Counterparts::Counterparts(const Model& a, const Model& b)
    : a_(a), b_(b), by_role_(a.architecture != nullptr && b.architecture != nullptr) {
  const Places of_a = placesIn(a, by_role_), of_b = placesIn(b, by_role_);
  for (const auto& [place, tensor] : of_a) {
    const auto partner = of_b.find(place);
    if (partner == of_b.end()) continue;
    in_b_.emplace(tensor, partner->second);
    in_a_.emplace(partner->second, tensor);
  }
}

const models::Tensor* Counterparts::of(const models::Tensor& tensor_of_a) const {
  return partnerIn(in_b_, tensor_of_a);
}

const models::Tensor* Counterparts::ofB(const models::Tensor& tensor_of_b) const {
  return partnerIn(in_a_, tensor_of_b);
}

namespace {

std::string partPlace(const TensorInfo& info) {
  return info.role + ' ' + std::to_string(info.layer) + ' ' + std::to_string(info.expert);
}

bool isOfValues(const models::View& view) {
  return view.isRun() && models::shown(*view.tensor) == models::Shown::values;
}

}  // namespace

std::vector<Counterparts::PartPair> Counterparts::parts(const models::Tensor& tensor_of_a) const {
  if (!by_role_ || of(tensor_of_a) != nullptr) return {};
  if (parts_of_b_.empty()) {
    for (const models::Tensor& tensor : b_.checkpoint.tensors()) {
      for (models::View& view : b_.architecture->partsOf(b_.checkpoint, tensor).views) {
        std::string place = partPlace(view.info);
        parts_of_b_.emplace(std::move(place), std::move(view));
      }
    }
  }
  std::vector<PartPair> pairs;
  for (models::View& view : a_.architecture->partsOf(a_.checkpoint, tensor_of_a).views) {
    const auto found = parts_of_b_.find(partPlace(view.info));
    if (found == parts_of_b_.end() || found->second.info.shape != view.info.shape) return {};
    pairs.push_back({std::move(view), found->second});
  }
  return pairs;
}

std::vector<PairIndex> counterparts(const Model& model_a, std::vector<Selected>& a,
                                    const Model& model_b, std::vector<Selected>& b) {
  const Counterparts places(model_a, model_b);
  std::map<const models::Tensor*, std::size_t> index;
  for (std::size_t j = 0; j < b.size(); ++j) index.emplace(b[j].view.tensor, j);
  std::vector<PairIndex> pairs;
  const std::size_t whole = a.size();
  for (std::size_t i = 0; i < whole; ++i) {
    const models::Tensor& tensor = *a[i].view.tensor;
    const auto found = index.find(places.of(tensor));
    if (found != index.end()) {
      const models::View &of_a = a[i].view, &of_b = b[found->second].view;
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
