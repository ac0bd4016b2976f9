#include "formats/index_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "words/json_walk.hpp"
#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

namespace json = words::json;
using models::Tensor;
using words::escaped;
using words::JsonPlace;
using words::naturalLess;
using words::PaddedText;

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

// "layers.*.up" of layers.3.up
std::string withoutNumbers(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (!words::isDigit(c)) {
      text += c;
    } else if (!text.ends_with('*')) {
      text += '*';
    }
  }
  return text;
}

// Walks index and tensors side by side: both are in natural order.
class IndexComparison {
 public:
  using Entry = IndexFile::Entry;

  IndexComparison(const IndexFile& index, std::vector<Tensor>& tensors)
      : index_(index), tensors_(tensors) {
    auto entry = index.entries.begin();
    std::vector<Tensor> kept;
    for (auto first = tensors.begin(); first != tensors.end();) {
      const auto last = std::find_if(first, tensors.end(),
                                     [&](const Tensor& t) { return t.name != first->name; });
      for (; entry != index.entries.end() && naturalLess(entry->tensor, first->name); ++entry) {
        missing_.push_back(&*entry);
      }
      const bool named = entry != index.entries.end() && entry->tensor == first->name;
      keep(first, last, named ? &*entry : nullptr, kept);
      if (named) ++entry;
      first = last;
    }
    for (; entry != index.entries.end(); ++entry) missing_.push_back(&*entry);
    tensors = std::move(kept);
  }

  IndexCheck result() const {
    refuseWhatIsNotWhole();
    IndexCheck check{missing_.empty() && unnamed_.empty(), {}};
    say(missing_, "in no shard although the index names {}", check);
    say(elsewhere_, "in another shard than the index says", check);
    say(unnamed_, "not in the index, and read all the same", check);
    say(doubled_, "in several shards; read is the one that the index names", check);
    return check;
  }

 private:
  using Tensors = std::vector<Tensor>::iterator;

  // One name's tensors: one, unless several shards hold it.
  void keep(Tensors first, Tensors last, const Entry* entry, std::vector<Tensor>& kept) {
    if (entry == nullptr) unnamed_.push_back(first->name);
    const auto meant = entry == nullptr ? last : std::find_if(first, last, [&](const Tensor& t) {
      return t.shard == entry->shard;
    });
    if (meant != last) {
      if (last - first > 1) doubled_.push_back(first->name);
      kept.push_back(std::move(*meant));
      return;
    }
    if (entry != nullptr) elsewhere_.push_back(first->name);
    kept.insert(kept.end(), std::make_move_iterator(first), std::make_move_iterator(last));
  }

  void refuseWhatIsNotWhole() const {
    std::unordered_set<std::string> kinds;
    for (const Tensor& tensor : tensors_) kinds.insert(withoutNumbers(tensor.name));
    for (const Entry* entry : missing_) {
      const bool most = 2 * missing_.size() > index_.entries.size();
      if (!most && !kinds.contains(withoutNumbers(entry->tensor))) continue;
      throw inputError(
          index_.place,
          fmt::format("the model is incomplete: tensor '{}' is said to be in '{}', but no shard "
                      "holds it{}",
                      escaped(entry->tensor), escaped(index_.shards[entry->shard]),
                      missing_.size() == 1
                          ? std::string()
                          : fmt::format("; {} tensors are missing", missing_.size())),
          kDisagree);
    }
  }

  static const std::string& nameOf(const Entry* entry) { return entry->tensor; }
  static const std::string& nameOf(const std::string& name) { return name; }

  template <class T>
  static void say(const std::vector<T>& tensors, const char* what, IndexCheck& check) {
    if (tensors.empty()) return;
    const bool one = tensors.size() == 1;
    const std::string first = fmt::format("tensor '{}'", escaped(nameOf(tensors.front())));
    const std::string subject =
        one ? first + " is" : fmt::format("{} tensors ({} first) are", tensors.size(), first);
    check.notes.push_back(subject + " " + fmt::format(fmt::runtime(what), one ? "it" : "them"));
  }

  const IndexFile& index_;
  const std::vector<Tensor>& tensors_;
  std::vector<const Entry*> missing_;
  std::vector<std::string> elsewhere_, unnamed_, doubled_;
};

}  // namespace

IndexFile parseIndex(const std::string& file, const PaddedText& text) {
  const JsonPlace place{file, "the index", "fetch it again, or remove it to read all shards"};
  json::parser parser;
  IndexReader reader(place);
  readObject(parser, text, place, [&](json::object& object) { reader.read(object); });
  return reader.finish();
}

IndexCheck checkAgainstIndex(const IndexFile& index, std::vector<Tensor>& tensors) {
  return IndexComparison(index, tensors).result();
}

}  // namespace kindred::formats
