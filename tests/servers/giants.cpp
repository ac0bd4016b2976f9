#include "servers/giants.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "servers/giants_recipe.hpp"
#include "servers/hub_files.hpp"
#include "servers/range_server.hpp"

namespace kindred::servers {
namespace {

using Shape = std::vector<std::uint64_t>;

// Four BF16 values: any sign and mantissa, magnitudes from 2^-7 to 2^0, so that sums stay sane.
// As F32 the same bits are sane as well.
std::uint64_t weights(std::uint64_t seed, std::uint64_t word) {
  return (mixed(seed, word) & 0x83ff83ff83ff83ffU) | 0x3c003c003c003c00U;
}

class Namer {
 public:
  explicit Namer(std::vector<GiantTensor>& out) : out_(out) {}
  void add(const std::string& name, Shape shape, const char* dtype = "BF16") {
    out_.push_back({prefix + name, dtype, std::move(shape)});
  }
  std::string prefix = "model.";

 private:
  std::vector<GiantTensor>& out_;
};

// As DeepSeek names an MLP's matrices, or as Mixtral does.
void addMlp(Namer& names, const std::string& where, std::uint64_t hidden, std::uint64_t width,
            bool mixtral = false) {
  if (mixtral) {
    names.add(where + "w1.weight", {width, hidden});
    names.add(where + "w2.weight", {hidden, width});
    names.add(where + "w3.weight", {width, hidden});
    return;
  }
  names.add(where + "down_proj.weight", {hidden, width});
  names.add(where + "gate_proj.weight", {width, hidden});
  names.add(where + "up_proj.weight", {width, hidden});
}

void addAttention(Namer& names, const MixtureConfig& c) {
  const std::uint64_t query = c.heads * c.head_dim, key = c.key_value_heads * c.head_dim;
  for (const auto& [name, rows] : {std::pair{"q_proj", query}, {"k_proj", key}, {"v_proj", key}}) {
    if (c.attention_bias) names.add(std::string("self_attn.") + name + ".bias", {rows});
    names.add(std::string("self_attn.") + name + ".weight", {rows, c.hidden});
  }
  names.add("self_attn.o_proj.weight", {c.hidden, query});
  if (c.layer_norms) names.add("self_attn.o_proj.bias", {c.hidden});
}

void addNorm(Namer& names, const MixtureConfig& c, const std::string& norm) {
  names.add(norm + ".weight", {c.hidden});
  if (c.layer_norms) names.add(norm + ".bias", {c.hidden});
}

void addExperts(Namer& names, const MixtureConfig& c) {
  const std::string block = c.mixtral ? "block_sparse_moe." : "mlp.";
  for (std::uint64_t expert = 0; expert < c.experts; ++expert) {
    addMlp(names, block + "experts." + std::to_string(expert) + ".", c.hidden,
           c.expert_intermediate, c.mixtral);
  }
  if (!c.mixtral) names.add(block + "gate.e_score_correction_bias", {c.experts}, "F32");
  names.add(block + "gate.weight", {c.experts, c.hidden});
  if (c.shared_experts == 0) return;
  addMlp(names, block + "shared_experts.", c.hidden, c.shared_experts * c.expert_intermediate);
}

void addLayer(Namer& names, const MixtureConfig& c, std::uint64_t layer) {
  names.prefix = "model.layers." + std::to_string(layer) + ".";
  addNorm(names, c, "input_layernorm");
  if (layer < c.dense_layers) {
    addMlp(names, "mlp.", c.hidden, c.dense_intermediate);
  } else {
    addExperts(names, c);
  }
  addNorm(names, c, "post_attention_layernorm");
  addAttention(names, c);
  if (layer < c.layers) return;
  names.add("eh_proj.weight", {c.hidden, 2 * c.hidden});
  names.add("enorm.weight", {c.hidden});
  names.add("hnorm.weight", {c.hidden});
  names.add("shared_head.norm.weight", {c.hidden});
}

std::string configJson(const MixtureConfig& c) {
  const auto& field = jsonField;
  const std::string expertFields = c.mixtral
                                       ? field("num_local_experts", c.experts)
                                       : field("moe_intermediate_size", c.expert_intermediate) +
                                             field("n_routed_experts", c.experts) +
                                             field("n_shared_experts", c.shared_experts) +
                                             field("first_k_dense_replace", c.dense_layers);
  return "{\"architectures\": [\"" + c.architecture + "\"],\n \"model_type\": \"" + c.model_type +
         "\"" + field("hidden_size", c.hidden) + field("num_hidden_layers", c.layers) +
         field("num_attention_heads", c.heads) + field("num_key_value_heads", c.key_value_heads) +
         field("head_dim", c.head_dim) + field("intermediate_size", c.dense_intermediate) +
         expertFields + field("vocab_size", c.vocabulary) + c.more +
         ",\n \"torch_dtype\": \"bfloat16\"}\n";
}

std::string tensorJson(const GiantTensor& tensor, std::uint64_t start) {
  std::string shape;
  for (const std::uint64_t extent : tensor.shape) {
    shape += (shape.empty() ? "" : ",") + std::to_string(extent);
  }
  return '"' + tensor.name + "\":{\"dtype\":\"" + tensor.dtype + "\",\"shape\":[" + shape +
         "],\"data_offsets\":[" + std::to_string(start) + "," +
         std::to_string(start + tensor.bytes()) + "]}";
}

// A shard: its header, and where each tensor's bytes begin.
struct Shard {
  std::string header;
  std::vector<GiantTensor> tensors;
  std::vector<std::uint64_t> starts;  // counted from the header's end, in ascending order
  FillTensor fill;

  void read(std::uint64_t offset, std::span<std::byte> into) const {
    if (offset < header.size()) {
      const auto n = std::min<std::size_t>(into.size(), header.size() - offset);
      std::memcpy(into.data(), header.data() + offset, n);
      into = into.subspan(n);
      offset += n;
    }
    offset -= header.size();
    auto at = static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), offset) -
                                       starts.begin());
    for (--at; !into.empty(); ++at) {
      const std::uint64_t inside = offset - starts[at];
      const auto n = std::min<std::size_t>(into.size(), tensors[at].bytes() - inside);
      fill(tensors[at], inside, into.first(n));
      into = into.subspan(n);
      offset += n;
    }
  }
};

Content shardContent(std::vector<GiantTensor> tensors, std::uint64_t seed, const FillTensor& fill) {
  const auto shard = std::make_shared<Shard>();
  std::string json = "{\"__metadata__\":{\"format\":\"pt\"}";
  std::uint64_t data = 0;
  for (const GiantTensor& tensor : tensors) {
    json += ',' + tensorJson(tensor, data);
    shard->starts.push_back(data);
    data += tensor.bytes();
  }
  json += '}';
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = json.size();
  shard->header.assign(reinterpret_cast<const char*>(&length), 8);
  shard->header += json;
  shard->tensors = std::move(tensors);
  shard->fill = fill;
  Content content = randomContent(shard->header.size() + data, seed);  // for its marks
  content.fill = [shard](std::uint64_t offset, std::span<std::byte> into) {
    shard->read(offset, into);
  };
  return content;
}

}  // namespace

std::uint64_t GiantTensor::bytes() const {
  std::uint64_t count = elementBytes();
  for (const std::uint64_t extent : shape) count *= extent;
  return count;
}

MixtureConfig glm45Air() {
  return {.model_type = "glm4_moe",
          .architecture = "Glm4MoeForCausalLM",
          .hidden = 4096,
          .layers = 46,
          .heads = 96,
          .key_value_heads = 8,
          .head_dim = 128,
          .dense_intermediate = 10944,
          .expert_intermediate = 1408,
          .experts = 128,
          .shared_experts = 1,
          .dense_layers = 1,
          .extra_layers = 1,
          .attention_bias = true,
          .vocabulary = 151552,
          .shards = 47,
          .seed = 45};
}

MixtureConfig solarOpen100B() {
  return {.model_type = "solar_open",
          .architecture = "SolarOpenForCausalLM",
          .hidden = 4096,
          .layers = 48,
          .heads = 64,
          .key_value_heads = 8,
          .head_dim = 128,
          .dense_intermediate = 10240,
          .expert_intermediate = 1280,
          .experts = 128,
          .shared_experts = 1,
          .dense_layers = 0,
          .extra_layers = 0,
          .attention_bias = false,
          .vocabulary = 196608,
          .shards = 42,
          .seed = 100};
}

std::vector<GiantTensor> tensorsOf(const MixtureConfig& config) {
  std::vector<GiantTensor> tensors;
  Namer names(tensors);
  names.add("embed_tokens.weight", {config.vocabulary, config.hidden});
  for (std::uint64_t i = 0; i < config.layers + config.extra_layers; ++i) {
    addLayer(names, config, i);
  }
  names.prefix = "model.";
  addNorm(names, config, "norm");
  names.prefix = "";
  names.add("lm_head.weight", {config.vocabulary, config.hidden});
  if (config.layer_norms) names.add("lm_head.bias", {config.vocabulary});
  return tensors;
}

std::map<std::string, Content> giantFiles(const MixtureConfig& config) {
  const std::uint64_t seed = config.seed * 1000;
  return giantFiles(
      config, [seed](const GiantTensor& tensor, std::uint64_t offset, std::span<std::byte> into) {
        const std::uint64_t own = seeded(seed, tensor.name);
        for (std::size_t i = 0; i < into.size();) {
          const std::uint64_t at = offset + i;
          const std::uint64_t word = weights(own, at / 8);
          const auto n = std::min<std::size_t>(8 - at % 8, into.size() - i);
          std::memcpy(into.data() + i, reinterpret_cast<const char*>(&word) + at % 8, n);
          i += n;
        }
      });
}

std::map<std::string, Content> giantFiles(const MixtureConfig& config, const FillTensor& fill) {
  const std::vector<GiantTensor> tensors = tensorsOf(config);
  std::uint64_t total = 0;
  for (const GiantTensor& tensor : tensors) total += tensor.bytes();
  std::map<std::string, Content> files;
  std::vector<std::vector<GiantTensor>> shards(config.shards);
  std::map<std::string, std::string> shard_of;
  std::uint64_t before = 0;
  for (const GiantTensor& tensor : tensors) {
    const std::size_t shard =
        std::min<std::size_t>(before / (total / config.shards + 1), config.shards - 1);
    before += tensor.bytes();
    shard_of[tensor.name] = shardName(shard + 1, config.shards);
    shards[shard].push_back(tensor);
  }
  for (std::size_t i = 0; i < shards.size(); ++i) {
    files[shardName(i + 1, config.shards)] =
        shardContent(std::move(shards[i]), config.seed * 1000 + i, fill);
  }
  files["model.safetensors.index.json"] = indexContent(total, shard_of);
  files["config.json"] = textContent(configJson(config));
  return files;
}

void publishGiants(RangeServer& server) {
  server.publish(kSolar, "main", std::string(40, '1'), giantFiles(solarOpen100B()));
  server.publish(kGlm, "main", std::string(40, '2'), giantFiles(glm45Air()));
}

std::vector<double> giantValues(const std::map<std::string, Content>& files,
                                const std::string& tensor) {
  for (const auto& [name, content] : files) {
    if (!name.ends_with(".safetensors")) continue;
    std::uint64_t length = 0;
    content.fill(0, std::as_writable_bytes(std::span(&length, 1)));
    const std::string header = bytesOf(content, 8, length);
    const std::size_t entry = header.find('"' + tensor + "\":");
    if (entry == std::string::npos) continue;
    const std::size_t offsets = header.find("data_offsets", entry);
    unsigned long start = 0, end = 0;
    std::sscanf(header.c_str() + offsets, "data_offsets\":[%lu,%lu]", &start, &end);
    const std::string bytes = bytesOf(content, 8 + length + start, end - start);
    std::vector<double> values(bytes.size() / 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, bytes.data() + 2 * i, 2);
      values[i] = std::bit_cast<float>(std::uint32_t{half} << 16);
    }
    return values;
  }
  throw std::runtime_error("no tensor " + tensor);
}

}  // namespace kindred::servers
