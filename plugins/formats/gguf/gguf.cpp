// GGUF files, as llama.cpp and its relatives read them, in the Hub's terms.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <kindred/format.hpp>

#include "header.hpp"
#include "layout.hpp"

namespace kindred::gguf {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostTokenBytes = 256 * kMiB;

// Files that are read as the parts of one model, each of which has a number and tensors of its own.
class Parts {
 public:
  explicit Parts(std::span<const FormatFile> files) : files_(files) {}

  // An Error where the header says that the file is another part, or holds what a part before does.
  void check(std::size_t index, const Header& header) {
    if (files_.size() < 2) return;
    const auto number = wholeNumberOf(header, "split.no"),
               count = wholeNumberOf(header, "split.count");
    if (number && *number != index) {
      refuse(index,
             fmt::format("it is read as part {} of the model, and by its header it is part {}",
                         index + 1, *number + 1));
    }
    if (count && *count != files_.size()) {
      refuse(index,
             fmt::format("it is read as one of {} parts of the model, and by its header it is "
                         "one of {}",
                         files_.size(), *count));
    }
    for (const CatalogueTensor& tensor : header.tensors) {
      const auto [first, fresh] = holder_.emplace(tensor.name, index);
      if (fresh) continue;
      refuse(index, fmt::format("tensor '{}' is also in '{}', another part of the model",
                                tensor.name, files_[first->second].name));
    }
  }

 private:
  [[noreturn]] void refuse(std::size_t index, const std::string& what) const {
    throw inputError(files_[index].file->place(), what,
                     "fetch this part again, or name one file to read it alone");
  }

  std::span<const FormatFile> files_;
  std::map<std::string, std::size_t> holder_;  // of each tensor: index of its file
};

class Gguf final : public Format {
 public:
  FormatTraits traits() const override { return {"GGUF", "*.gguf", false, kMiB}; }

  FileUse use(std::string_view name) const override {
    if (!name.ends_with(".gguf")) return {};
    // Vision towers lie beside their language models.
    return {name.starts_with("mmproj") ? Claim::perhaps : Claim::probably};
  }

  bool begins(std::span<const std::byte> beginning) const override {
    return beginsAsGguf(beginning);
  }

  Catalogue read(std::span<const FormatFile> files, const ReadTogether&) const override {
    Catalogue catalogue;
    Parts parts(files);
    std::vector<Header> headers;
    for (std::size_t i = 0; i < files.size(); ++i) {
      headers.push_back(readHeader(files[i], i));
      parts.check(i, headers.back());
      noteParts(headers.back(), files, catalogue);
    }
    // Of a split model the first part alone says of what architecture all of them are.
    const std::size_t telling = tellingPart(headers);
    Header whole{headers[telling].keys, {}, 0};
    for (const Header& header : headers) {
      whole.tensors.insert(whole.tensors.end(), header.tensors.begin(), header.tensors.end());
    }
    const Layout layout(*files[telling].file, whole);
    catalogue.config = layout.config();
    for (std::string& note : layout.notes()) catalogue.notes.push_back(std::move(note));
    catalogue.tokens =
        textsOf(*files[telling].file, whole, "tokenizer.ggml.tokens", kMostTokenBytes);
    for (const Header& header : headers) catalogue.data_begins.push_back(header.data_begin);
    std::set<std::string> names;
    for (const CatalogueTensor& stored : whole.tensors) {
      CatalogueTensor tensor = stored;
      tensor.head_in_turns = layout.rowsInTurns(stored.name);
      tensor.stored_name = stored.name;
      // Two of GGUF's names may stand for one of the Hub's, of different families.
      std::string name = layout.nameOf(stored.name);
      if (names.insert(name).second) tensor.name = std::move(name);
      catalogue.tensors.push_back(std::move(tensor));
    }
    return catalogue;
  }

 private:
  static std::size_t tellingPart(const std::vector<Header>& headers) {
    const auto found = std::find_if(headers.begin(), headers.end(), [](const Header& header) {
      return header.keys.contains("general.architecture");
    });
    return found == headers.end() ? 0 : static_cast<std::size_t>(found - headers.begin());
  }

  // A part under another name does not look like one.
  static void noteParts(const Header& header, std::span<const FormatFile> files,
                        Catalogue& catalogue) {
    const std::uint64_t parts = wholeNumberOf(header, "split.count").value_or(1);
    if (files.size() != 1 || parts <= 1) return;
    catalogue.notes.push_back(fmt::format(
        "its header says that it is one of {} parts of a model: no others are read", parts));
  }
};

}  // namespace
}  // namespace kindred::gguf

KINDRED_FORMAT(kindred::gguf::Gguf, "gguf", "1.0",
               "GGUF files, with names and arrangements as on the Hub")
