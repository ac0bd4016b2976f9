#include <algorithm>
#include <cmath>
#include <map>

#include <kindred/analysis/copies/copies.hpp>
#include <kindred/analysis/copies/detail/spread.hpp>

namespace kindred::copies {
namespace {

// Chance joins expected of a group of parts at most.
constexpr double kChanceOfParts = 0.001;
// Squared cosines of trained columns have heavier tails than chi-square: as if of so many fewer.
constexpr double kFewer = 2;
// Standard deviations above crosswise likeness that join a whole layer.
constexpr double kWholeLayer = 5;

// Parts of equal rank: column i of one is like-numbered with column i of the other.
class Group {
 public:
  Group(const Roles& roles, const std::vector<float>& scales, const std::vector<Part>& parts,
        std::vector<std::size_t> members)
      : roles_(roles), scales_(scales), parts_(parts), members_(std::move(members)) {
    count_ = parts[members_.front()].count;
    for (const std::size_t m : members_) count_ = std::min(count_, parts[m].count);
    if (members_.size() > 1 && count_ > 0) measure();
  }

  void join(bool may_be_whole, align::Origins& columns) const {
    if (like_.is_empty()) return;
    // Few pairs that are copies of each other say nothing of the others.
    double sum = 0, others = 0;
    for (std::size_t y = 1; y < members_.size(); ++y) {
      for (std::size_t x = 0; x < y; ++x) {
        if (joined(x, y, columns)) continue;
        if (alike(like_(x, y))) {
          joinPair(x, y, columns);
        } else {
          sum += like_(x, y);
          ++others;
        }
      }
    }
    if (!may_be_whole || !alikeOnTheWhole(sum, others)) return;
    for (std::size_t y = 1; y < members_.size(); ++y) joinPair(0, y, columns);
  }

 private:
  std::vector<arma::fmat> columnsNumbered(arma::uword i) const {
    arma::uvec chosen(members_.size());
    for (std::size_t m = 0; m < members_.size(); ++m) chosen[m] = parts_[members_[m]].column(i);
    std::vector<arma::fmat> block;
    for (const arma::fmat* role : roles_) block.push_back(role->cols(chosen));
    return block;
  }

  // Like-numbered columns of all pairs of parts, and as many that are numbered otherwise.
  void measure() {
    like_.zeros(members_.size(), members_.size());
    const arma::uword shift = count_ / 3 + 1;
    for (arma::uword i = 0; i < count_; ++i) {
      const std::vector<arma::fmat> block = columnsNumbered(i);
      like_ += likeness(block, block, scales_);
      if (count_ < 2) continue;
      const arma::fmat cross = likeness(block, columnsNumbered((i + shift) % count_), scales_);
      for (arma::uword y = 1; y < cross.n_cols; ++y) {
        for (arma::uword x = 0; x < y; ++x) {
          cross_sum_ += cross(x, y);
          cross_square_ += double{cross(x, y)} * cross(x, y);
        }
      }
    }
  }

  double pairs() const {
    const double n = static_cast<double>(members_.size());
    return n * (n - 1) / 2;
  }
  // The mean of what is not like-numbered, from scaled squares where there is nothing crosswise.
  double expected() const {
    const double roles = static_cast<double>(roles_.size());
    if (count_ < 2) return roles;
    return std::max(roles, cross_sum_ / (pairs() * static_cast<double>(count_)));
  }

  // Chernoff's bound of the upper tail of chi-square.
  bool alike(double sum) const {
    const double n = static_cast<double>(count_), ratio = sum / (n * expected());
    if (ratio <= 1) return false;
    const double degrees = n * static_cast<double>(roles_.size()) / kFewer;
    return degrees / 2 * (ratio - 1 - std::log(ratio)) > std::log(pairs() / kChanceOfParts);
  }

  // Of the sum over so many pairs of parts.
  bool alikeOnTheWhole(double sum, double pairs_of_parts) const {
    if (pairs_of_parts == 0) return false;
    const double roles = static_cast<double>(roles_.size());
    double variance = 2 * roles * kFewer;
    if (count_ > 1) {
      const double crosswise = pairs() * static_cast<double>(count_);
      const double mean = cross_sum_ / crosswise;
      variance = std::max(2 * roles, cross_square_ / crosswise - mean * mean);
    }
    const double cells = pairs_of_parts * static_cast<double>(count_);
    return sum / cells - expected() > kWholeLayer * std::sqrt(2 * variance / cells);
  }

  // Whether at least half of their columns are joined already.
  bool joined(std::size_t x, std::size_t y, align::Origins& columns) const {
    const Part &a = parts_[members_[x]], &b = parts_[members_[y]];
    arma::uword common = 0;
    for (arma::uword i = 0; i < count_; ++i) {
      common += columns.find(static_cast<std::uint32_t>(a.column(i))) ==
                columns.find(static_cast<std::uint32_t>(b.column(i)));
    }
    return 2 * common >= count_;
  }

  void joinPair(std::size_t x, std::size_t y, align::Origins& columns) const {
    const Part &a = parts_[members_[x]], &b = parts_[members_[y]];
    for (arma::uword i = 0; i < count_; ++i) {
      columns.join(static_cast<std::uint32_t>(a.column(i)),
                   static_cast<std::uint32_t>(b.column(i)));
    }
  }

  const Roles& roles_;
  const std::vector<float>& scales_;
  const std::vector<Part>& parts_;
  std::vector<std::size_t> members_;
  arma::uword count_ = 0;
  arma::fmat like_;  // sums over like-numbered columns, by parts
  double cross_sum_ = 0, cross_square_ = 0;
};

}  // namespace

void joinLikeNumbered(const Roles& roles, const std::vector<Part>& parts, align::Origins& columns) {
  if (roles.empty() || parts.empty()) return;
  const std::vector<float> scales = copies::scales(roles, Usual::bounded);
  std::map<std::int64_t, std::vector<std::size_t>> by_layer, by_number;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].count == 0) continue;
    by_layer[parts[p].layer].push_back(p);
    by_number[parts[p].number].push_back(p);
  }
  for (auto& [layer, members] : by_layer) {
    Group(roles, scales, parts, std::move(members)).join(true, columns);
  }
  for (auto& [number, members] : by_number) {
    Group(roles, scales, parts, std::move(members)).join(false, columns);
  }
}

void joinTiles(const Roles& roles, const std::vector<Part>& parts, align::Origins& columns) {
  constexpr arma::uword kTiles[] = {2, 3, 4, 8};
  constexpr arma::uword kLeast = 8;  // columns of a tile
  if (roles.empty() || parts.empty()) return;
  const std::vector<float> scales = copies::scales(roles, Usual::bounded);
  for (const Part& part : parts) {
    for (const arma::uword tiles : kTiles) {
      const arma::uword size = part.count / tiles;
      if (part.count % tiles != 0 || size < kLeast) continue;
      std::vector<Part> following, beside;
      std::vector<std::size_t> members;
      for (arma::uword t = 0; t < tiles; ++t) {
        members.push_back(t);
        following.push_back({0, 0, part.column(t * size), size, part.step});
        beside.push_back({0, 0, part.column(t), size, part.step * tiles});
      }
      Group(roles, scales, following, members).join(true, columns);
      Group(roles, scales, beside, members).join(true, columns);
    }
  }
}

}  // namespace kindred::copies
