// Formats: how files become tensors. A format says of names of files which it reads, and makes a
// catalogue of the files of one model: plain values that say what stands where. It reads headers
// and decodes nothing.
//
// A format passes on what a header states. The host checks it, once for all formats: that spans
// lie inside their files, fit the shapes and overlap only where the format allows it, that names
// differ, that views stay inside their bytes. It also makes names and sentences safe to show. What
// is left to a format is its own syntax, which is as hostile as any file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/dtype.hpp>
#include <kindred/plugin.hpp>
#include <kindred/source.hpp>

namespace kindred {

// How much a file's name alone says. Where a folder holds a model in several formats, the one with
// the strongest claim is read.
enum class Claim : std::uint8_t {
  none,
  perhaps,    // by an ending that other kinds of files have as well: ".bin"
  probably,   // by an ending of the format's own: ".gguf"
  usual,      // by a name that programs look for: "pytorch_model.bin"
  preferred,  // what programs read where there is a choice: ".safetensors"
};

struct FileUse {
  Claim claim = Claim::none;
  // A JSON file whose "weight_map" says which tensor lies in which of the format's files.
  bool index = false;
  // By its name it is the model, or the model's index, whatever else lies beside it.
  bool whole = false;
};

struct FormatTraits {
  std::string title;  // "GGUF"
  std::string files;  // how its files are called: "*.gguf"
  // Whether files that no index and no numbering holds together may be one model, and words in
  // their names (fp16, consolidated, adapter) tell forms of one model apart, as on the Hub.
  bool hub_names = false;
  // How many bytes from the beginning of each file read() wants to be shown: the host reads those
  // of all files in one call.
  std::uint64_t beginning = 64;
};

struct FormatFile {
  std::string name;  // relative to the location
  File* file = nullptr;
  std::span<const std::byte> beginning;  // as many bytes as the traits ask for, or all there are
};

// Element (i, j, ...) stands at first + i * strides[0] + j * strides[1] + ..., in elements.
struct Strided {
  std::uint64_t first = 0;
  std::vector<std::uint64_t> strides;
};

struct CatalogueTensor {
  std::string name;  // as the Hub's layout of the model has it, where the format can tell
  std::string stored_name = {};  // as the file spells it; empty: the same
  DType dtype = DType::F32;
  // Codes in blocks with their scales, by the name of the block type: "Q4_K". Empty: elements of
  // `dtype`. The type must have a codec in the host.
  std::string block = {};
  std::vector<std::uint64_t> shape = {};  // the axis whose elements are neighbours comes last
  std::size_t file = 0;                   // index into what read() was given
  std::uint64_t offset = 0;  // of its first byte, counted from Catalogue::data_begins of its file
  // How many bytes belong to it. Not stated: as many as dtype and shape need. A view may need fewer
  // than its storage has, and must state these.
  std::optional<std::uint64_t> bytes = std::nullopt;
  std::optional<Strided> view = std::nullopt;  // nothing: row after row, as most formats have it
  // Rows of a head whose two halves are stored in turns: row c * n / 2 + i of a head of n rows is
  // stored as its row 2 i + c. 0: rows stand in order.
  std::uint64_t head_in_turns = 0;
};

// What tensors of one file may share.
enum class Spans : std::uint8_t {
  shared,   // any bytes: tied storages
  apart,    // none
  gapless,  // none, and every byte behind the header belongs to a tensor
};

struct Catalogue {
  std::vector<CatalogueTensor> tensors;         // in any order
  std::vector<std::uint64_t> data_begins = {};  // by file; empty: offsets count from its first byte
  Spans spans = Spans::apart;
  std::string config = {};  // what config.json would say, as JSON; empty: that file says it, if any
  std::vector<std::string> tokens = {};  // of the vocabulary, by number; empty: not held here
  std::vector<std::string> notes = {};   // sentences for people: what was left out, and why
};

// Fills all requests in one call, so that a remote source can merge and overlap them. Where many
// files are opened, ask for the same part of all of them at once.
using ReadTogether = std::function<void(std::span<const ReadRequest>)>;

// Has no state that changes. [any-thread]: all of it.
class KINDRED_EXPORT Format {
 public:
  virtual ~Format() = default;
  virtual FormatTraits traits() const = 0;
  // What a file of this name, in the model's own folder, is to the format.
  virtual FileUse use(std::string_view name) const = 0;
  // Whether a file that begins so is one of the format's: asked of files whose names say nothing.
  // `beginning` holds 64 bytes, or all there are.
  virtual bool begins(std::span<const std::byte> beginning) const = 0;
  // The catalogue of one model, of which these are all files, in natural order of their names. What
  // is no file of the format, is damaged, or holds what can't be passed on, is an Error whose place
  // is the file's.
  virtual Catalogue read(std::span<const FormatFile> files, const ReadTogether& read) const = 0;
};

}  // namespace kindred

// The second symbol tells the host that the library is a format before it opens it.
#define KINDRED_FORMAT(CLASS, NAME, VERSION, SUMMARY, ...)                         \
  KINDRED_PLUGIN(::kindred::Kind::format, ::kindred::Format, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)                               \
  extern "C" {                                                                     \
  KINDRED_EXPORT extern const char kindred_is_format;                              \
  const char kindred_is_format = 1;                                                \
  }
