// A model whose signs are drawn anew along every gauge that its architecture grants: the same
// function, and a model that could as well have come of its initialisation. Whatever shares weights
// with the first shares no sign with this one, so tests of signs have p-values as under their null.
//
// What changes together changes together: a unit's up row and down column, a value row and the
// columns of attention's output that read it, a rotary pair in the key and in the queries of its
// group, a row of a latent and the column that reads it, a coordinate of the stream everywhere. But
// for queries beside a key that all heads of a layer share: what tests of its signs read does not
// hold them.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/model_weights.hpp>

namespace kindred::align {

class Redrawn final : public ModelWeights {
 public:
  // Equal seeds draw alike. The weights, whose rows are read from the first, must outlive this.
  Redrawn(const ModelWeights& weights, std::uint64_t seed) : weights_(weights), seed_(seed) {}

  const std::string& model() const override { return weights_.model(); }
  const std::string& architecture() const override { return weights_.architecture(); }
  const ModelShape& shape() const override { return weights_.shape(); }
  const std::vector<Place>& mlps() const override { return weights_.mlps(); }
  const std::vector<std::string>& tokens() const override { return weights_.tokens(); }
  std::uint64_t rows(std::string_view role, const Place& place) const override {
    return weights_.rows(role, place);
  }
  bool whole(std::string_view role, const Place& place) const override {
    return weights_.whole(role, place);
  }
  Matrix matrix(std::string_view role, const Place& place,
                std::span<const std::uint32_t> rows = {}) const override;
  GaugeGrant gauge(std::string_view role, unsigned axis, Gauge which) const override {
    return weights_.gauge(role, axis, which);
  }
  std::string asymmetry(std::string_view role, const Place& place) const override {
    return weights_.asymmetry(role, place);
  }

 private:
  // 1 or -1 for each of `count` indices of an axis.
  std::vector<float> signs(std::string_view role, unsigned axis, const Place& place,
                           std::size_t count) const;
  std::vector<float> coins(Gauge gauge, std::string_view of, const Place& place,
                           std::size_t count) const;
  // Which of a gauge's coins an index takes; kNone: none.
  std::size_t coinOf(Gauge gauge, std::string_view role, const Place& place,
                     std::size_t index) const;

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const ModelWeights& weights_;
  std::uint64_t seed_;
};

}  // namespace kindred::align
