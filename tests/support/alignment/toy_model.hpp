// Small gated transformers with Gaussian weights, and the edits that hide a copy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <kindred/model_weights.hpp>

namespace kindred::test {

struct ToyShape {
  std::uint64_t layers = 3, hidden = 48, heads = 4, kv_heads = 2, head_dim = 16, rotary_dim = 16;
  std::uint64_t units = 96, experts = 0, vocabulary = 80;
  std::uint64_t query_latents = 0, latents = 0;
  std::uint64_t shared_key = 0;          // rows of a rotary key that all heads of a layer share
  std::vector<HeadShape> by_layer = {};  // empty: heads of all layers are as above
  bool biases = false;                   // of keys and values
  std::uint64_t bands = 0;  // rows of down and attention's output that were read, of more
};

// Gauges are those of a Llama-like decoder. Its matrices count as having the norms folded in.
class ToyModel : public ModelWeights {
 public:
  ToyModel(std::string name, std::uint64_t seed, const ToyShape& shape = {});

  const std::string& model() const override { return name_; }
  bool whole(std::string_view role, const Place& place) const override {
    const bool writes = role == role::kDown || role == role::kAttentionOutput;
    return !writes || rows(role, place) == shape_.hidden;
  }
  const std::string& architecture() const override { return architecture_; }
  const ModelShape& shape() const override { return shape_; }
  const std::vector<Place>& mlps() const override { return mlps_; }
  const std::vector<std::string>& tokens() const override { return tokens_; }
  std::uint64_t rows(std::string_view role, const Place& place) const override;
  Matrix matrix(std::string_view role, const Place& place,
                std::span<const std::uint32_t> rows = {}) const override;
  GaugeGrant gauge(std::string_view role, unsigned axis, Gauge which) const override;
  std::string asymmetry(std::string_view, const Place&) const override { return asymmetry_; }

  // A copy under another name.
  ToyModel as(std::string name) const;
  // Adds Gaussian noise of this size (relative to the initial weights) to everything but norms.
  ToyModel& trained(double noise, std::uint64_t seed);
  // Shuffles the units of every MLP, before any is read in part.
  ToyModel& permuted(std::uint64_t seed);
  // Shuffles the key-value heads, with the query heads that go with them.
  ToyModel& headsPermuted(std::uint64_t seed);
  // Turns the residual stream by a random rotation, with the norms folded in.
  ToyModel& rotated(std::uint64_t seed);
  // Fresh embeddings and output.
  ToyModel& reembedded(std::uint64_t seed);
  // Each dense MLP becomes `experts` copies.
  ToyModel& upcycled(std::uint64_t experts);
  // Only the first units of every MLP, as if no more had been read.
  ToyModel& readInPart(std::uint64_t units);
  // Every MLP holds each of its units so many times, all one after the other.
  ToyModel& unitsCloned(std::uint64_t times);
  // Every coordinate of the residual stream stands there so many times, all one after the other.
  ToyModel& widthCloned(std::uint64_t times);
  // Units of every MLP by falling length of their gate rows.
  ToyModel& unitsSorted();
  // The layers named, in this order.
  ToyModel& relayered(const std::vector<std::int64_t>& layers);
  // Says that the format has a zero point.
  ToyModel& quantised(std::string asymmetry);

  Matrix& at(std::string_view role, const Place& place) {
    return tensors_.at({std::string(role), place});
  }
  void drop(std::string_view role);

 protected:
  template <class Edit>
  void eachMatrix(Edit&& edit) {
    for (auto& [key, matrix] : tensors_) edit(key.first, matrix);
  }

 private:
  void put(std::string_view role, const Place& place, std::uint64_t rows, std::uint64_t columns,
           std::uint64_t seed);
  void listMlps();

  std::string name_;
  std::string architecture_ = "toy";
  std::string asymmetry_;
  ModelShape shape_;
  std::vector<Place> mlps_;
  std::vector<std::string> tokens_;
  std::map<std::pair<std::string, Place>, Matrix> tensors_;
};

}  // namespace kindred::test
