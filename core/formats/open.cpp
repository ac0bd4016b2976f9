#include "formats/open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <kindred/error.hpp>

#include "formats/catalogue.hpp"
#include "formats/index_file.hpp"
#include "formats/meta_layout.hpp"
#include "formats/texts.hpp"
#include "formats/weight_files.hpp"
#include "models/adapter.hpp"
#include "words/impostor.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

using models::CheckpointParts;
using models::Shard;
using words::contains;
using words::escaped;

constexpr const char* kConfigName = "config.json";
constexpr const char* kAdapterConfigName = "adapter_config.json";
// An index has about 100 bytes a tensor; the largest published ones have 25 MB.
constexpr std::uint64_t kMaxText = 256'000'000;
constexpr std::uint64_t kMaxAdapterConfig = 16'000'000;
// The largest published models have some hundreds; of each, some KiB are held at once.
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

[[noreturn]] void refuseWithoutParams(const std::string& model,
                                      const std::vector<std::string>& slices) {
  throw inputError(
      fmt::format("model '{}'", escaped(model)),
      fmt::format("{} is missing, without which {} slices of each matrix ({}) can't be "
                  "put together",
                  kParamsName, slices.size(), listed(slices)),
      "fetch it from where the weights are from");
}

// As long as any note should be; names in it may be any.
constexpr std::size_t kLongestNote = 2000;
constexpr std::uint64_t kMostTokenBytes = std::uint64_t{256} << 20;
constexpr std::size_t kTold = 64;  // bytes from which a format tells a file as its own

std::vector<std::byte> beginningOf(File& file) {
  std::vector<std::byte> bytes(std::min<std::uint64_t>(file.size(), kTold));
  file.read(0, bytes);
  return bytes;
}

void checkTokens(const Catalogue& catalogue, const Shard& shard) {
  std::uint64_t bytes = 0;
  for (const std::string& token : catalogue.tokens) bytes += token.size() + sizeof(std::string);
  if (bytes <= kMostTokenBytes) return;
  throw inputError(shard.file->place(), "its vocabulary is too long to be held");
}

void refusePlaceholder(const Shard& shard, std::span<const std::byte> beginning) {
  const std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
  if (const auto other = words::pointerOrPage(text)) {
    throw inputError(shard.file->place(), other->what, other->remedy);
  }
}

// The catalogue of all files, whose beginnings are read in one call, checked.
void readTensors(Source& source, const UsableFormat& format, CheckpointParts& parts) {
  std::vector<std::vector<std::byte>> beginnings;
  std::vector<ReadRequest> requests;
  for (const Shard& shard : parts.shards) {
    beginnings.emplace_back(std::min(shard.file->size(), format.traits().beginning));
    requests.push_back({shard.file.get(), 0, beginnings.back()});
  }
  if (!requests.empty()) source.read(requests);
  for (std::size_t i = 0; i < beginnings.size(); ++i)
    refusePlaceholder(parts.shards[i], beginnings[i]);
  std::vector<FormatFile> files;
  for (std::size_t i = 0; i < parts.shards.size(); ++i) {
    files.push_back({parts.shards[i].name, parts.shards[i].file.get(), beginnings[i]});
  }
  Catalogue catalogue =
      format.read(files, [&](std::span<const ReadRequest> all) { source.read(all); });
  parts.tensors = checked(catalogue, parts.format, parts.shards);
  if (!parts.shards.empty()) checkTokens(catalogue, parts.shards.front());
  parts.tokens = std::move(catalogue.tokens);
  for (const std::string& note : catalogue.notes) {
    parts.notes.push_back(words::escapedText(note, kLongestNote));
  }
  if (catalogue.config.empty() || parts.shards.empty()) return;
  parts.config = std::move(catalogue.config);
  parts.config_place = parts.shards.front().file->place();
}

// Null: the tensors are a model's.
std::shared_ptr<const models::Adapter> adapterOf(Source& source, Files& files,
                                                 const std::vector<std::string>& names,
                                                 const CheckpointParts& parts, bool named) {
  const bool has_config = contains(names, kAdapterConfigName);
  if (!(named && has_config) && !models::isAdapter(parts.tensors, named)) return nullptr;
  models::AdapterTexts texts;
  texts.weights_place = parts.shards.front().file->place();
  if (has_config) {
    const std::shared_ptr<File> file = files.open(kAdapterConfigName);
    texts.config = readTexts(source, {file}, kMaxAdapterConfig).front().text();
    texts.config_place = file->place();
  }
  return std::make_shared<const models::Adapter>(models::readAdapter(parts.tensors, texts));
}

}  // namespace

CheckpointParts openStored(std::string model, Source& source, Location& location,
                           const Formats& formats) {
  const std::vector<std::string> names = location.list();
  CheckpointParts parts{std::move(model)};
  const auto note = [&](std::string sentence) {
    if (!sentence.empty()) parts.notes.push_back(std::move(sentence));
  };
  Files files(location);
  WeightFiles chosen = chooseWeights(
      {parts.model, names, location.chosen(),
       [&](const std::string& below) { return location.addressOf(below); }, location.unlisted(),
       [&](const std::string& name) { return beginningOf(*files.open(name)); }},
      formats);
  const UsableFormat& format = *chosen.format;
  parts.format = {format.name(), format.traits().title};
  parts.notes = std::move(chosen.notes);

  std::vector<std::shared_ptr<File>> wanted;
  const bool has_index = !chosen.index.empty();
  const bool slices = areSlices(chosen.shards), cut = slices && chosen.shards.size() > 1;
  // Slices can't be put together without it, whatever lies beside them.
  const bool consolidated =
      areConsolidated(has_index ? std::vector<std::string>{chosen.index} : chosen.shards);
  const bool has_params = contains(names, kParamsName) &&
                          (consolidated || cut || (slices && !contains(names, kConfigName)));
  const bool has_config = (consolidated || !has_params) && contains(names, kConfigName);
  if (cut && !has_params) refuseWithoutParams(parts.model, chosen.shards);
  if (has_index) wanted.push_back(files.open(chosen.index));
  if (has_config) wanted.push_back(files.open(kConfigName));
  if (has_params) wanted.push_back(files.open(kParamsName));
  const std::vector<std::string> probable =
      has_index ? probableShards(names, chosen.index, format) : chosen.shards;
  checkCount(parts.model, probable);
  if (source.remote()) files.openEarly(probable);
  if (chosen.adapter && contains(names, kAdapterConfigName)) {
    files.openEarly({kAdapterConfigName});
  }
  const std::vector<words::PaddedText> texts = readTexts(source, wanted, kMaxText);
  if (has_config) {
    const std::size_t at = has_index ? 1 : 0;
    parts.config = texts[at].text();
    parts.config_place = wanted[at]->place();
  }

  std::optional<IndexFile> index;
  if (has_index) {
    index = parseIndex(wanted.front()->place(), texts.front());
    checkCount(parts.model, index->shards);
    checkShardsAreThere(*index, names, location.unlisted());
    const std::string unnamed = unnamedShards(names, index->shards, format);
    parts.agrees_with_index = unnamed.empty();
    note(unnamed);
  }
  parts.shards = openShards(files, index ? index->shards : chosen.shards);
  readTensors(source, format, parts);
  if (index) {
    IndexCheck check = checkAgainstIndex(*index, parts.tensors);
    parts.agrees_with_index = parts.agrees_with_index && check.agrees;
    for (std::string& sentence : check.notes) note(std::move(sentence));
  }
  models::classify(parts.tensors, parts.config);
  if (has_params) layMetaOut(parts, texts.back(), wanted.back()->place(), cut);
  checkNames(parts.tensors, parts.shards);
  if (!parts.shards.empty()) {
    parts.adapter = adapterOf(source, files, names, parts, chosen.adapter);
  }
  return parts;
}

}  // namespace kindred::formats
