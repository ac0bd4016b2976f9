// A checkpoint: one model's tensors, found without reading their data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/source.hpp>
#include <kindred/tensor.hpp>

#include "models/decoded.hpp"
#include "models/encoding.hpp"

namespace kindred::models {

struct Adapter;
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
  // The same numbers with a row for each column, where a few columns cost less than a few rows; no
  // file: they do not.
  Shard by_columns = {};
  // Whether more makes them than what is stored under this name, such as an adapter's change: then
  // the numbers are compared where others' bytes are.
  bool changed = false;
};

// What a tensor's elements show as they are read.
Shown shown(const Tensor& tensor);

// The format that a checkpoint's files are in: the plugin's name, and as people write it.
struct FormatUsed {
  std::string plugin;  // "gguf"
  std::string title;   // "GGUF"
};

class Checkpoint;

struct CheckpointParts {
  std::string model;  // the key under which results name it
  FormatUsed format = {};
  std::vector<Tensor> tensors = {};  // by natural name order, each name once
  std::vector<Shard> shards = {};
  std::string config = {};
  std::string config_place = {};
  std::vector<std::string> tokens = {};
  std::vector<std::string> notes = {};
  bool agrees_with_index = true;
  std::shared_ptr<const Adapter> adapter = {};
  // What tensors and shards refer to besides, kept as long.
  std::vector<std::shared_ptr<const Checkpoint>> made_of = {};
};

class Checkpoint {
 public:
  // Opened by formats/open.hpp, or reading/open.hpp where codes are to become numbers.
  explicit Checkpoint(CheckpointParts parts) : parts_(std::move(parts)) {}

  // Numbers refer to shards: a checkpoint moves, and is not copied.
  Checkpoint() = default;
  Checkpoint(Checkpoint&&) = default;
  Checkpoint& operator=(Checkpoint&&) = default;

  const std::string& model() const { return parts_.model; }
  const FormatUsed& format() const { return parts_.format; }
  const std::vector<Tensor>& tensors() const { return parts_.tensors; }  // by natural name order
  const Tensor* find(std::string_view name) const;                       // null: not there
  const std::vector<Shard>& shards() const { return parts_.shards; }
  // Text of config.json, or what the files say in its terms; empty: none.
  const std::string& config() const { return parts_.config; }
  const std::string& configPlace() const { return parts_.config_place; }  // path or URL, for errors
  // Of the vocabulary, by number; empty: not held in the model's files.
  const std::vector<std::string>& tokens() const { return parts_.tokens; }
  // Sentences for people: which files were left out, and where index and shards disagree.
  const std::vector<std::string>& notes() const { return parts_.notes; }
  // Whether every tensor that the index names is there, and no other nor another shard besides.
  bool agreesWithIndex() const { return parts_.agrees_with_index; }
  // Where it is no model, but a change of one (adapter.hpp); null: a model.
  const Adapter* adapter() const { return parts_.adapter.get(); }
  // Where its files state nothing: what is told of it otherwise, in config.json's terms, and how.
  void state(std::string config, std::string place, std::string note) {
    parts_.config = std::move(config);
    parts_.config_place = std::move(place);
    parts_.notes.push_back(std::move(note));
  }

 private:
  CheckpointParts parts_;
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
// The same of what is stored, where that differs from the numbers and is all that makes them.
View stored(const Checkpoint& checkpoint, const Tensor& tensor);

}  // namespace kindred::models
