#include "models/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>

#include "models/checkpoint.hpp"
#include "words/json_walk.hpp"

namespace kindred::models {
namespace {

namespace json = words::json;
using words::PaddedText;

struct Traits {
  Shown shown;
  std::string_view text;
};

constexpr std::array<Traits, 20> kTraits{{
    {Shown::values, "numbers"},
    {Shown::values, "floats under one scale"},
    {Shown::rows, "floats under a scale for each row"},
    {Shown::signs, "floats under scales of blocks"},
    {Shown::nothing, "floats with zero points"},
    {Shown::nothing, "powers of two alone"},
    {Shown::nothing, "complex numbers"},
    {Shown::nothing, "whole numbers"},
    {Shown::nothing, "integers under scales or zero points"},
    {Shown::nothing, "integers laid over one another under scales and zero points (HQQ)"},
    {Shown::nothing, "integers packed in words (compressed-tensors)"},
    {Shown::nothing, "integers packed in words along the inputs (GPTQ, AWQ)"},
    {Shown::nothing, "integers packed in words under scales and biases (MLX)"},
    {Shown::nothing, "indices into a table (bitsandbytes)"},
    {Shown::nothing, "4-bit floats in pairs under scales of blocks (NVFP4, MXFP4)"},
    {Shown::nothing, "indices into code books"},
    {Shown::nothing, "floats without the zeros between them (sparse-bitmask)"},
    {Shown::nothing, "scales, zero points or tables of other tensors"},
    {Shown::nothing, "blocks of codes with their scales (GGUF)"},
    {Shown::nothing, "scales, zero points or tables of other tensors, read with them"},
}};

const Traits& traits(Encoding encoding) { return kTraits[static_cast<std::size_t>(encoding)]; }

bool isInteger(DType dtype) {
  return dtype >= DType::I64 && dtype <= DType::BOOL;  // as the enumeration groups them
}

bool isSmallFloat(DType dtype) { return dtype >= DType::F8_E4M3 && dtype <= DType::F4; }

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <std::size_t N>
bool isOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Codes under names of their own.
constexpr std::array<std::string_view, 4> kBookCodes{"codes", "Qidxs", "q_weight", "trellis"};

// What compressed-tensors leaves of a sparse matrix, beside a mask of where it belongs.
constexpr std::string_view kSparse = "compressed";

// HQQ's codes, beside which its settings stand as tensors.
constexpr std::string_view kHqqCodes = "W_q";
bool isHqqSetting(std::string_view word) {
  constexpr std::array<std::string_view, 14> kSettings{"nbits",
                                                       "group_size",
                                                       "shape",
                                                       "axis",
                                                       "packing",
                                                       "optimize",
                                                       "channel_wise",
                                                       "unpack_view_dtype",
                                                       "compute_dtype",
                                                       "view_as_float",
                                                       "encoded_state_dict",
                                                       "stores_quant_config",
                                                       "offload_meta",
                                                       "quantized"};
  return isOneOf(word, kSettings);
}

// What stands beside codes and belongs to them.
bool isCompanionWord(std::string_view word) {
  constexpr std::array<std::string_view, 11> kParts{"scale",   "zero",     "absmax", "quant_map",
                                                    "g_idx",   "codebook", "SCB",    "quant_state",
                                                    "invperm", "q_groups", "qmap"};
  constexpr std::array<std::string_view, 13> kWhole{
      "biases", "weight_shape", "weight_format", "suh",         "svh",        "su", "sv", "SU",
      "SV",     "CB",           "bitmask",       "row_offsets", "comfy_quant"};
  return isOneOf(word, kWhole) ||
         std::any_of(kParts.begin(), kParts.end(), [&](auto part) { return has(word, part); });
}

// Scales that weights are multiplied by: not those of activations.
bool isWeightScale(std::string_view word) {
  return (has(word, "scale") || has(word, "SCB")) && !has(word, "input") && !has(word, "output") &&
         !has(word, "act") && !has(word, "pre_quant");
}

// What config.json says of quantisation.
struct Stated {
  bool quantised = false;
  bool four_bit_tables = false;  // bitsandbytes
};

std::string_view textIn(json::value value) {
  const std::string_view token = value.raw_json_token();
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

void readStated(json::object& object, Stated& stated, int depth) {
  for (json::field field : object) {
    const std::string key(std::string_view(field.unescaped_key()));
    json::value value = field.value();
    if (!textIn(value).starts_with('{')) continue;
    if (key == "quantization_config" || key == "quantization") {
      stated.quantised = true;
      json::object inner = value.get_object();
      for (json::field setting : inner) {
        const std::string name(std::string_view(setting.unescaped_key()));
        const bool set = textIn(setting.value()) == "true";
        if (name == "load_in_4bit" || name == "_load_in_4bit") stated.four_bit_tables |= set;
      }
    } else if (key == "text_config" && depth == 0) {
      json::object inner = value.get_object();
      readStated(inner, stated, depth + 1);
    }
  }
}

Stated statedIn(const std::string& config) {
  Stated stated;
  if (config.empty()) return stated;
  try {
    json::parser parser;
    readObject(parser, PaddedText(config), {"config.json", "the file", ""},
               [&](json::object& object) { readStated(object, stated, 0); });
  } catch (const Error&) {
    return {};  // whoever needs the file says what is wrong with it
  }
  return stated;
}

class Classifier {
 public:
  Classifier(std::vector<Tensor>& tensors, const Stated& stated)
      : tensors_(tensors), stated_(stated), beside_(tensors.size()) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      index_.emplace(tensors[i].name, i);
      modules_[moduleOf(tensors[i].name)].push_back(i);
    }
  }

  void run() {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (const auto owner = ownerByName(tensors_[i].name)) belong(i, *owner);
    }
    for (const auto& [module, members] : modules_) findCompanions(members);
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (is_companion(i) || tensors_[i].encoding == Encoding::blocks) continue;
      tensors_[i].encoding = encodingOf(i);
      for (const Beside& beside : beside_[i]) {
        tensors_[i].companions.push_back({std::string(beside.word), beside.tensor->name});
      }
    }
  }

 private:
  // A companion of a tensor, by the word that its name adds.
  struct Beside {
    std::string_view word;
    const Tensor* tensor;
  };

  // In HQQ's own pickles all that belongs to the codes of a module stands in a part of it.
  static std::string_view moduleOf(std::string_view name) {
    constexpr std::string_view kBesideCodes = ".meta";
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) return {};
    const std::string_view module = name.substr(0, dot);
    return module.ends_with(kBesideCodes) ? module.substr(0, module.size() - kBesideCodes.size())
                                          : module;
  }
  static std::string_view leafOf(std::string_view name) { return name.substr(name.rfind('.') + 1); }

  bool is_companion(std::size_t i) const { return tensors_[i].encoding == Encoding::companion; }

  void belong(std::size_t i, std::size_t owner) {
    tensors_[i].encoding = Encoding::companion;
    std::string_view word = tensors_[i].name;
    if (word.starts_with(tensors_[owner].name)) word.remove_prefix(tensors_[owner].name.size() + 1);
    beside_[owner].push_back({word == tensors_[i].name ? leafOf(word) : word, &tensors_[i]});
  }

  // "q_proj.weight.absmax" and "gate_up_proj_scale_inv" are named for the tensor that they serve.
  std::optional<std::size_t> ownerByName(std::string_view name) const {
    for (std::size_t at = name.size(); at-- > 1;) {
      if (name[at] != '.' && name[at] != '_') continue;
      const auto owner = index_.find(name.substr(0, at));
      if (owner != index_.end() && isCompanionWord(name.substr(at + 1))) return owner->second;
    }
    return std::nullopt;
  }

  bool isCode(std::size_t i) const {
    const Tensor& tensor = tensors_[i];
    const std::string_view leaf = leafOf(tensor.name);
    if (is_companion(i) || tensor.elements < 2 || isCompanionWord(leaf)) return false;
    if (leaf == "qweight" || leaf == kHqqCodes || leaf == kSparse || isOneOf(leaf, kBookCodes)) {
      return true;
    }
    const bool index = tensor.dtype == DType::I64 || tensor.dtype == DType::BOOL;
    return (isInteger(tensor.dtype) && !index) ||
           (isSmallFloat(tensor.dtype) && tensor.shape.size() > 1);
  }

  // "q_proj.scales" serves "q_proj.qweight": what is named for no tensor serves its module's codes.
  void findCompanions(const std::vector<std::size_t>& members) {
    std::vector<std::size_t> codes;
    std::copy_if(members.begin(), members.end(), std::back_inserter(codes),
                 [&](std::size_t i) { return isCode(i); });
    if (codes.empty()) return;
    const auto isHqq = [&](std::size_t i) { return leafOf(tensors_[i].name) == kHqqCodes; };
    const bool hqq = std::any_of(codes.begin(), codes.end(), isHqq);
    if (hqq) std::erase_if(codes, [&](std::size_t i) { return !isHqq(i); });
    for (const std::size_t i : members) {
      const std::string_view leaf = leafOf(tensors_[i].name);
      const bool serves = isCompanionWord(leaf) || (hqq && isHqqSetting(leaf));
      if (is_companion(i) || !serves) continue;
      for (const std::size_t code : namesakes(leaf, codes)) belong(i, code);
    }
  }

  // "gate_up_proj_scales" serves "gate_up_proj_blocks" and not "down_proj_blocks"; what is called
  // after none serves all.
  std::vector<std::size_t> namesakes(std::string_view leaf,
                                     const std::vector<std::size_t>& codes) const {
    std::vector<std::size_t> named;
    for (const std::size_t i : codes) {
      std::string_view stem = leafOf(tensors_[i].name);
      const std::size_t end = stem.rfind('_');
      if (end == std::string_view::npos) continue;
      stem = stem.substr(0, end + 1);
      if (stem != "weight_" && leaf.starts_with(stem)) named.push_back(i);
    }
    return named.empty() ? codes : named;
  }

  bool beside(std::size_t i, std::string_view part) const {
    return std::any_of(beside_[i].begin(), beside_[i].end(),
                       [&](const Beside& companion) { return has(companion.word, part); });
  }

  Encoding encodingOf(std::size_t i) const {
    const Tensor& tensor = tensors_[i];
    const std::string_view leaf = leafOf(tensor.name);
    if (tensor.dtype == DType::C64) return Encoding::complex;
    if (tensor.dtype == DType::F8_E8M0) return Encoding::exponents;
    // Their words may be stored as floats, for frameworks that shard nothing else.
    const bool column = tensor.shape.size() == 2 && tensor.shape[1] == 1 && tensor.shape[0] > 1;
    if (beside(i, "absmax") || beside(i, "quant_map") || beside(i, "quant_state") ||
        (stated_.four_bit_tables && column && leaf == "weight")) {
      return Encoding::table_codes;
    }
    if (leaf == "qweight") return Encoding::transposed_words;
    if (leaf == kHqqCodes) return Encoding::laid_over;
    if (leaf == kSparse && beside(i, "bitmask")) return Encoding::sparse;
    if (isOneOf(leaf, kBookCodes)) return Encoding::code_books;
    return isInteger(tensor.dtype) ? ofIntegers(i, leaf) : ofFloats(i);
  }

  Encoding ofIntegers(std::size_t i, std::string_view leaf) const {
    const DType dtype = tensors_[i].dtype;
    const bool scaled = beside(i, "scale");
    if (beside(i, "qzeros")) return Encoding::transposed_words;
    if (leaf.ends_with("_blocks")) return Encoding::four_bit_floats;
    if (leaf.ends_with("_packed")) {
      return dtype == DType::U8 ? Encoding::four_bit_floats : Encoding::packed_words;
    }
    if (beside(i, "biases") || (dtype == DType::U32 && scaled)) return Encoding::grouped_words;
    if (dtype == DType::U8 && hasSmallScales(i)) return Encoding::four_bit_floats;
    if (dtype == DType::I8 && isInPairs(i)) return Encoding::four_bit_floats;
    return beside_[i].empty() ? Encoding::integers : Encoding::scaled_integers;
  }

  bool hasSmallScales(std::size_t i) const {
    return std::any_of(beside_[i].begin(), beside_[i].end(), [](const Beside& companion) {
      const Tensor& scales = *companion.tensor;
      return has(companion.word, "scale") && scales.elements > 1 &&
             (scales.dtype == DType::U8 || isSmallFloat(scales.dtype));
    });
  }

  // Two codes in each byte, under a power of two for every 32 codes.
  bool isInPairs(std::size_t i) const {
    const std::vector<std::uint64_t>& codes = tensors_[i].shape;
    return std::any_of(beside_[i].begin(), beside_[i].end(), [&](const Beside& companion) {
      const Tensor& scales = *companion.tensor;
      return scales.dtype == DType::F8_E8M0 && !codes.empty() &&
             scales.shape.size() == codes.size() &&
             std::equal(codes.begin(), codes.end() - 1, scales.shape.begin()) &&
             codes.back() / 16 == scales.shape.back() && codes.back() % 16 == 0;
    });
  }

  Encoding ofFloats(std::size_t i) const {
    if (beside(i, "zero")) return Encoding::shifted;
    const Tensor& tensor = tensors_[i];
    bool any = false;
    Encoding widest = Encoding::scaled;
    for (const Beside& companion : beside_[i]) {
      if (!isWeightScale(companion.word)) continue;
      any = true;
      widest = std::max(widest, scaledBy(tensor, *companion.tensor));
    }
    if (any) return widest;
    const bool missing = stated_.quantised && isSmallFloat(tensor.dtype) && tensor.shape.size() > 1;
    return missing ? Encoding::block_scaled : Encoding::plain;
  }

  // [rows, columns] under [rows] or [rows, 1]; [experts, rows, columns] under one more axis.
  static Encoding scaledBy(const Tensor& tensor, const Tensor& scale) {
    if (scale.elements == 1) return Encoding::scaled;
    std::vector<std::uint64_t> of_rows(tensor.shape);
    if (of_rows.size() < 2) return Encoding::block_scaled;
    of_rows.pop_back();
    std::vector<std::uint64_t> shape = scale.shape;
    while (shape.size() > 1 && shape.back() == 1) shape.pop_back();
    while (of_rows.size() > 1 && of_rows.back() == 1) of_rows.pop_back();
    const bool of_experts = of_rows.size() == 2 && shape.size() == 1 && shape[0] == of_rows[0];
    return shape == of_rows || of_experts ? Encoding::row_scaled : Encoding::block_scaled;
  }

  std::vector<Tensor>& tensors_;
  const Stated& stated_;
  std::vector<std::vector<Beside>> beside_;  // by tensor
  std::unordered_map<std::string_view, std::size_t> index_;
  std::map<std::string_view, std::vector<std::size_t>> modules_;
};

}  // namespace

Shown shown(Encoding encoding) { return traits(encoding).shown; }

std::string_view describe(Encoding encoding) { return traits(encoding).text; }

std::string whyNot(Encoding encoding, DType dtype) {
  switch (shown(encoding)) {
    case Shown::values:
      return {};
    case Shown::rows:
    case Shown::signs:
      return fmt::format("stored as {}: {}, which are not applied", name(dtype),
                         describe(encoding));
    case Shown::nothing:
      break;
  }
  return fmt::format("stored as {}: {}, which are no numbers to compare without a decoder",
                     name(dtype), describe(encoding));
}

void classify(std::vector<Tensor>& tensors, const std::string& config) {
  const Stated stated = statedIn(config);
  Classifier(tensors, stated).run();
}

}  // namespace kindred::models
