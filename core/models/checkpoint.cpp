#include "models/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <kindred/error.hpp>

#include "models/headers.hpp"
#include "models/index_file.hpp"
#include "models/json_walk.hpp"
#include "models/names.hpp"
#include "models/weight_files.hpp"

namespace kindred::models {
namespace {

constexpr const char* kConfigName = "config.json";
// An index has about 100 bytes a tensor; the largest published ones have 25 MB.
constexpr std::uint64_t kMaxText = 256'000'000;
// The largest published models have some hundreds; of each, 64 KiB are held at once.
constexpr std::size_t kMostShards = 10'000;

// A location's files, each opened once.
class Files {
 public:
  explicit Files(Location& location) : location_(location) {}

  std::shared_ptr<File> open(const std::string& name) {
    std::shared_ptr<File>& file = files_[name];
    if (!file) file = location_.open(name);
    return file;
  }
  // Before it is known that they are needed: a remote source then fetches their beginnings while
  // others are waited for.
  void openEarly(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      try {
        open(name);
      } catch (const Error&) {
        return;  // said by open() where the file is needed
      }
    }
  }

 private:
  Location& location_;
  std::map<std::string, std::shared_ptr<File>> files_;
};

std::vector<Shard> openShards(Files& files, const std::vector<std::string>& names) {
  std::vector<Shard> shards;
  for (const std::string& name : names) shards.push_back({name, files.open(name), 0});
  return shards;
}

void checkCount(const std::string& model, const std::vector<std::string>& shards) {
  if (shards.size() <= kMostShards) return;
  throw inputError(fmt::format("model '{}'", escaped(model)),
                   fmt::format("its weights would be {} files, and no more than {} are read",
                               shards.size(), kMostShards),
                   "name one file or folder of it");
}

void checkShardsAreThere(const IndexFile& index, const std::vector<std::string>& names,
                         const std::string& unlisted) {
  const std::set<std::string, std::less<>> there(names.begin(), names.end());
  std::vector<std::string> gone;
  for (const std::string& shard : index.shards) {
    if (!there.contains(shard)) gone.push_back(shard);
  }
  if (gone.empty()) return;
  throw inputError(index.place,
                   fmt::format("the model is incomplete: the index names {}, which {} not there",
                               listed(gone), gone.size() == 1 ? "is" : "are"),
                   unlisted.empty() ? "fetch what is missing" : unlisted);
}

void sortByName(std::vector<Tensor>& tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const Tensor& a, const Tensor& b) {
    if (a.name != b.name) return naturalLess(a.name, b.name);
    return a.shard < b.shard;
  });
}

}  // namespace

Shown shown(const Tensor& tensor) {
  return tensor.numbers ? Shown::values : shown(tensor.encoding);
}

Checkpoint Checkpoint::open(std::string model, Source& source, Location& location,
                            const Readers& readers) {
  const std::vector<std::string> names = location.list();
  Checkpoint result;
  result.model_ = std::move(model);
  WeightFiles chosen = chooseWeights(
      {result.model_, names, location.chosen(),
       [&](const std::string& below) { return location.addressOf(below); }, location.unlisted()});
  result.notes_ = std::move(chosen.notes);

  Files files(location);
  std::vector<std::shared_ptr<File>> wanted;
  const bool has_index = !chosen.index.empty(), has_config = contains(names, kConfigName);
  if (has_index) wanted.push_back(files.open(chosen.index));
  if (has_config) wanted.push_back(files.open(kConfigName));
  const std::vector<std::string> probable =
      has_index ? probableShards(names, chosen.index) : chosen.shards;
  checkCount(result.model_, probable);
  if (source.remote()) files.openEarly(probable);
  const std::vector<PaddedText> texts = readTexts(source, wanted, kMaxText);
  if (has_config) {
    result.config_ = texts.back().text();
    result.config_place_ = wanted.back()->place();
  }

  std::optional<IndexFile> index;
  if (has_index) {
    index = parseIndex(wanted.front()->place(), texts.front());
    checkCount(result.model_, index->shards);
    checkShardsAreThere(*index, names, location.unlisted());
    const std::string unnamed = unnamedShards(names, index->shards);
    result.agrees_with_index_ = unnamed.empty();
    result.note(unnamed);
  }
  result.shards_ = openShards(files, index ? index->shards : chosen.shards);
  result.readTensors(source, chosen.format, readers);
  if (index) {
    IndexCheck check = checkAgainstIndex(*index, result.tensors_);
    result.agrees_with_index_ = result.agrees_with_index_ && check.agrees;
    for (std::string& note : check.notes) result.note(std::move(note));
  }
  checkNames(result.tensors_, result.shards_);
  classify(result.tensors_, result.config_);
  if (readers.decode) {
    readers.decode(source, result.shards_, result.config_, result.tensors_);
    sortByName(result.tensors_);
    checkNames(result.tensors_, result.shards_);
  }
  return result;
}

void Checkpoint::readTensors(Source& source, Format format, const Readers& readers) {
  format_ = format;
  if (format == Format::safetensors) {
    tensors_ = readHeaders(source, shards_);
    return;
  }
  const ReadCatalogue& read = format == Format::torch ? readers.torch : readers.gguf;
  if (!read) {
    throw inputError(shards_.front().file->place(), "files of this format are not read here",
                     "save it as safetensors");
  }
  Catalogue catalogue = read(shards_);
  tensors_ = std::move(catalogue.tensors);
  tokens_ = std::move(catalogue.tokens);
  for (std::string& sentence : catalogue.notes) note(std::move(sentence));
  if (!catalogue.config.empty()) {
    config_ = std::move(catalogue.config);
    config_place_ = shards_.front().file->place();
  }
  sortByName(tensors_);
}

void Checkpoint::note(std::string sentence) {
  if (!sentence.empty()) notes_.push_back(std::move(sentence));
}

const Tensor* Checkpoint::find(std::string_view name) const {
  const auto found = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                      [](const Tensor& tensor, std::string_view wanted) {
                                        return naturalLess(tensor.name, wanted);
                                      });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
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
  view.info.codec = tensor.numbers->codec;
  return view;
}

View stored(const Checkpoint& checkpoint, const Tensor& tensor) {
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
