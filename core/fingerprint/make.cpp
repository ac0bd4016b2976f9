#include "fingerprint/make.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "align/formula.hpp"
#include "align/same_numbers.hpp"
#include "align/table_products.hpp"
#include "fingerprint/along.hpp"
#include "fingerprint/candidates.hpp"
#include "fingerprint/fair.hpp"
#include "results/hash.hpp"
#include "run/weights.hpp"
#include "words/names.hpp"

namespace kindred::fingerprint {
namespace {

constexpr std::uint32_t kBandRows = 32;
constexpr std::size_t kExtremes = 16;     // of either end
constexpr std::size_t kExtremesOf = 256;  // units whose gates they are taken over
constexpr std::size_t kMostOfLayer = 96, kFewestOfLayer = 16;  // units of grams
constexpr std::size_t kMaps = 9;
constexpr std::uint64_t kGap = 4096;       // between ranges that are told as one
constexpr std::uint64_t kHeader = 24'000;  // bytes kept for the header

class Maker {
 public:
  Maker(const plan::Model& model, std::uint64_t size, std::uint64_t read)
      : model_(model),
        reading_(plan::readingOf(model, read)),
        weights_(model, reading_),
        size_(size - std::min(size, kHeader)),
        bits_(size < 500'000     ? 256
              : size < 2'000'000 ? 512
                                 : 1024) {}

  Fingerprint run() {
    weights_.readAhead();
    describe();
    takeTokens();
    const std::uint64_t room = size_ - std::min(size_, 8 * made_.tokens.size());
    std::uint64_t left = room;
    takeNorms();
    left -= std::min(left, made_.norms.values.size());
    left -= takeMaps(room / 10);
    left -= takeBands(room * 3 / 20);
    left -= takeValues(room / 5);
    takeUnits(left, room / 8);
    refuseTables();
    if (made_.units.count() + made_.values.count() == 0) refuse();
    addRanges();
    return std::move(made_);
  }

 private:
  void describe() {
    const ModelShape& shape = weights_.shape();
    made_.model = model_.key;
    made_.address = model_.address;
    made_.revision = model_.location ? model_.location->revision() : "";
    made_.family = weights_.architecture();
    made_.component = models::name(model_.architecture->component());
    made_.layers = shape.layers;
    made_.hidden = shape.hidden;
    made_.heads = shape.heads;
    made_.kv_heads = shape.kv_heads;
    made_.head_dim = shape.head_dim;
    made_.whole = reading_.whole;
    for (const models::Tensor& tensor : model_.checkpoint.tensors()) {
      made_.parameters += tensor.elements;
      made_.bytes += tensor.bytes;
    }
    made_.config_xxh3 = results::xxh3(model_.checkpoint.config());
    std::string spelled;
    for (const std::string& token : weights_.tokens()) {
      made_.vocabulary += !token.empty();
      spelled += token;
      spelled += '\n';
    }
    if (made_.vocabulary > 0) made_.tokenizer_xxh3 = results::xxh3(spelled);
    addGrant(Gauge::mlp_unit, role::kUp);
    addGrant(Gauge::value_dim, role::kValue);
    addGrant(Gauge::residual_dim, role::kUp, 1);
  }

  void addGrant(Gauge gauge, std::string_view role, unsigned axis = 0) {
    const GaugeGrant grant = weights_.gauge(role, axis, gauge);
    Grant& made = made_.grants[gauge];
    made = {grant.sign, grant.reason, grant.unverified, ""};
    for (std::uint64_t l = 0; l < made_.layers && made.asymmetry.empty(); ++l) {
      made.asymmetry = weights_.asymmetry(role, {static_cast<std::int64_t>(l), -1, false});
    }
    if (!made.sign) return;
    const GaugeUse use{gauge, GaugeUse::Of::signs, std::string(role), axis};
    auto why = align::computedBehind(weights_, use);
    if (!why && gauge != Gauge::residual_dim) why = align::sameNumbersIn(weights_, role, axis);
    if (why) made = {false, *why, "", ""};
  }

  bool granted(Gauge gauge) const { return made_.grants.at(gauge).sign; }

  // Those whose texts have the smallest hashes: of two models with one vocabulary the same.
  void takeTokens() {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    const std::vector<std::string>& tokens = weights_.tokens();
    if (weights_.rows(role::kEmbedding, {}) == 0) return;
    for (std::uint32_t t = 0; t < tokens.size(); ++t) {
      if (!tokens[t].empty()) all.emplace_back(hashOf(tokens[t]), t);
    }
    std::sort(all.begin(), all.end());
    if (all.size() > 2 * std::size_t{bits_}) all.resize(2 * std::size_t{bits_});
    if (all.empty()) return;
    std::vector<std::uint32_t> rows;
    for (const auto& [hash, row] : all) rows.push_back(row);
    const Matrix embedding = weights_.matrix(role::kEmbedding, {}, rows);
    const std::vector<double> lengths = lengthsOfRows(embedding);
    for (std::size_t t = 0; t < all.size() && made_.tokens.size() < bits_; ++t) {
      if (!(lengths[t] > 0)) continue;
      if (!made_.tokens.empty() && made_.tokens.back() == all[t].first) continue;
      made_.tokens.push_back(all[t].first);
      for (std::uint64_t c = 0; c < embedding.columns; ++c) {
        token_rows_.push_back(
            static_cast<float>(embedding.values[t * embedding.columns + c] / lengths[t]));
      }
    }
    std::sort(rows.begin(), rows.end());
    tokens_tell_ = !align::computedIn(weights_, role::kEmbedding, rows);
    made_.tokens.resize(made_.tokens.size() / 64 * 64);
    token_rows_.resize(made_.tokens.size() * embedding.columns);
    if (embedding.columns != made_.hidden) made_.tokens.clear();
  }

  static std::uint64_t hashOf(const std::string& token) {
    return std::strtoull(results::xxh3(token).substr(0, 16).c_str(), nullptr, 16);
  }

  // `grams`: of the room, for cosines inside layers.
  void takeUnits(std::uint64_t room, std::uint64_t grams) {
    if (!granted(Gauge::mlp_unit)) return;
    startSketches(made_.units, true);
    const std::uint64_t each = 16 + (2 * bits_ + 2 * made_.tokens.size()) / 8;
    const auto layers = placesByLayer();
    const std::size_t of_grams = layers.empty() ? 0 : gramUnits(grams / layers.size());
    std::uint64_t left = (room - std::min(room, grams)) / each;
    std::size_t ahead = layers.size();
    for (const auto& [layer, places] : layers) {
      std::vector<Sized> candidates;
      for (const Place& place : places) addUnits(weights_, place, candidates);
      const std::size_t most = left / ahead--;
      keepLargest(candidates, std::max(most, kExtremesOf));
      addGrams(candidates, std::min(of_grams, most));
      keepLargest(candidates, most);
      left -= candidates.size();
      addRows(candidates, made_.units, role::kUp, role::kGate, unit_tables_);
    }
  }

  // Units whose cosines with each other take up so many bytes; 0 where these are too few.
  static std::size_t gramUnits(std::uint64_t room) {
    std::size_t units = kMostOfLayer;
    while (units > 0 && 2 * units * (units + kExtremes) > room) --units;
    return units < kFewestOfLayer ? 0 : units;
  }

  // Of the first candidates of a layer, with each other and with all of them.
  void addGrams(const std::vector<Sized>& candidates, std::size_t units) {
    units = std::min(units, candidates.size());
    if (units < kFewestOfLayer) return;
    const std::vector<float> gates =
        unitRows(candidates, std::min(candidates.size(), kExtremesOf), role::kGate);
    const std::vector<float> ups = unitRows(candidates, units, role::kUp);
    made_.grams.width = 2 * kExtremes;
    addLayer(gates, ups, made_.hidden, units, made_.grams);
    made_.grams.layer.push_back(static_cast<std::int32_t>(candidates.front().place.layer));
    made_.grams.units.push_back(static_cast<std::int32_t>(units));
  }

  // Of length one.
  std::vector<float> unitRows(const std::vector<Sized>& candidates, std::size_t count,
                              std::string_view role) const {
    std::map<Place, std::vector<std::uint32_t>> wanted;
    for (std::size_t i = 0; i < count; ++i) {
      wanted[candidates[i].place].push_back(candidates[i].row);
    }
    std::map<Place, Matrix> matrices;
    for (auto& [place, list] : wanted) {
      std::sort(list.begin(), list.end());
      matrices[place] = weights_.matrix(role, place, list);
    }
    std::vector<float> rows;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& list = wanted.at(candidates[i].place);
      const auto at = static_cast<std::size_t>(
          std::lower_bound(list.begin(), list.end(), candidates[i].row) - list.begin());
      const Matrix& matrix = matrices.at(candidates[i].place);
      const float* row = matrix.values.data() + at * matrix.columns;
      double square = 0;
      for (std::uint64_t c = 0; c < matrix.columns; ++c) square += double{row[c]} * row[c];
      const double scale = square > 0 ? 1 / std::sqrt(square) : 0;
      for (std::uint64_t c = 0; c < matrix.columns; ++c) {
        rows.push_back(static_cast<float>(row[c] * scale));
      }
    }
    return rows;
  }

  // A power of two, so that those of a smaller fingerprint are among a larger one's.
  std::uint32_t coordinates() const {
    std::uint32_t count = bits_ / 4;
    while (count > made_.hidden) count /= 2;
    return count < 2 ? 0 : count;
  }

  void takeNorms() {
    Streams& norms = made_.norms;
    norms.coordinates = coordinates();
    if (norms.coordinates == 0) return;
    const auto add = [&](std::string_view role, std::int64_t layer, Along kind) {
      const Matrix gains = weights_.matrix(role, {layer, -1, false});
      if (gains.rows != 1 || gains.columns != made_.hidden) return;
      if (!addGains(gains.values, norms)) return;
      norms.kind.push_back(static_cast<std::int32_t>(kind));
      norms.layer.push_back(static_cast<std::int32_t>(layer));
    };
    for (std::uint64_t l = 0; l < made_.layers; ++l) {
      add(role::kAttentionNorm, static_cast<std::int64_t>(l), Along::attention);
      add(role::kMlpNorm, static_cast<std::int64_t>(l), Along::mlp);
    }
    add(role::kFinalNorm, -1, Along::last);
  }

  std::uint64_t takeMaps(std::uint64_t room) {
    Streams& maps = made_.maps;
    if (!granted(Gauge::residual_dim) || coordinates() == 0) return 0;
    maps.coordinates = coordinates();
    const std::uint64_t each = std::uint64_t{maps.coordinates} * maps.coordinates + 8;
    const std::size_t most = std::min<std::uint64_t>(kMaps, room / each);
    const auto add = [&](Along kind, std::int64_t layer, std::vector<float> map) {
      if (maps.count() >= most || !addMap(std::move(map), maps)) return;
      maps.kind.push_back(static_cast<std::int32_t>(kind));
      maps.layer.push_back(static_cast<std::int32_t>(layer));
    };
    const StreamMaps made(weights_, maps.coordinates);
    if (most > 0 && !token_rows_.empty() && tokens_tell_) {
      add(Along::embedding, -1, made.ofTokens(token_rows_));
    }
    for (const std::int64_t layer : spreadLayers(made_.layers)) {
      if (maps.count() >= most) break;
      add(Along::mlp, layer, made.ofMlps(layer));
      if (maps.count() >= most) break;
      add(Along::attention, layer, made.ofAttention(layer));
    }
    return maps.count() * each;
  }

  std::uint64_t takeValues(std::uint64_t room) {
    if (!granted(Gauge::value_dim) || made_.head_dim == 0) return 0;
    startSketches(made_.values, false);
    const std::uint64_t each = 16 + (bits_ + made_.tokens.size()) / 8;
    std::uint64_t left = room / each, ahead = made_.layers;
    for (std::uint64_t l = 0; l < made_.layers; ++l) {
      const Place place{static_cast<std::int64_t>(l), -1, false};
      std::vector<Sized> candidates;
      addValues(weights_, place, candidates);
      keepLargest(candidates, left / ahead--);
      left -= candidates.size();
      addRows(candidates, made_.values, role::kValue, {}, value_tables_);
    }
    return made_.values.count() * each;
  }

  std::uint64_t takeBands(std::uint64_t room) {
    const GaugeUse use{Gauge::mlp_unit, GaugeUse::Of::signs, std::string(role::kDown), 1};
    if (!granted(Gauge::mlp_unit) || align::computedBehind(weights_, use)) return 0;
    Bands& bands = made_.bands;
    bands.width = kBandRows;
    const std::uint64_t each = 12 + kBandRows;
    std::vector<std::uint32_t> first(kBandRows);
    std::iota(first.begin(), first.end(), 0u);
    const auto layers = placesByLayer();
    std::uint64_t left = room / each, ahead = layers.size();
    for (const auto& [layer, places] : layers) {
      std::map<Place, Matrix> rows;
      std::vector<Sized> candidates;
      for (const Place& place : places) {
        if (weights_.rows(role::kDown, place) < kBandRows) continue;
        rows[place] = weights_.matrix(role::kDown, place, first);
        addColumns(rows[place], place, candidates);
      }
      keepLargest(candidates, left / ahead--);
      left -= candidates.size();
      for (const Sized& candidate : candidates) addBand(candidate, rows.at(candidate.place));
    }
    return bands.count() * each;
  }

  // As whole numbers, the largest of which is 127.
  void addBand(const Sized& candidate, const Matrix& band) {
    float most = 0;
    for (std::uint32_t r = 0; r < kBandRows; ++r) {
      most = std::max(most, std::abs(band.values[r * band.columns + candidate.row]));
    }
    Bands& bands = made_.bands;
    bands.layer.push_back(static_cast<std::int32_t>(candidate.place.layer));
    bands.part.push_back(candidate.part);
    bands.number.push_back(candidate.number);
    for (std::uint32_t r = 0; r < kBandRows; ++r) {
      const float value = band.values[r * band.columns + candidate.row];
      bands.values.push_back(static_cast<std::int8_t>(std::lround(127 * value / most)));
    }
  }

  std::map<std::int64_t, std::vector<Place>> placesByLayer() const {
    std::map<std::int64_t, std::vector<Place>> layers;
    for (const Place& place : weights_.mlps()) layers[place.layer].push_back(place);
    return layers;
  }

  void startSketches(Rows& rows, bool paired) {
    if (directions_.empty()) directions_ = directions(made_.hidden, bits_);
    const auto tokens = static_cast<std::uint32_t>(made_.tokens.size());
    rows.own.bits = bits_;
    rows.own_tokens.bits = tokens;
    if (!paired) return;
    rows.pairing.bits = bits_;
    rows.pairing_tokens.bits = tokens;
  }

  // The chosen rows of one layer, all of a matrix read together.
  void addRows(const std::vector<Sized>& candidates, Rows& rows, std::string_view own,
               std::string_view pairing, std::vector<std::vector<align::TableProduct>>& tables) {
    std::map<Place, std::vector<std::uint32_t>> wanted;
    for (const Sized& candidate : candidates) wanted[candidate.place].push_back(candidate.row);
    std::map<Place, Matrix> owns, pairings;
    for (auto& [place, list] : wanted) {
      std::sort(list.begin(), list.end());
      owns[place] = weights_.matrix(own, place, list);
      if (!pairing.empty()) pairings[place] = weights_.matrix(pairing, place, list);
    }
    for (const Sized& candidate : candidates) {
      rows.layer.push_back(static_cast<std::int32_t>(candidate.place.layer));
      rows.part.push_back(candidate.part);
      rows.number.push_back(candidate.number);
      rows.size.push_back(candidate.size);
      const auto& list = wanted.at(candidate.place);
      const auto at = static_cast<std::size_t>(
          std::lower_bound(list.begin(), list.end(), candidate.row) - list.begin());
      sketch(owns.at(candidate.place), at, rows.own, rows.own_tokens);
      keepTables(owns.at(candidate.place), at, candidate.row, tables);
      if (pairing.empty()) continue;
      sketch(pairings.at(candidate.place), at, rows.pairing, rows.pairing_tokens);
    }
  }

  void sketch(const Matrix& matrix, std::size_t row, Sketches& random, Sketches& tokens) const {
    const std::span<const float> values(matrix.values.data() + row * matrix.columns,
                                        matrix.columns);
    addSketches(values, matrix.columns, directions_, false, random);
    addSketches(values, matrix.columns, token_rows_, true, tokens);
  }

  // How the chosen rows stand to public tables: what a sketch does not tell.
  void keepTables(const Matrix& matrix, std::size_t at, std::uint64_t number,
                  std::vector<std::vector<align::TableProduct>>& tables) const {
    const float* row = matrix.values.data() + at * matrix.columns;
    const std::vector<double> values(row, row + matrix.columns);
    const align::NumberedRow numbered{number, values};
    tables.push_back(align::tableProducts({&numbered, 1}));
  }

  // Rows that began as a public table give no coins: they are left out, and the reason is kept.
  void refuseTables() {
    if (const std::string why = againstTables(made_.units, unit_tables_); !why.empty()) {
      made_.grants[Gauge::mlp_unit] = {false, why, "", ""};
      made_.units = {};
      made_.bands = {};
      made_.grams = {};
    }
    if (const std::string why = againstTables(made_.values, value_tables_); !why.empty()) {
      made_.grants[Gauge::value_dim] = {false, why, "", ""};
      made_.values = {};
    }
  }

  std::string againstTables(const Rows& rows,
                            const std::vector<std::vector<align::TableProduct>>& tables) const {
    if (tables.empty()) return {};
    const Coinage coinage = coinageOf(rows, made_.hidden);
    for (std::size_t k = 0; k < tables.front().size(); ++k) {
      align::Coins coins;
      for (std::size_t i = 0; i < tables.size(); ++i) coins.add(coinage[i], tables[i][k].value);
      const std::string why = refusal(coins.count(), tables.front()[k].against);
      if (!why.empty()) return "in the model alone " + why;
    }
    return {};
  }

  [[noreturn]] void refuse() const {
    std::string reasons;
    for (const auto& [gauge, grant] : made_.grants) {
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", name(gauge),
                             grant.sign ? "no rows were read" : grant.reason);
    }
    throw inputError(fmt::format("model '{}'", words::escaped(model_.key)),
                     "nothing of it has signs that a fingerprint could hold: " + reasons);
  }

  // What was read of each file, neighbouring ranges as one.
  void addRanges() {
    std::map<std::string, std::set<std::pair<std::uint64_t, std::uint64_t>>> ranges;
    std::map<std::string, std::string> hashes;
    std::set<std::tuple<std::string, std::uint64_t, std::uint64_t>> seen;
    for (const results::RangeRead& range : weights_.takeRanges()) {
      if (!seen.insert({range.file, range.offset, range.length}).second) continue;
      ranges[range.file].insert({range.offset, range.offset + range.length});
      hashes[range.file] += range.xxh3_128;
    }
    for (const auto& [file, of_file] : ranges) {
      FileRead read{file, {}, results::xxh3(hashes[file])};
      for (const auto& [begin, end] : of_file) {
        if (!read.ranges.empty() &&
            begin <= read.ranges.back().first + read.ranges.back().second + kGap) {
          auto& last = read.ranges.back();
          last.second = std::max(last.second, end - last.first);
        } else {
          read.ranges.emplace_back(begin, end - begin);
        }
      }
      made_.read.push_back(std::move(read));
    }
  }

  const plan::Model& model_;
  plan::WeightReading reading_;
  run::CheckpointWeights weights_;
  std::uint64_t size_;
  std::uint32_t bits_;
  Fingerprint made_;
  std::vector<float> directions_, token_rows_;
  bool tokens_tell_ = false;  // no formula gives their rows
  std::vector<std::vector<align::TableProduct>> unit_tables_, value_tables_;  // row by row
};

Fingerprint ofPart(const plan::Model& model, std::uint64_t size, std::uint64_t read) {
  if (model.architecture == nullptr) {
    throw inputError(fmt::format("model '{}'", words::escaped(model.key)),
                     "its family is not known, and a fingerprint holds rows by their roles",
                     "compare it as a model; docs/architectures.md says how to describe a family");
  }
  return Maker(model, size, read).run();
}

// The language model first, where there is one.
std::vector<const plan::Model*> partsOf(const plan::Model& model) {
  std::vector<const plan::Model*> parts;
  for (const auto& part : model.components) parts.push_back(part.get());
  std::stable_partition(parts.begin(), parts.end(), [](const plan::Model* part) {
    return part->architecture != nullptr &&
           part->architecture->component() == models::Component::language_model;
  });
  return parts;
}

}  // namespace

Fingerprint make(const plan::Model& model, std::uint64_t size, std::uint64_t read) {
  if (model.components.empty()) return ofPart(model, size, read);
  const std::vector<const plan::Model*> parts = partsOf(model);
  // The first takes what the others leave, each of which gets half of an even share.
  const std::uint64_t share = size / (2 * parts.size());
  std::vector<Fingerprint> made;
  std::optional<Error> refusal;
  for (const plan::Model* part : parts) {
    const std::uint64_t room = part == parts.front() ? size - share * (parts.size() - 1) : share;
    try {
      made.push_back(ofPart(*part, room, read));
    } catch (const Error& error) {
      if (error.category() != Category::input) throw;
      if (!refusal) refusal = error;
    }
  }
  if (made.empty()) throw *refusal;
  Fingerprint first = std::move(made.front());
  first.others.assign(std::make_move_iterator(made.begin() + 1),
                      std::make_move_iterator(made.end()));
  return first;
}

}  // namespace kindred::fingerprint
