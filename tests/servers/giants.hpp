// Models of 200 GB that nobody stores: tensors, shards and headers follow from the public
// configurations, every value from its place. Any range can be asked for, and comes out the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "servers/content.hpp"

namespace kindred::servers {

// What the configuration of a mixture-of-experts model says about shapes.
struct MixtureConfig {
  std::string model_type, architecture;
  std::uint64_t hidden, layers, heads, key_value_heads, head_dim;
  std::uint64_t dense_intermediate, expert_intermediate, experts, shared_experts;
  std::uint64_t dense_layers;  // the first ones have no experts
  std::uint64_t extra_layers;  // for predicting one more token: in the files, not in `layers`
  bool attention_bias;
  std::uint64_t vocabulary;
  std::size_t shards;
  std::uint64_t seed;
  bool mixtral = false;      // experts are named as Mixtral's, not as DeepSeek's
  bool layer_norms = false;  // norms have biases, and so have the output projections
  std::string more = {};     // further fields of config.json: ", \"name\": value"
};

MixtureConfig glm45Air();
MixtureConfig solarOpen100B();

struct GiantTensor {
  std::string name, dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t elementBytes() const { return dtype == "F32" ? 4 : 2; }
  std::uint64_t bytes() const;
};
std::vector<GiantTensor> tensorsOf(const MixtureConfig& config);

// Bytes [offset, offset + into.size()) of a tensor: a function of its arguments alone.
using FillTensor =
    std::function<void(const GiantTensor&, std::uint64_t offset, std::span<std::byte> into)>;

// config.json, model.safetensors.index.json and the shards; by default filled with numbers around
// zero that depend on the seed.
std::map<std::string, Content> giantFiles(const MixtureConfig& config);
std::map<std::string, Content> giantFiles(const MixtureConfig& config, const FillTensor& fill);

// Publishes both at `server`, under their names and main.
class RangeServer;
void publishGiants(RangeServer& server);

// The float values of a tensor of 16-bit weights, found by the header of its shard.
std::vector<double> giantValues(const std::map<std::string, Content>& files,
                                const std::string& tensor);

}  // namespace kindred::servers
