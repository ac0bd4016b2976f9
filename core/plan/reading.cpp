#include "plan/reading.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>

#include "plan/draw.hpp"

namespace kindred::plan {
namespace {

constexpr std::uint64_t kRowsOfOne = 64;     // of an MLP that stands alone in its layer, at least
constexpr std::uint64_t kRowsOfExperts = 8;  // of each of several
// Bytes of the values of matrices that are products: tests hold them all at once.
constexpr std::uint64_t kMostMade = std::uint64_t{512} << 20;
constexpr std::uint64_t kRowsOfBand = 32;  // whose columns are units
constexpr std::uint64_t kFewestOfBand = 16;

// A layer's place in the order of reading. The first layer differs most from the others.
auto turn(std::int64_t layer) {
  const int zeros = layer <= 0 ? -1 : std::countr_zero(static_cast<std::uint64_t>(layer));
  return std::pair(-zeros, layer);
}

std::uint64_t rowsOf(const models::View& view) {
  return view.info.shape.size() < 2 ? 1 : view.info.shape[0];
}

std::uint64_t bytesOfRows(const models::View& view, std::uint64_t rows) {
  return storedBytes(plan::bytesOfRows(view, 0, rows));
}

std::uint64_t bytesOf(const ReadableMatrix& matrix) {
  std::uint64_t bytes = 0;
  for (const ByteRange& range : storedOnce(matrix.ranges())) bytes += range.length;
  return bytes;
}

// Rows that are read at once because fewer would cost almost as much: a few rows of what is packed
// along the inputs are strewn over all of it.
std::uint64_t rowsOfRun(const models::View& view) {
  constexpr double kNearly = 1.5;
  const std::uint64_t all = rowsOf(view);
  if (all == 0) return 1;
  const double least =
      static_cast<double>(bytesOfRows(view, all)) / static_cast<double>(all) * kNearly;
  for (std::uint64_t rows = 1; rows < all; rows *= 2) {
    if (static_cast<double>(bytesOfRows(view, rows)) <= least * static_cast<double>(rows)) {
      return rows;
    }
  }
  return all;
}

// Of one row among many: what an adapter adds to each of them is read once.
std::uint64_t costOfRow(const models::View& view) {
  constexpr std::uint64_t kMany = 64;
  const bool changed =
      view.tensor != nullptr && view.tensor->numbers != nullptr && view.tensor->numbers->changed;
  const std::uint64_t rows =
      changed ? std::min(kMany, rowsOf(view)) : std::min(rowsOfRun(view), rowsOf(view));
  return bytesOfRows(view, rows) / std::max<std::uint64_t>(rows, 1);
}

class Chooser {
 public:
  Chooser(const Model& model, const ReadLimit& limit)
      : budget_(limit.bytes),
        draw_(limit.beacon),
        gated_(!model.architecture->patterns(role::kUp).empty()) {
    models::RoleShapes shapes = models::roleShapes(model.checkpoint, *model.architecture);
    for (models::View& view : shapes.views) add(std::move(view));
    reading_.dimensions = shapes.dimensions;
    reading_.misfits = std::move(shapes.misfits);
    reading_.made = std::move(shapes.made);
  }

  WeightReading run() {
    if (!takeAll()) takeParts();
    listMlps();
    return std::move(reading_);
  }

 private:
  // Shared experts stand under the roles of all experts.
  void add(models::View view) {
    const bool shared = view.info.role.starts_with("shared.");
    const std::string role = shared ? "mlp" + view.info.role.substr(view.info.role.find('.'))
                                    : std::string(view.info.role);
    const Place place{view.info.layer, shared ? -1 : view.info.expert, shared};
    if (place.layer >= 0) layers_.insert(place.layer);
    views_.emplace(MatrixKey{role, place}, std::move(view));
  }

  const models::View* find(std::string_view role, const Place& place) const {
    const auto found = views_.find(MatrixKey{role, place});
    return found == views_.end() ? nullptr : &found->second;
  }

  std::uint64_t cost(std::string_view role, const Place& place) const {
    const models::View* view = find(role, place);
    return view == nullptr ? 0 : bytesOfRows(*view, rowsOf(*view));
  }

  // Of one token in all matrices that have tokens.
  std::uint64_t tokenCost() const {
    std::uint64_t bytes = 0;
    for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
      if (const models::View* view = find(role, {})) bytes += bytesOfRows(*view, 1);
    }
    return bytes;
  }

  // Bytes of its values, where they are a product.
  std::uint64_t valuesMade(std::string_view role, const Place& place) const {
    const models::View* view = find(role, place);
    const bool made = view != nullptr &&
                      std::any_of(reading_.made.begin(), reading_.made.end(),
                                  [&](const auto& shard) { return shard.get() == view->shard; });
    return made ? view->info.elements * sizeof(float) : 0;
  }

  void take(std::string_view role, const Place& place, std::uint64_t rows) {
    const models::View* view = find(role, place);
    if (view == nullptr) return;
    ReadableMatrix& matrix = reading_.matrices[MatrixKey{role, place}];
    if (!ofTokens(role)) reading_.bytes -= matrix.rows == 0 ? 0 : bytesOf(matrix);
    matrix.view = *view;
    matrix.rows = std::max(matrix.rows, std::min(rows, rowsOf(*view)));
    // Of what is packed along the inputs a row costs what all of them do.
    const std::uint64_t all = rowsOf(*view);
    if (!ofTokens(role) && bytesOfRows(*view, matrix.rows) == bytesOfRows(*view, all)) {
      matrix.rows = all;
    }
    if (ofTokens(role)) return;
    matrix.numbers = draw_.rows(role, all, matrix.rows);
    reading_.bytes += bytesOf(matrix);
  }
  void take(std::string_view role, const Place& place) {
    take(role, place, std::numeric_limits<std::uint64_t>::max());
  }

  bool takeAll() {
    reading_.tokens = kMostTokens;
    std::uint64_t all = reading_.tokens * tokenCost(), made = 0;
    for (const auto& [key, view] : views_) {
      if (!ofTokens(key.first)) all += bytesOfRows(view, rowsOf(view));
      made += valuesMade(key.first, key.second);
    }
    if (all > budget_ || made > kMostMade) return false;
    for (const auto& [key, view] : views_) take(key.first, key.second);
    reading_.bytes = all;
    return true;
  }

  void takeParts() {
    reading_.whole = false;
    reading_.beacon = draw_.beacon();
    order_.assign(layers_.begin(), layers_.end());
    std::sort(order_.begin(), order_.end(), [](auto x, auto y) { return turn(x) < turn(y); });
    draw_.order(order_);
    for (const auto& [key, view] : views_) {
      const std::string& role = key.first;
      const bool small =
          role.starts_with("norm.") || role == "attention.k_bias" || role == "attention.v_bias";
      if (small && reading_.bytes + cost(role, key.second) <= budget_ / 4) take(role, key.second);
    }
    takeTokens(budget_ / 8);
    takeAttention(budget_ / 4);
    takeProducts(budget_ / 4);
    takeOutputBands(budget_ / 16);
    takeRouters(budget_ / 8);
    takeMlps(budget_ - std::min(budget_, reading_.bytes));
  }

  void takeTokens(std::uint64_t share) {
    reading_.tokens = tokenCost() == 0 ? 0 : std::min(kMostTokens, share / tokenCost());
    if (reading_.tokens == 0) return;
    take(role::kEmbedding, {});
    take(role::kOutput, {});
    reading_.bytes += reading_.tokens * tokenCost();
  }

  // Keys and values, or latents, of whole layers; then their queries. The first layer may take a
  // little more than its share.
  void takeAttention(std::uint64_t share) {
    std::vector<Place> taken;
    for (const std::int64_t layer : order_) {
      const Place place{layer, -1, false};
      std::uint64_t bytes = 0;
      for (const auto role : kAttention) {
        if (valuesMade(role, place) == 0) bytes += cost(role, place);
      }
      if (bytes == 0 || bytes > (taken.empty() ? share + share / 3 : share)) continue;
      share -= std::min(share, bytes);
      for (const auto role : kAttention) {
        if (valuesMade(role, place) == 0) take(role, place);
      }
      taken.push_back(place);
    }
    for (const Place& place : taken) {
      const std::uint64_t bytes = cost(role::kQuery, place);
      if (bytes > share) continue;
      share -= bytes;
      take(role::kQuery, place);
    }
  }

  // Values first; the first layer's may take a little more than their share.
  void takeProducts(std::uint64_t share) {
    std::uint64_t made = kMostMade;
    std::uint64_t extra = share / 3;
    for (const std::int64_t layer : order_) {
      const Place place{layer, -1, false};
      for (const auto role : {role::kValue, role::kKey}) {
        const std::uint64_t values = valuesMade(role, place), bytes = cost(role, place);
        if (values == 0 || values > made || bytes > share + extra) continue;
        made -= values;
        share -= std::min(share, bytes);
        extra = 0;
        take(role, place);
      }
    }
  }

  void takeRouters(std::uint64_t share) {
    for (const std::int64_t layer : order_) {
      const Place place{layer, -1, false};
      const std::uint64_t bytes = cost(role::kRouter, place);
      if (bytes == 0 || bytes > share) continue;
      share -= bytes;
      take(role::kRouter, place);
    }
  }

  std::vector<Place> mlpsOf(std::int64_t layer) const {
    std::vector<Place> places;
    const auto first = views_.lower_bound(MatrixKey{role::kGate, Place{layer, -1, false}});
    for (auto at = first; at != views_.end() && at->first.first == role::kGate; ++at) {
      const Place& place = at->first.second;
      if (place.layer != layer) break;
      if (!gated_ || find(role::kUp, place) != nullptr) places.push_back(place);
    }
    return places;
  }

  // Of one row of gate and up.
  std::uint64_t rowCost(const Place& place) const {
    const models::View* up = find(role::kUp, place);
    return costOfRow(*find(role::kGate, place)) + (up == nullptr ? 0 : costOfRow(*up));
  }

  void takeMlp(const Place& place, std::uint64_t rows) {
    take(role::kGate, place, rows);
    take(role::kUp, place, rows);
  }

  void takeMlps(std::uint64_t share) {
    std::uint64_t half = share / 2;
    for (const std::int64_t layer : order_) {
      const std::vector<Place> places = mlpsOf(layer);
      if (places.empty()) continue;
      const std::uint64_t bytes =
          cost(role::kGate, places.front()) + cost(role::kUp, places.front());
      if (bytes > half) break;
      half -= bytes;
      share -= bytes;
      takeMlp(places.front(), std::numeric_limits<std::uint64_t>::max());
    }
    takeRows(share - takeDownBands(share / 4));
  }

  // Of dense MLPs that are not read whole.
  std::uint64_t takeDownBands(std::uint64_t share) {
    std::vector<Place> places;
    for (const std::int64_t layer : order_) {
      const std::vector<Place> there = mlpsOf(layer);
      if (there.size() == 1 && !reading_.matrices.contains(MatrixKey{role::kUp, there.front()})) {
        places.push_back(there.front());
      }
    }
    return takeBands(role::kDown, places, share);
  }

  // Of layers whose values are not read; not where they are an earlier layer's, or keys.
  void takeOutputBands(std::uint64_t share) {
    std::vector<Place> places;
    const std::vector<HeadShape>& heads = reading_.dimensions.heads_by_layer;
    for (const std::int64_t layer : order_) {
      const Place place{layer, -1, false};
      const auto at = static_cast<std::size_t>(layer);
      if (at < heads.size() && (heads[at].kv_heads == 0 || heads[at].value_dim == 0)) continue;
      if (!reading_.matrices.contains(MatrixKey{role::kValue, place})) places.push_back(place);
    }
    takeBands(role::kAttentionOutput, places, share);
  }

  // As many rows of each: a unit is a column and has one number in every row. Bytes taken.
  std::uint64_t takeBands(std::string_view role, const std::vector<Place>& places,
                          std::uint64_t share) {
    std::uint64_t rows = 0, taken = 0;
    for (const Place& place : places) {
      const models::View* view = find(role, place);
      if (view == nullptr) continue;
      const std::uint64_t one = std::max<std::uint64_t>(costOfRow(*view), 1);
      if (rows == 0) rows = std::min(std::max(kRowsOfBand, rowsOfRun(*view)), share / one);
      if (rows < kFewestOfBand) break;
      const std::uint64_t bytes = bytesOfRows(*view, std::min(rows, rowsOf(*view)));
      if (taken + bytes > share) break;
      take(role, place, rows);
      taken += bytes;
    }
    return taken;
  }

  void takeRows(std::uint64_t share) {
    std::vector<Place> chosen;
    std::uint64_t fewest = 0, one_row = 0;  // of what was chosen: bytes
    for (const std::int64_t layer : order_) {
      std::vector<Place> places = mlpsOf(layer);
      if (places.empty()) continue;
      const std::uint64_t rows = std::max(places.size() == 1 ? kRowsOfOne : kRowsOfExperts,
                                          rowsOfRun(*find(role::kGate, places.front())));
      std::uint64_t bytes = 0;
      for (const Place& place : places) bytes += rowCost(place);
      if (!chosen.empty() && fewest + rows * bytes > share) continue;
      if (chosen.empty() && bytes > share) {  // not even a row of each expert
        const std::uint64_t one = std::max<std::uint64_t>(rowCost(places.front()), 1);
        places.resize(std::min<std::size_t>(places.size(), share / one));
        bytes = places.size() * one;
      }
      fewest += rows * bytes;
      one_row += bytes;
      chosen.insert(chosen.end(), places.begin(), places.end());
    }
    const std::uint64_t rows = one_row == 0 ? 0 : share / one_row;
    for (const Place& place : chosen) {
      takeMlp(place, std::max(rows, rowsOfRun(*find(role::kGate, place))));
    }
  }

  void listMlps() {
    for (const auto& [key, matrix] : reading_.matrices) {
      if (key.first != role::kGate) continue;
      if (!gated_ || reading_.matrices.contains(MatrixKey{role::kUp, key.second})) {
        reading_.mlps.push_back(key.second);
      }
    }
    std::sort(reading_.mlps.begin(), reading_.mlps.end(), [](const Place& x, const Place& y) {
      return std::tuple(x.layer, !x.shared, x.expert) < std::tuple(y.layer, !y.shared, y.expert);
    });
  }

  static constexpr std::string_view kAttention[] = {role::kKey, role::kValue, role::kQueryLatent,
                                                    role::kKeyValueLatent, role::kSharedKey};

  std::uint64_t budget_;
  Draw draw_;
  bool gated_;  // MLPs have up rows
  std::map<MatrixKey, models::View> views_;
  std::set<std::int64_t> layers_;
  std::vector<std::int64_t> order_;  // the same, in the order of reading
  WeightReading reading_;
};

}  // namespace

std::uint64_t elementsRead(const WeightReading& reading) {
  std::uint64_t elements = 0;
  for (const auto& [key, matrix] : reading.matrices) {
    const std::uint64_t all = rowsOf(matrix.view);
    const std::uint64_t rows =
        ofTokens(key.first) ? std::min(matrix.rows, reading.tokens) : matrix.rows;
    if (all > 0) elements += matrix.view.info.elements / all * rows;
  }
  return elements;
}

std::vector<ByteRange> ReadableMatrix::ranges() const {
  if (numbers.empty()) return {bytesOfRows(view, 0, rows)};
  std::vector<ByteRange> ranges;
  for (const RowRun& run : runsOf(view, numbers)) ranges.push_back(run.range);
  return ranges;
}

WeightReading readingOf(const Model& model, const ReadLimit& limit) {
  return Chooser(model, limit).run();
}

std::vector<ByteRange> rangesOf(const WeightReading& reading) {
  std::vector<ByteRange> ranges;
  for (const auto& [key, matrix] : reading.matrices) {
    if (!ofTokens(key.first)) {
      for (const ByteRange& range : matrix.ranges()) ranges.push_back(range);
      continue;
    }
    const std::uint64_t tokens = std::min(reading.tokens, matrix.rows);
    for (std::uint64_t t = 0; t < tokens; ++t) {
      ranges.push_back(bytesOfRows(matrix.view, t * matrix.rows / tokens, 1));
    }
  }
  return ranges;
}

}  // namespace kindred::plan
