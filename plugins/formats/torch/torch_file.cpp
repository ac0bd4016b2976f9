#include "torch_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include <kindred/header_stream.hpp>

#include "pickle.hpp"
#include "torch_state.hpp"
#include "zip_directory.hpp"

namespace kindred::torch {
namespace {

constexpr std::uint64_t kMostPickle = std::uint64_t{256} << 20;
constexpr std::string_view kData = "/data.pkl";
constexpr std::size_t kMagicBytes = 64;  // in which the first pickle of a stream ends

[[noreturn]] void refuse(
    const File& file, const std::string& what,
    const std::string& remedy = "fetch it again, or convert it to safetensors") {
  throw inputError(file.place(), what, remedy);
}

// ---- zip archives

class Archive {
 public:
  explicit Archive(File& file) : file_(file), entries_(readZipDirectory(file)) {}

  TorchFile read() {
    const std::string data = dataEntry();
    root_ = data.substr(0, data.size() - kData.size());
    checkKind();
    const ZipEntry& entry = entries_.at(data);
    if (entry.bytes > kMostPickle) refuse(file_, "the archive's data.pkl is too large to be read");
    const std::vector<std::byte> bytes = bytesAt(file_, dataOf(file_, data, entry), entry.bytes);
    Pickle pickle;
    try {
      pickle = readPickle(bytes, file_.place());
    } catch (const PickleCutOff&) {
      refuse(file_, "the archive's data.pkl ends before its STOP");
    }
    return readState(pickle, file_.place(), [&](const StorageId& id) { return storageOf(id); });
  }

 private:
  std::string dataEntry() const {
    std::string found;
    for (const auto& [name, entry] : entries_) {
      if (!name.ends_with(kData) || name.find('/') != name.size() - kData.size()) continue;
      if (!found.empty()) refuse(file_, "the archive holds two data.pkl");
      found = name;
    }
    if (found.empty()) {
      refuse(file_, "the archive holds no data.pkl: torch did not write it",
             "give a file of weights");
    }
    return found;
  }

  void checkKind() const {
    for (const auto& [name, entry] : entries_) {
      if (name == root_ + "/constants.pkl" || name.starts_with(root_ + "/code/")) {
        refuse(file_, "it is a TorchScript program, whose weights are not read",
               "save the model's state_dict");
      }
    }
    const auto order = entries_.find(root_ + "/byteorder");
    if (order == entries_.end() || order->second.bytes > 16) return;
    const std::vector<std::byte> bytes =
        bytesAt(file_, dataOf(file_, order->first, order->second), order->second.bytes);
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text != "little") {
      refuse(file_, "its numbers are big-endian", "save it on a machine of the usual byte order");
    }
  }

  StoragePlace storageOf(const StorageId& id) const {
    const std::string name = root_ + "/data/" + id.key;
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
      refuse(file_, fmt::format("the archive has no entry '{}'", name));
    }
    return {dataOf(file_, name, found->second), found->second.bytes};
  }

  File& file_;
  std::map<std::string, ZipEntry> entries_;
  std::string root_;
};

// ---- the stream of pickles that torch wrote before 1.6

constexpr std::string_view kStreamMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

class Stream {
 public:
  explicit Stream(File& file) : file_(file) {}

  TorchFile read() {
    const Pickle magic = next();
    if (!isMagic(magic)) refuse(file_, "it is no file of torch", "give a file of weights");
    const Pickle version = next(), system = next();
    if (version.at(version.root).integer != 1001) refuse(file_, "an unknown protocol of torch");
    checkByteOrder(system);
    const Pickle state = next();
    const Pickle keys = next();
    place(state, keys);
    return readState(state, file_.place(), [&](const StorageId& id) { return storageOf(id); });
  }

  static bool isMagic(const Pickle& pickle) {
    const PickleNode& node = pickle.at(pickle.root);
    return node.kind == PickleNode::Kind::integer && node.text == kStreamMagic;
  }

 private:
  // The pickle at hand, from as many bytes as it takes.
  Pickle next() {
    const std::uint64_t left = file_.size() - at_;
    for (std::uint64_t size = std::uint64_t{1} << 20;; size *= 8) {
      const std::uint64_t count = std::min({left, size, kMostPickle});
      try {
        const Pickle pickle = readPickle(bytesAt(file_, at_, count), file_.place());
        at_ += pickle.bytes;
        return pickle;
      } catch (const PickleCutOff&) {
        if (count == left) {
          refuse(file_, "the file ends before its description of the tensors does",
                 "fetch it again: it is cut off");
        }
        if (count == kMostPickle) refuse(file_, "its description of the tensors is too large");
      }
    }
  }

  void checkByteOrder(const Pickle& system) const {
    const PickleNode& root = system.at(system.root);
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const bool order = system.at(root.items[i]).text == "little_endian";
      if (order && system.at(root.items[i + 1]).integer == 0) {
        refuse(file_, "its numbers are big-endian", "save it on a machine of the usual byte order");
      }
    }
  }

  // Storages follow each other in the order of the keys, each behind its number of elements.
  void place(const Pickle& state, const Pickle& keys) {
    std::map<std::string, StorageId> ids;
    for (const PickleNode& node : state.nodes) {
      if (const auto id = storageId(state, node)) ids.emplace(id->key, *id);
    }
    const PickleNode& list = keys.at(keys.root);
    std::uint64_t at = at_;
    for (const NodeIndex index : list.items) {
      const std::string& key = keys.at(index).text;
      const auto found = ids.find(key);
      if (found == ids.end() || places_.contains(key)) {
        refuse(file_,
               fmt::format("it lists a storage '{}' that no tensor uses, or one twice", key));
      }
      const std::uint64_t size = bytesOf(found->second.dtype);
      const std::uint64_t left = file_.size() - std::min(at, file_.size());
      if (left < 8 || found->second.elements > (left - 8) / size) {
        refuse(file_, "its storages end beyond the file", "fetch it again: it is cut off");
      }
      checkCount(at, found->second.elements);
      places_[key] = {at + 8, found->second.elements * size};
      at += 8 + found->second.elements * size;
    }
  }

  void checkCount(std::uint64_t at, std::uint64_t elements) const {
    std::uint64_t stated = 0;
    file_.read(at, std::as_writable_bytes(std::span(&stated, 1)));
    if (stated != elements) refuse(file_, "a storage's length differs from what its tensors say");
  }

  StoragePlace storageOf(const StorageId& id) const {
    const auto found = places_.find(id.key);
    if (found == places_.end()) {
      refuse(file_, fmt::format("it has no storage '{}'", id.key));
    }
    return found->second;
  }

  File& file_;
  std::uint64_t at_ = 0;
  std::map<std::string, StoragePlace> places_;
};

bool beginsWith(std::span<const std::byte> beginning, std::string_view bytes) {
  return beginning.size() >= bytes.size() &&
         std::equal(bytes.begin(), bytes.end(), reinterpret_cast<const char*>(beginning.data()));
}

bool isArchive(std::span<const std::byte> beginning) { return beginsWith(beginning, "PK\x03\x04"); }

bool isStream(std::span<const std::byte> beginning, const std::string& place) {
  if (!beginsWith(beginning, "\x80")) return false;
  try {
    return Stream::isMagic(
        readPickle(beginning.first(std::min(beginning.size(), kMagicBytes)), place));
  } catch (const PickleCutOff&) {
    return false;
  } catch (const Error&) {
    return false;
  }
}

// The number that every stream begins with, as a pickle; or of an archive its first word.
bool isCutMagic(std::span<const std::byte> file) {
  constexpr std::string_view kStream("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15);
  constexpr std::string_view kArchive("PK\x03\x04", 4);
  const auto isPart = [&](std::string_view magic) {
    return file.size() < magic.size() && std::memcmp(file.data(), magic.data(), file.size()) == 0;
  };
  return isPart(kStream) || isPart(kArchive);
}

// What else is called .bin, by how it begins; empty: not known.
std::string otherFormat(std::span<const std::byte> beginning) {
  // A version, then the length and the name of what it specifies: "WhisperSpec".
  constexpr std::size_t kBefore = 6, kMostName = 64;
  if (beginning.size() < kBefore) return {};
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(beginning[i]); };
  const std::size_t length = byte(4) + 256 * byte(5);
  const bool versioned = byte(0) > 0 && byte(1) == 0 && byte(2) == 0 && byte(3) == 0;
  if (!versioned || length == 0 || length > kMostName || beginning.size() < kBefore + length) {
    return {};
  }
  const std::string_view name(reinterpret_cast<const char*>(beginning.data()) + kBefore, length);
  return name.substr(0, name.find('\0')).ends_with("Spec") ? "CTranslate2" : "";
}

}  // namespace

bool beginsAsTorch(std::span<const std::byte> beginning, const std::string& place) {
  return isArchive(beginning) || isStream(beginning, place);
}

TorchFile readTorchFile(const FormatFile& given) {
  File& file = *given.file;
  if (isArchive(given.beginning)) return Archive(file).read();
  if (isStream(given.beginning, file.place())) return Stream(file).read();
  if (!given.beginning.empty() && isCutMagic(given.beginning)) {
    refuse(file, "the file ends inside its first words", "fetch it again: it is cut off");
  }
  if (beginsWith(given.beginning, "\x80")) {
    refuse(file, "it is a plain pickle and not a file of torch",
           "save the weights with torch.save, or as safetensors");
  }
  if (const std::string whose = otherFormat(given.beginning); !whose.empty()) {
    refuse(file, "it is a file of " + whose + ", which is not read",
           "name the model that it was converted from");
  }
  refuse(file, "it is neither an archive nor a stream that torch writes");
}

}  // namespace kindred::torch
