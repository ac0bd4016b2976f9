#include "models/checkpoint.hpp"

#include <algorithm>

#include "words/names.hpp"

namespace kindred::models {

Shown shown(const Tensor& tensor) {
  return tensor.numbers ? Shown::values : shown(tensor.encoding);
}

const Tensor* Checkpoint::find(std::string_view name) const {
  const auto found = std::lower_bound(parts_.tensors.begin(), parts_.tensors.end(), name,
                                      [](const Tensor& tensor, std::string_view wanted) {
                                        return words::naturalLess(tensor.name, wanted);
                                      });
  return found != parts_.tensors.end() && found->name == name ? &*found : nullptr;
}

View whole(const Checkpoint& checkpoint, const Tensor& tensor) {
  if (!tensor.numbers) return stored(checkpoint, tensor);
  View view;
  view.tensor = &tensor;
  view.shard = &tensor.numbers->shard;
  view.info.model = checkpoint.model();
  view.info.name = tensor.name;
  view.info.dtype = DType::F32;
  view.info.shape = tensor.shape;
  view.info.elements = tensor.elements;
  if (!tensor.numbers->changed) view.info.codec = tensor.numbers->codec;  // no rounding made it
  return view;
}

View stored(const Checkpoint& checkpoint, const Tensor& tensor) {
  if (tensor.numbers && tensor.numbers->changed) return whole(checkpoint, tensor);
  View view;
  view.tensor = &tensor;
  view.shard = &checkpoint.shards()[tensor.shard];
  view.offset = tensor.offset;
  view.info.model = checkpoint.model();
  view.info.name = tensor.name;
  view.info.dtype = tensor.dtype;
  view.info.shape = tensor.numbers ? tensor.numbers->stored_shape : tensor.shape;
  view.info.elements = tensor.numbers ? tensor.numbers->stored_elements : tensor.elements;
  return view;
}

}  // namespace kindred::models
