#include "checkpoint/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "checkpoint/headers.hpp"
#include "checkpoint/index_file.hpp"
#include "checkpoint/json_walk.hpp"
#include "checkpoint/names.hpp"

namespace kindred::checkpoint {
namespace {

constexpr const char* kConfigName = "config.json";
// An index has about 100 bytes a tensor; the largest published ones have 25 MB.
constexpr std::uint64_t kMaxText = 256'000'000;

// Without an index: every safetensors file at the top of the folder, in natural order.
std::vector<std::string> looseShards(const std::string& model,
                                     const std::vector<std::string>& names) {
  std::vector<std::string> shards;
  for (const std::string& name : names) {
    const bool top = name.find('/') == std::string::npos;
    if (name.ends_with(".safetensors") && (top || names.size() == 1)) shards.push_back(name);
  }
  if (shards.empty()) {
    throw inputError(fmt::format("model '{}'", escaped(model)),
                     "there is no *.safetensors file in its folder",
                     "give the folder that holds model.safetensors, or the file itself");
  }
  std::sort(shards.begin(), shards.end(), naturalLess);
  return shards;
}

std::vector<Shard> openShards(Location& location, const std::vector<std::string>& names,
                              const std::vector<std::string>& there,
                              const std::optional<IndexFile>& index) {
  std::vector<Shard> shards;
  for (const std::string& name : names) {
    if (!contains(there, name)) {
      throw inputError(index->place,
                       fmt::format("the index names '{}', which is not there", escaped(name)),
                       "fetch the missing file");
    }
    shards.push_back({name, location.open(name), 0});
  }
  return shards;
}

}  // namespace

Checkpoint Checkpoint::open(std::string model, Source& source, Location& location) {
  const std::vector<std::string> names = location.list();
  Checkpoint result;
  result.model_ = std::move(model);

  std::vector<std::shared_ptr<File>> files;
  const bool has_index = contains(names, kIndexName), has_config = contains(names, kConfigName);
  if (has_index) files.push_back(location.open(kIndexName));
  if (has_config) files.push_back(location.open(kConfigName));
  const std::vector<PaddedText> texts = readTexts(source, files, kMaxText);
  if (has_config) {
    result.config_ = texts.back().text();
    result.config_place_ = files.back()->place();
  }

  std::optional<IndexFile> index;
  if (has_index) index = parseIndex(files.front()->place(), texts.front());
  result.shards_ =
      openShards(location, index ? index->shards : looseShards(result.model_, names), names, index);
  result.tensors_ = readHeaders(source, result.shards_);
  if (index) checkAgainstIndex(*index, result.tensors_);
  classify(result.tensors_, result.config_);
  return result;
}

const Tensor* Checkpoint::find(std::string_view name) const {
  const auto found = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                      [](const Tensor& tensor, std::string_view wanted) {
                                        return naturalLess(tensor.name, wanted);
                                      });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

View whole(const Checkpoint& checkpoint, const Tensor& tensor) {
  View view;
  view.tensor = &tensor;
  view.shard = &checkpoint.shards()[tensor.shard];
  view.info.model = checkpoint.model();
  view.info.name = tensor.name;
  view.info.dtype = tensor.dtype;
  view.info.shape = tensor.shape;
  view.info.elements = tensor.elements;
  return view;
}

}  // namespace kindred::checkpoint
