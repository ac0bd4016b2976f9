// A checkpoint: one model's tensors, found without reading their data.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/source.hpp>
#include <kindred/tensor.hpp>

#include "models/decoded.hpp"
#include "models/encoding.hpp"
#include "models/weight_files.hpp"

namespace kindred::models {

struct Numbers;

// What stands beside a tensor of codes and belongs to it.
struct Companion {
  std::string word;  // that its name adds: "weight_scale"
  std::string name;
};

// A tensor of the catalogue. Spans are checked: [offset, offset + bytes) lies inside the shard and
// overlaps no other tensor, and bytes is what dtype and shape (of what is stored) need.
struct Tensor {
  std::string name;  // of the matrix: "q_proj.weight", also where codes are called q_proj.qweight
  DType dtype = DType::F32;          // of what is stored
  std::vector<std::uint64_t> shape;  // of the numbers
  std::uint64_t elements = 0;        // product of shape
  std::size_t shard = 0;             // index into Checkpoint::shards()
  std::uint64_t offset = 0;          // of the first byte in the shard's file
  std::uint64_t bytes = 0;
  Encoding encoding = Encoding::plain;
  std::vector<Companion> companions = {};
  std::shared_ptr<const Numbers> numbers = nullptr;  // null: what is stored are the numbers
};

struct Shard {
  std::string name;  // relative to the location
  std::shared_ptr<File> file;
  std::uint64_t header_bytes = 0;        // 8 + the JSON header
  const DecodedFile* decoded = nullptr;  // the file, where its bytes are made of other shards'
};

// The numbers of a tensor that a codec makes.
struct Numbers {
  Shard shard;              // of these numbers alone, F32 from its first byte on
  std::string codec;        // for people: "GPTQ, 4 bit, groups of 128"
  bool symmetric = true;    // see codecs::Codec::odd()
  std::string stored_name;  // as the file spells it
  std::vector<std::uint64_t> stored_shape;
  std::uint64_t stored_elements = 0;
};

// What a tensor's elements show as they are read.
Shown shown(const Tensor& tensor);

// Finds codecs for tensors: sets `numbers`, and with them name, shape and elements, and marks what
// a codec reads besides as parts.
using Decode = std::function<void(Source& source, const std::vector<Shard>& shards,
                                  const std::string& config, std::vector<Tensor>& tensors)>;

// What the headers of a model's files say, in a format that has a reader of its own.
struct Catalogue {
  std::vector<Tensor> tensors;
  std::string config = {};               // what config.json would say; empty: that file says it
  std::vector<std::string> tokens = {};  // of the vocabulary, by number; empty: not held there
  std::vector<std::string> notes = {};   // sentences for people
};
// Reads the headers of these shards and sets their lengths.
using ReadCatalogue = std::function<Catalogue(std::vector<Shard>& shards)>;

// What formats and encodings take besides safetensors of plain numbers; empty: they are refused, or
// stay codes.
struct Readers {
  Decode decode = {};
  ReadCatalogue torch = {}, gguf = {};
};

class Checkpoint {
 public:
  // Reads headers (and the index, config.json) of one location: of the files that weight_files.hpp
  // chooses. `model` is the key under which results name it. What is missing or inconsistent is an
  // Error that names the file, or a note where all that is needed is there. The source must outlive
  // it.
  static Checkpoint open(std::string model, Source& source, Location& location,
                         const Readers& readers = {});

  // Numbers refer to shards: a checkpoint moves, and is not copied.
  Checkpoint() = default;
  Checkpoint(Checkpoint&&) = default;
  Checkpoint& operator=(Checkpoint&&) = default;

  const std::string& model() const { return model_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }  // by natural name order
  const Tensor* find(std::string_view name) const;                 // null: not there
  Format format() const { return format_; }
  const std::vector<Shard>& shards() const { return shards_; }
  const std::string& config() const { return config_; }  // text of config.json; empty: none
  const std::string& configPlace() const { return config_place_; }    // its path or URL, for errors
  const std::vector<std::string>& tokens() const { return tokens_; }  // see Catalogue
  // Sentences for people: which files were left out, and where index and shards disagree.
  const std::vector<std::string>& notes() const { return notes_; }
  // Whether every tensor that the index names is there, and no other nor another shard besides.
  bool agreesWithIndex() const { return agrees_with_index_; }

 private:
  void note(std::string sentence);  // empty: none
  void readTensors(Source& source, Format format, const Readers& readers);

  std::string model_;
  Format format_ = Format::safetensors;
  std::vector<Tensor> tensors_;
  std::vector<Shard> shards_;
  std::string config_;
  std::string config_place_;
  std::vector<std::string> tokens_;
  std::vector<std::string> notes_;
  bool agrees_with_index_ = true;
};

// A tensor or a run of its rows (a part of a fused tensor), ready to be read.
struct View {
  const Tensor* tensor = nullptr;
  const Shard* shard = nullptr;
  std::uint64_t offset = 0;  // of the tensor's first element in the shard
  std::uint64_t first = 0;   // element of the tensor at which the view starts
  // Elements from a row to the next and from a column to the next, where rows do not follow one
  // another as they are: parts whose rows take turns, transposed matrices. 0: they do.
  std::uint64_t row_step = 0;
  std::uint64_t column_step = 1;
  // Rows that follow one another so before the next ones begin elsewhere (a part of each head), and
  // elements from one such block to the next. 0: all rows.
  std::uint64_t block_rows = 0;
  std::uint64_t block_step = 0;
  TensorInfo info;  // of the view: its own shape, role and captures

  // Whether its elements are one run of the tensor's.
  bool isRun() const { return row_step == 0; }
  // Elements from the view's first row to this one, where it is no run.
  std::uint64_t rowAt(std::uint64_t row) const {
    if (block_rows == 0) return row * row_step;
    return row / block_rows * block_step + row % block_rows * row_step;
  }
};

// The whole tensor as a view, without role or captures.
View whole(const Checkpoint& checkpoint, const Tensor& tensor);
// The same of what is stored, where that differs from the numbers.
View stored(const Checkpoint& checkpoint, const Tensor& tensor);

}  // namespace kindred::models
