#include "checkpoint/index_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "checkpoint/json_walk.hpp"
#include "checkpoint/names.hpp"

namespace kindred::checkpoint {
namespace {

constexpr const char* kDisagree = "index and shards belong to different uploads; fetch both again";

// A file below the index's own folder: no empty, "." or ".." part, nothing absolute.
bool staysInside(std::string_view name) {
  if (name.find('\\') != std::string_view::npos || name.find('\0') != std::string_view::npos) {
    return false;
  }
  while (true) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

class IndexReader {
 public:
  explicit IndexReader(const JsonPlace& place) : place_(place) { index_.place = place.file; }

  void read(json::object& object) {
    bool has_map = false;
    for (json::field field : object) {
      const std::string_view key = field.unescaped_key();
      if (key != "weight_map") {
        walk(field.value(), place_);
      } else if (has_map) {
        throw place_.error("the index has two 'weight_map'");
      } else {
        has_map = true;
        readMap(field.value());
      }
    }
    if (!has_map) throw place_.error("the index has no 'weight_map'");
  }

  IndexFile finish() {
    sortShards();
    auto& entries = index_.entries;
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return naturalLess(a.tensor, b.tensor); });
    const auto twin =
        std::adjacent_find(entries.begin(), entries.end(),
                           [](const auto& a, const auto& b) { return a.tensor == b.tensor; });
    if (twin != entries.end()) {
      throw place_.error(
          fmt::format("the index has two entries for tensor '{}'", escaped(twin->tensor)));
    }
    return std::move(index_);
  }

 private:
  void readMap(json::value value) {
    for (json::field field : objectOf(value, place_, {{}, "weight_map"})) {
      const std::string_view tensor = field.unescaped_key();
      const std::string_view shard = textOf(field.value(), place_, {tensor, "shard"});
      const auto [known, fresh] = numbers_.try_emplace(std::string(shard), index_.shards.size());
      if (fresh) {
        if (!staysInside(shard)) {
          throw place_.error(
              fmt::format("tensor '{}' is said to be in '{}', which is no file of "
                          "this folder",
                          escaped(tensor), escaped(shard)));
        }
        index_.shards.emplace_back(shard);
      }
      index_.entries.push_back({std::string(tensor), known->second});
    }
  }

  void sortShards() {
    std::sort(index_.shards.begin(), index_.shards.end(), naturalLess);
    std::vector<std::size_t> rank(index_.shards.size());
    for (std::size_t i = 0; i < rank.size(); ++i) rank[numbers_.at(index_.shards[i])] = i;
    for (IndexFile::Entry& entry : index_.entries) entry.shard = rank[entry.shard];
  }

  const JsonPlace& place_;
  IndexFile index_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

}  // namespace

IndexFile parseIndex(const std::string& file, const PaddedText& text) {
  const JsonPlace place{file, "the index", "fetch it again, or remove it to read all shards"};
  json::parser parser;
  IndexReader reader(place);
  readObject(parser, text, place, [&](json::object& object) { reader.read(object); });
  return reader.finish();
}

void checkAgainstIndex(const IndexFile& index, const std::vector<Tensor>& tensors) {
  const auto shard = [&](std::size_t i) { return fmt::format("'{}'", escaped(index.shards[i])); };
  auto tensor = tensors.begin();
  for (const IndexFile::Entry& entry : index.entries) {
    if (tensor != tensors.end() && naturalLess(tensor->name, entry.tensor)) {
      break;  // said below
    }
    const bool there = tensor != tensors.end() && tensor->name == entry.tensor;
    if (!there || tensor->shard != entry.shard) {
      throw inputError(
          index.place,
          fmt::format(
              "tensor '{}' is said to be in {}, but {}", escaped(entry.tensor), shard(entry.shard),
              there ? "it is in " + shard(tensor->shard) : std::string("no shard holds it")),
          kDisagree);
    }
    ++tensor;
  }
  if (tensor != tensors.end()) {
    throw inputError(index.place,
                     fmt::format("tensor '{}' of {} is not in the index", escaped(tensor->name),
                                 shard(tensor->shard)),
                     kDisagree);
  }
}

}  // namespace kindred::checkpoint
