#include "formats/meta_layout.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "codecs/codec_file.hpp"
#include "codecs/rows.hpp"
#include "formats/weight_files.hpp"
#include "models/matrix_rows.hpp"
#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::formats {
namespace {

using models::ByteRange;
using models::MatrixRows;
using models::Shard;
using models::Tensor;

enum class Cut { rows, columns, either, copies };

struct Name {
  std::string_view meta, hub;
  Cut cut;
  bool in_pairs = false;  // rows of heads whose halves are stored in turns
};
constexpr std::array<Name, 3> kEnds{{{"tok_embeddings", "model.embed_tokens", Cut::either},
                                     {"norm", "model.norm", Cut::copies},
                                     {"output", "lm_head", Cut::rows}}};
constexpr std::array<Name, 9> kLayers{{
    {"attention.wq", "self_attn.q_proj", Cut::rows, true},
    {"attention.wk", "self_attn.k_proj", Cut::rows, true},
    {"attention.wv", "self_attn.v_proj", Cut::rows},
    {"attention.wo", "self_attn.o_proj", Cut::columns},
    {"feed_forward.w1", "mlp.gate_proj", Cut::rows},
    {"feed_forward.w3", "mlp.up_proj", Cut::rows},
    {"feed_forward.w2", "mlp.down_proj", Cut::columns},
    {"attention_norm", "input_layernorm", Cut::copies},
    {"ffn_norm", "post_attention_layernorm", Cut::copies},
}};

struct Known {
  std::string hub;
  Cut cut;
  bool in_pairs;
};

std::optional<Known> knownAs(std::string_view name) {
  if (!name.ends_with(".weight")) return std::nullopt;
  name.remove_suffix(std::string_view(".weight").size());
  for (const Name& end : kEnds) {
    if (end.meta == name) return Known{std::string(end.hub) + ".weight", end.cut, end.in_pairs};
  }
  if (!name.starts_with("layers.")) return std::nullopt;
  name.remove_prefix(7);
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view layer = name.substr(0, dot), rest = name.substr(dot + 1);
  if (!std::all_of(layer.begin(), layer.end(), words::isDigit)) return std::nullopt;
  for (const Name& in_layer : kLayers) {
    if (in_layer.meta != rest) continue;
    return Known{fmt::format("model.layers.{}.{}.weight", layer, in_layer.hub), in_layer.cut,
                 in_layer.in_pairs};
  }
  return std::nullopt;
}

// Slices one behind the other, by rows or by columns.
class Slices final : public models::DecodedFile {
 public:
  // Of equal shapes. The tensors' numbers live as long as this.
  Slices(const std::vector<const Tensor*>& slices, const std::vector<Shard>& shards, bool by_rows)
      : by_rows_(by_rows) {
    for (const Tensor* slice : slices) {
      made_.push_back(slice->numbers);
      const std::uint64_t rows = slice->shape[0], columns = slice->shape[1];
      parts_.push_back(
          slice->numbers
              ? MatrixRows(slice->numbers->shard, DType::F32, 0, rows, columns)
              : MatrixRows(shards[slice->shard], slice->dtype, slice->offset, rows, columns));
    }
  }

  std::uint64_t rows() const { return one().rows() * (by_rows_ ? parts_.size() : 1); }
  std::uint64_t columns() const { return one().columns() * (by_rows_ ? 1 : parts_.size()); }

  const std::string& place() const override { return one().shard().file->place(); }
  std::uint64_t size() const override { return rows() * rowBytes(); }
  std::string identity() const override { return one().shard().file->identity(); }

  std::vector<ByteRange> stored(std::uint64_t offset, std::uint64_t length) const override {
    std::vector<ByteRange> ranges;
    if (length == 0) return ranges;
    for (const Run& run : runsOf(offset, length)) {
      parts_[run.part].addStored(run.first, run.count, ranges);
    }
    return ranges;
  }

  void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
              std::span<std::byte> into) const override {
    if (into.empty()) return;
    const std::uint64_t first = offset / rowBytes();
    const std::uint64_t count = (offset + into.size() - 1) / rowBytes() + 1 - first;
    std::vector<float> values(count * columns());
    for (const Run& run : runsOf(offset, into.size())) {
      const std::vector<float> rows = parts_[run.part].take(run.first, run.count, stored);
      const std::uint64_t width = one().columns();
      const std::uint64_t down = by_rows_ ? run.part * one().rows() + run.first - first : 0;
      const std::uint64_t across = by_rows_ ? 0 : run.part * width;
      for (std::uint64_t r = 0; r < run.count; ++r) {
        std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(r * width), width,
                    values.begin() + static_cast<std::ptrdiff_t>((down + r) * columns() + across));
      }
    }
    std::memcpy(into.data(),
                std::as_bytes(std::span(values)).data() + (offset - first * rowBytes()),
                into.size());
  }

 private:
  struct Run {
    std::size_t part = 0;
    std::uint64_t first = 0, count = 0;  // rows of the part
  };

  const MatrixRows& one() const { return parts_.front(); }
  std::uint64_t rowBytes() const { return columns() * sizeof(float); }

  std::vector<Run> runsOf(std::uint64_t offset, std::uint64_t length) const {
    std::vector<Run> runs;
    const std::uint64_t begin = offset / rowBytes();
    const std::uint64_t end = (offset + length - 1) / rowBytes() + 1;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      if (!by_rows_) {
        runs.push_back({part, begin, end - begin});
        continue;
      }
      const std::uint64_t first = part * one().rows();
      const std::uint64_t from = std::max(begin, first), to = std::min(end, first + one().rows());
      if (from < to) runs.push_back({part, from - first, to - from});
    }
    return runs;
  }

  bool by_rows_;
  std::vector<std::shared_ptr<const models::Numbers>> made_;
  std::vector<MatrixRows> parts_;
};

// What no params.json states, and architecture files go by.
constexpr const char* kLatentType = "mistral_large_3";

struct Params {
  std::uint64_t dim = 0, layers = 0, heads = 0, kv_heads = 0, head = 0, latent = 0;
};

std::string sliceName(std::size_t number) { return fmt::format("consolidated.{:02}.pth", number); }

// 1 of consolidated.01.pth
std::optional<std::size_t> sliceNumber(const std::string& name) {
  constexpr std::size_t kMost = 100;
  for (std::size_t i = 0; i < kMost; ++i) {
    if (name == sliceName(i)) return i;
  }
  return std::nullopt;
}

// Nothing where they are of no model that is known here, unless it is `cut`.
std::optional<Params> paramsOf(const words::PaddedText& text, const std::string& place, bool cut) {
  Params params;
  const words::JsonPlace where{place, "the file", "params.json is damaged; fetch it again"};
  words::json::parser parser;
  words::readObject(parser, text, where, [&](words::json::object& object) {
    for (words::json::field field : object) {
      const std::string key(std::string_view(field.unescaped_key()));
      words::json::value value = field.value();
      std::uint64_t* into = key == "dim"            ? &params.dim
                            : key == "n_layers"     ? &params.layers
                            : key == "n_heads"      ? &params.heads
                            : key == "n_kv_heads"   ? &params.kv_heads
                            : key == "head_dim"     ? &params.head
                            : key == "kv_lora_rank" ? &params.latent
                                                    : nullptr;
      if (into == nullptr || value.is_null()) {
        words::walk(value, where);
      } else {
        *into = words::wholeNumber(value, where, {{}, key});
      }
    }
  });
  const bool shared = params.heads > 0 && (params.head > 0 || params.dim % params.heads == 0);
  if (params.dim == 0 || !shared) {
    if (!cut) return std::nullopt;
    throw where.error(
        fmt::format("{} heads do not share a stream of {}", params.heads, params.dim));
  }
  if (params.head == 0) params.head = params.dim / params.heads;
  if (params.kv_heads == 0) params.kv_heads = params.heads;
  return params;
}

class Layout {
 public:
  Layout(models::CheckpointParts& parts, const Params& params, const std::string& place)
      : parts_(parts), params_(params), place_(place) {}

  void run() {
    std::map<std::string, std::vector<Tensor*>> slices;  // in the order of their files
    for (Tensor& tensor : parts_.tensors) {
      if (knownAs(tensor.name)) slices[tensor.name].push_back(&tensor);
    }
    if (slices.empty()) return;
    const auto queries = slices.find("layers.0.attention.wq.weight");
    if (queries != slices.end() && queries->second.size() == parts_.shards.size()) {
      checkWhole(queries->second);
    }
    for (auto& [name, of_name] : slices) {
      std::sort(of_name.begin(), of_name.end(),
                [](const Tensor* x, const Tensor* y) { return x->shard < y->shard; });
      join(*knownAs(name), of_name);
    }
    dropFurtherCopies();
    std::sort(parts_.tensors.begin(), parts_.tensors.end(), [](const Tensor& x, const Tensor& y) {
      if (x.name != y.name) return words::naturalLess(x.name, y.name);
      return x.shard < y.shard;
    });
    parts_.config = config();
    parts_.config_place = place_;
    parts_.notes.push_back(note());
  }

 private:
  // All heads of the first layer must be there.
  void checkWhole(const std::vector<Tensor*>& queries) const {
    std::uint64_t rows = 0, wanted = 0;
    for (const Tensor* slice : queries) {
      if (slice->shape.size() != 2 || slice->shape[0] == 0) return;
      if (models::shown(*slice) != models::Shown::values) return;
      if (__builtin_add_overflow(rows, slice->shape[0], &rows)) return;
    }
    if (__builtin_mul_overflow(params_.heads, params_.head, &wanted) || rows == wanted) return;
    const std::uint64_t of_one = rows / queries.size(), slices = wanted / of_one;
    std::string text = fmt::format("its {} heads of {} have {} rows, but the weights' queries {}",
                                   params_.heads, params_.head, wanted, rows);
    constexpr std::uint64_t kMostSlices = 100;
    const bool fewer = rows < wanted && wanted % of_one == 0 && slices <= kMostSlices;
    if (!fewer) throw inputError(place_, text, "fetch it from where the weights are from");
    std::vector<std::string> missing;
    for (std::uint64_t i = queries.size(); i < slices; ++i) missing.push_back(sliceName(i));
    throw inputError(
        place_,
        fmt::format("{}: the model is incomplete, of {} slices {} missing: {}", text, slices,
                    missing.size() == 1 ? "one is" : fmt::format("{} are", missing.size()),
                    listed(missing)),
        "fetch what is missing");
  }

  // What is not to be put together stays, and its name stands twice: an error elsewhere.
  void join(const Known& known, const std::vector<Tensor*>& slices) {
    for (Tensor* slice : slices) {
      if (!known.in_pairs) continue;
      // Codes become numbers later: in the order in which they are they would be other rows.
      if (models::shown(*slice) != models::Shown::values) {
        ++left_;
        return;
      }
      putHalvesBack(*slice);
    }
    Tensor& whole = *slices.front();
    if (slices.size() > 1 && known.cut != Cut::copies) {
      if (!fits(slices)) return;
      const bool by_rows =
          known.cut == Cut::rows || (known.cut == Cut::either && whole.shape[1] == params_.dim);
      putTogether(slices, by_rows);
    }
    if (known.hub == "model.layers.0.mlp.gate_proj.weight" && whole.shape.size() == 2) {
      units_ = whole.shape[0];
    }
    if (known.hub == "model.embed_tokens.weight" && !whole.shape.empty()) {
      tokens_ = whole.shape[0];
    }
    whole.name = known.hub;
    most_ = std::max(most_, slices.size());
    for (std::size_t i = 1; i < slices.size(); ++i) {
      slices[i]->name = fmt::format("{} ({})", known.hub, parts_.shards[slices[i]->shard].name);
      slices[i]->encoding = models::Encoding::part;
      slices[i]->numbers = nullptr;
      copies_ += known.cut == Cut::copies;
    }
  }

  static bool fits(const std::vector<Tensor*>& slices) {
    return std::all_of(slices.begin(), slices.end(), [&](const Tensor* slice) {
      const bool plain = info(slice->dtype).bits % 8 == 0 && !info(slice->dtype).wide &&
                         models::shown(*slice) == models::Shown::values;
      return slice->shape.size() == 2 && slice->elements > 0 &&
             slice->shape == slices.front()->shape && (slice->numbers || plain);
    });
  }

  void putTogether(const std::vector<Tensor*>& slices, bool by_rows) {
    const std::vector<const Tensor*> of(slices.begin(), slices.end());
    const auto file = std::make_shared<Slices>(of, parts_.shards, by_rows);
    Tensor& whole = *slices.front();
    auto numbers = std::make_shared<models::Numbers>();
    numbers->codec = fmt::format("{}, {} slices of {}", kindred::name(whole.dtype), slices.size(),
                                 by_rows ? "rows" : "columns");
    numbers->symmetric = true;
    numbers->stored_name = whole.name;
    numbers->stored_shape = whole.shape;
    numbers->stored_elements = whole.elements;
    numbers->shard = {parts_.shards[whole.shard].name, file, 0, file.get()};
    whole.shape = {file->rows(), file->columns()};
    whole.elements = file->rows() * file->columns();
    whole.numbers = std::move(numbers);
  }

  void putHalvesBack(Tensor& tensor) const {
    if (tensor.numbers || tensor.shape.size() != 2 || tensor.elements == 0) return;
    auto codec = codecs::halvesInTurns(
        codecs::plainRows(tensor.dtype, tensor.shape[0], tensor.shape[1]), params_.head);
    if (codec == nullptr) return;
    auto numbers = std::make_shared<models::Numbers>();
    numbers->codec = codec->name();
    numbers->stored_name = tensor.name;
    numbers->stored_shape = tensor.shape;
    numbers->stored_elements = tensor.elements;
    const Shard& shard = parts_.shards[tensor.shard];
    auto file = std::make_shared<codecs::CodecFile>(
        std::move(codec), std::vector<codecs::StoredPart>{{&shard, tensor.offset}});
    numbers->shard = {shard.name, file, 0, file.get()};
    tensor.numbers = std::move(numbers);
  }

  // Frequencies of the rotation are no weights, and are in every slice.
  void dropFurtherCopies() {
    std::erase_if(parts_.tensors, [&](const Tensor& tensor) {
      return tensor.shard > 0 && tensor.name == "rope.freqs";
    });
  }

  std::string config() const {
    std::string text =
        fmt::format(R"({{"model_type":"llama","hidden_size":{},"num_hidden_layers":{},)"
                    R"("num_attention_heads":{},"num_key_value_heads":{})",
                    params_.dim, params_.layers, params_.heads, params_.kv_heads);
    if (params_.head * params_.heads != params_.dim) {
      text += fmt::format(R"(,"head_dim":{})", params_.head);
    }
    if (units_ > 0) text += fmt::format(R"(,"intermediate_size":{})", units_);
    if (tokens_ > 0) text += fmt::format(R"(,"vocab_size":{})", tokens_);
    return text + "}";
  }

  std::string note() const {
    std::string text = "names and rows are put as on the Hub";
    if (most_ > 1) text += fmt::format("; {} slices of each matrix are put together", most_);
    if (left_ > 0) {
      text += fmt::format("; {} tensors of queries and keys are codes, whose rows stay as they are",
                          left_);
    }
    if (copies_ > 0) {
      text +=
          fmt::format("; {} norms of further slices are taken for copies of the first's", copies_);
    }
    return text;
  }

  models::CheckpointParts& parts_;
  const Params params_;
  const std::string& place_;  // of params.json
  std::uint64_t units_ = 0, tokens_ = 0;
  std::size_t copies_ = 0, left_ = 0, most_ = 0;
};

}  // namespace

bool areConsolidated(const std::vector<std::string>& names) {
  return !names.empty() && std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("consolidated") &&
           (name.ends_with(".safetensors") || name.ends_with(".safetensors.index.json"));
  });
}

bool areSlices(const std::vector<std::string>& names) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != sliceName(i)) return false;
  }
  return !sorted.empty();
}

std::vector<std::string> missingSlices(const std::vector<std::string>& names) {
  std::set<std::size_t> there;
  for (const std::string& name : names) {
    const auto number = sliceNumber(name);
    if (!number) return {};
    there.insert(*number);
  }
  std::vector<std::string> missing;
  for (std::size_t i = 0; !there.empty() && i < *there.rbegin(); ++i) {
    if (!there.contains(i)) missing.push_back(sliceName(i));
  }
  return missing;
}

void layMetaOut(models::CheckpointParts& parts, const words::PaddedText& params,
                const std::string& place, bool cut) {
  const std::optional<Params> known = paramsOf(params, place, cut);
  if (!known) return;
  if (known->latent == 0 || cut) return Layout(parts, *known, place).run();
  const std::string_view text = params.text();
  parts.config = fmt::format(R"({{"model_type":"{}",)", kLatentType);
  parts.config += text.substr(text.find('{') + 1);
  parts.config_place = place;
}

}  // namespace kindred::formats
