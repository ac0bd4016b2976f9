#include "fingerprint/streams.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/align/widened.hpp>

namespace kindred::fingerprint {
namespace {

using Map = std::vector<float>;  // of `width` coordinates, row by row

// One map at fewer coordinates: those of the smaller fingerprint, evenly spread.
Map mapAt(const Streams& maps, std::size_t which, std::size_t width) {
  const std::size_t all = maps.coordinates, step = all / width;
  const std::int8_t* values = maps.values.data() + which * all * all;
  Map map(width * width);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      map[i * width + j] = static_cast<float>(values[i * step * all + j * step]);
    }
  }
  return map;
}

// The coordinates that both have; 0: none can be compared.
std::size_t widthOf(const Streams& a, const Streams& b) {
  const std::size_t least = std::min(a.coordinates, b.coordinates);
  if (least < 2 || a.coordinates % least != 0 || b.coordinates % least != 0) return 0;
  return least;
}

// How alike the sizes of numbers of equal place are, whatever their signs.
double likeness(const Map& a, const Map& b) {
  double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = std::abs(a[i]), y = std::abs(b[i]);
    sum_a += x;
    sum_b += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const auto count = static_cast<double>(a.size());
  const double both = (aa - sum_a * sum_a / count) * (bb - sum_b * sum_b / count);
  return both > 0 ? (ab - sum_a * sum_b / count) / std::sqrt(both) : 0;
}

struct Edge {
  std::size_t from = 0, to = 0;
};

// The largest spanning tree by absolute values (Prim); coordinates that nothing holds are left out.
std::vector<Edge> largestTree(const std::vector<double>& values, std::size_t count) {
  std::vector<Edge> edges;
  std::vector<double> best(count, 0);
  std::vector<std::size_t> from(count, 0);
  std::vector<bool> taken(count, false);
  for (std::size_t step = 0; step < count; ++step) {
    std::size_t next = count;
    for (std::size_t i = 0; i < count; ++i) {
      if (!taken[i] && (next == count || best[i] > best[next])) next = i;
    }
    taken[next] = true;
    if (best[next] > 0) edges.push_back({from[next], next});
    for (std::size_t i = 0; i < count; ++i) {
      const double size = std::abs(values[next * count + i]);
      if (taken[i] || !(size > best[i])) continue;
      best[i] = size;
      from[i] = next;
    }
  }
  return edges;
}

// What an asymmetric matrix says of pairs of coordinates, those that are copies taken together.
class Pairwise {
 public:
  Pairwise(const Coinage& coordinate, std::size_t coordinates)
      : coordinate_(coordinate), count_(coordinates), values_(coordinates * coordinates) {}

  void add(std::size_t i, std::size_t j, double value) {
    const std::size_t x = coordinate_[i], y = coordinate_[j];
    if (x == y) return;
    values_[x * count_ + y] += value;
    values_[y * count_ + x] += value;
  }
  std::vector<Edge> tree() const { return largestTree(values_, count_); }
  double at(const Edge& edge) const { return values_[edge.from * count_ + edge.to]; }
  align::SignCount tossed(const std::vector<Edge>& tree) const {
    align::Coins coins;
    for (std::uint32_t i = 0; i < tree.size(); ++i) coins.add(i, at(tree[i]));
    return coins.count();
  }
  // Of each coordinate, as the tree has it; 0 where none holds it.
  std::vector<float> signs(const std::vector<Edge>& tree) const {
    std::vector<float> signs(count_, 0);
    for (const Edge& edge : tree) {
      if (signs[edge.from] == 0) signs[edge.from] = 1;
      signs[edge.to] = at(edge) < 0 ? -signs[edge.from] : signs[edge.from];
    }
    return signs;
  }

 private:
  const Coinage& coordinate_;
  std::size_t count_;
  std::vector<double> values_;
};

std::size_t countOf(const Coinage& coordinates) {
  return coordinates.empty() ? 0 : *std::max_element(coordinates.begin(), coordinates.end()) + 1;
}

// The coordinates of a smaller map among those of a larger one, numbered anew.
Coinage thinned(const Coinage& coordinates, std::size_t width) {
  const std::size_t step = coordinates.size() / width;
  std::vector<std::int64_t> number(coordinates.size(), -1);
  std::uint32_t count = 0;
  Coinage made(width);
  for (std::size_t i = 0; i < width; ++i) {
    std::int64_t& known = number[coordinates[i * step]];
    if (known < 0) known = count++;
    made[i] = static_cast<std::uint32_t>(known);
  }
  return made;
}

// The cosines of what A's and B's maps say of a coordinate, all others given their signs.
class Columns {
 public:
  Columns(const std::vector<std::pair<Map, Map>>& maps, const std::vector<float>& signs,
          const Coinage& coordinate)
      : maps_(maps), signs_(signs), coordinate_(coordinate) {}

  double cosine(std::size_t a, std::size_t b) const {
    const std::size_t width = coordinate_.size();
    double ab = 0, aa = 0, bb = 0;
    for (const auto& [of_a, of_b] : maps_) {
      for (std::size_t i = 0; i < width; ++i) {
        const double x = of_a[i * width + a], y = of_b[i * width + b];
        ab += signs_[coordinate_[i]] * x * y;
        aa += x * x;
        bb += y * y;
      }
    }
    return aa > 0 && bb > 0 ? signs_[coordinate_[a]] * ab / std::sqrt(aa * bb) : 0;
  }

 private:
  const std::vector<std::pair<Map, Map>>& maps_;
  const std::vector<float>& signs_;
  const Coinage& coordinate_;
};

// Each map of B with the map of A of its kind whose numbers are most alike in size.
std::vector<std::pair<Map, Map>> paired(const Streams& a, const Streams& b, bool tokens) {
  std::vector<std::pair<Map, Map>> maps;
  const std::size_t width = widthOf(a, b);
  if (width == 0) return maps;
  std::vector<Map> of_a;
  for (std::size_t m = 0; m < a.count(); ++m) of_a.push_back(mapAt(a, m, width));
  for (std::size_t n = 0; n < b.count(); ++n) {
    if (b.kind[n] == static_cast<std::int32_t>(Along::embedding) && !tokens) continue;
    Map of_b = mapAt(b, n, width);
    const Map* best = nullptr;
    double most = -2;
    for (std::size_t m = 0; m < a.count(); ++m) {
      if (a.kind[m] != b.kind[n]) continue;
      const double alike = likeness(of_a[m], of_b);
      if (alike <= most) continue;
      most = alike;
      best = &of_a[m];
    }
    if (best != nullptr) maps.emplace_back(*best, std::move(of_b));
  }
  return maps;
}

// The median of absolute cosines, squared, over that of a chi-square of one degree of freedom.
double usualSquare(std::vector<double> squares) {
  if (squares.empty()) return 0;
  const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
  std::nth_element(squares.begin(), middle, squares.end());
  return *middle / 0.4549;
}

}  // namespace

Coinage coordinatesOf(const Streams& maps) {
  const std::size_t width = maps.coordinates;
  if (maps.count() == 0) return {};
  std::vector<std::vector<float>> columns(width);
  for (std::size_t m = 0; m < maps.count(); ++m) {
    const Map map = mapAt(maps, m, width);
    for (std::size_t c = 0; c < width; ++c) {
      for (std::size_t i = 0; i < width; ++i) columns[c].push_back(map[i * width + c]);
    }
  }
  std::vector<double> squares;
  const auto square = [&](std::size_t x, std::size_t y) {
    double xy = 0, xx = 0, yy = 0;
    for (std::size_t k = 0; k < columns[x].size(); ++k) {
      xy += double{columns[x][k]} * columns[y][k];
      xx += double{columns[x][k]} * columns[x][k];
      yy += double{columns[y][k]} * columns[y][k];
    }
    return xx > 0 && yy > 0 ? xy * xy / xx / yy : 0;
  };
  for (std::size_t x = 1; x < width; ++x) {
    for (std::size_t y = 0; y < x; ++y) squares.push_back(square(x, y));
  }
  // Of unrelated columns one pair in a hundred fingerprints is as much alike.
  const double most =
      std::max(1e-12, usualSquare(squares) * 2 *
                          std::log(static_cast<double>(width) * static_cast<double>(width) / 0.02));
  align::Origins origins(width);
  std::size_t at = 0;
  for (std::uint32_t x = 1; x < width; ++x) {
    for (std::uint32_t y = 0; y < x; ++y) {
      if (squares[at++] > most) origins.join(y, x);
    }
  }
  Coinage found(width);
  for (std::uint32_t c = 0; c < width; ++c) found[c] = origins.find(c);
  return thinned(found, width);
}

namespace {

// Coordinates against those that would be their copies had the stream been widened; empty: fair.
std::string widened(const Streams& maps) {
  const std::size_t width = maps.coordinates;
  const std::vector<align::Widened> ways = align::waysOfWidening(width);
  std::vector<Map> all;
  for (std::size_t m = 0; m < maps.count(); ++m) all.push_back(mapAt(maps, m, width));
  for (const align::Widened& way : ways) {
    align::Coins coins;
    for (std::uint32_t k = 0; k < way.neighbours.size(); ++k) {
      const auto& [c, copy] = way.neighbours[k];
      double sum = 0;
      for (const Map& map : all) sum += double{map[c * width + copy]} + map[copy * width + c];
      coins.add(k, sum);
    }
    const std::string why = refusal(coins.count(), "what would be their copy where " + way.what,
                                    "coordinates", static_cast<double>(ways.size()));
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace

std::string unfair(const Streams& maps, const Coinage& coordinates) {
  if (maps.count() == 0) return {};
  const std::size_t width = maps.coordinates;
  Pairwise own(coordinates, countOf(coordinates));
  for (std::size_t m = 0; m < maps.count(); ++m) {
    const Map map = mapAt(maps, m, width);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) own.add(i, j, double{map[i * width + j]});
    }
  }
  const std::string why = refusal(own.tossed(own.tree()),
                                  "the next one of a tree, in maps of the stream", "coordinates");
  return why.empty() ? widened(maps) : why;
}

std::optional<TreeTossed> tossTree(const Streams& a, const Coinage& coordinates, const Streams& b,
                                   bool tokens) {
  const auto maps = paired(a, b, tokens);
  if (maps.empty()) return std::nullopt;
  const std::size_t width = widthOf(a, b);
  const Coinage coordinate = thinned(coordinates, width);
  const std::size_t count = countOf(coordinate);
  Pairwise products(coordinate, count);
  for (const auto& [of_a, of_b] : maps) {
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        products.add(i, j, double{of_a[i * width + j]} * double{of_b[i * width + j]});
      }
    }
  }
  const std::vector<Edge> tree = products.tree();
  TreeTossed tossed;
  tossed.count = products.tossed(tree);
  tossed.copies = width - count;
  const std::vector<float> signs = products.signs(tree);
  const Columns columns(maps, signs, coordinate);
  tossed.sizes.width = width * maps.size();
  for (std::size_t c = 0; c < width; ++c) {
    tossed.sizes.matched.push_back(columns.cosine(c, c));
    tossed.sizes.others.push_back(columns.cosine((c + width / 2) % width, c));
  }
  return tossed;
}

std::optional<double> gainsAgree(const Streams& a, const Streams& b) {
  const std::size_t width = widthOf(a, b);
  if (width == 0) return std::nullopt;
  double sum = 0, norms = 0;
  for (std::size_t m = 0; m < a.count(); ++m) {
    for (std::size_t n = 0; n < b.count(); ++n) {
      if (a.kind[m] != b.kind[n] || a.layer[m] != b.layer[n]) continue;
      double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
      for (std::size_t c = 0; c < width; ++c) {
        const double of_a = a.values[m * a.coordinates + c * (a.coordinates / width)];
        const double of_b = b.values[n * b.coordinates + c * (b.coordinates / width)];
        x += of_a;
        y += of_b;
        xx += of_a * of_a;
        yy += of_b * of_b;
        xy += of_a * of_b;
      }
      const auto count = static_cast<double>(width);
      const double both = (xx - x * x / count) * (yy - y * y / count);
      if (!(both > 0)) continue;
      sum += (xy - x * y / count) / std::sqrt(both);
      ++norms;
    }
  }
  return norms > 0 ? std::optional(sum / norms) : std::nullopt;
}

}  // namespace kindred::fingerprint
