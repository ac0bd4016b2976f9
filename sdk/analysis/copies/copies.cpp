#include <kindred/analysis/copies/copies.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <kindred/analysis/copies/detail/spread.hpp>

namespace kindred::copies {
namespace {

// Chance joins expected of a model at most. A false join costs a little power and never exactness:
// the coin of joined rows is as fair as any.
constexpr double kChanceJoins = 0.01;
// Of what equal columns reach: so alike they are joined however few rows there are to judge by.
constexpr double kNearlyEqual = 0.6;
constexpr arma::uword kBlock = 512;  // columns at a time

using Block = std::vector<arma::fmat>;  // by role

Block blockOf(const Roles& roles, const arma::uvec& columns) {
  Block block;
  for (const arma::fmat* role : roles) block.push_back(role->cols(columns));
  return block;
}

// What two columns must exceed: among n (n - 1) / 2 unrelated pairs so many would by chance.
float threshold(const std::vector<float>& scales, arma::uword columns) {
  const double n = static_cast<double>(columns);
  double equal = 0;
  for (const float scale : scales) equal += scale;
  return static_cast<float>(
      std::min(2 * std::log(n * n / (2 * kChanceJoins)), kNearlyEqual * equal));
}

// Of very many columns only some of their rows, evenly spread, so that comparing all with all stays
// within a second; empty: there is time for all rows.
std::vector<arma::fmat> thinned(const Roles& roles) {
  constexpr double kMostProducts = 2e10;
  constexpr double kFewestRows = 64;
  const double columns = static_cast<double>(roles.front()->n_cols);
  const double each = columns * columns * static_cast<double>(roles.size());
  std::vector<arma::fmat> thinner;
  for (const arma::fmat* role : roles) {
    const double rows = std::max(kFewestRows, kMostProducts / each);
    if (rows >= static_cast<double>(role->n_rows)) return {};
    arma::uvec chosen(static_cast<arma::uword>(rows));
    for (arma::uword r = 0; r < chosen.n_elem; ++r) chosen[r] = r * role->n_rows / chosen.n_elem;
    thinner.push_back(role->rows(chosen));
    for (arma::uword c = 0; c < thinner.back().n_cols; ++c) {
      float* column = thinner.back().colptr(c);
      const double length = std::sqrt(linear::dot(column, column, chosen.n_elem));
      if (length > 0) thinner.back().col(c) /= static_cast<float>(length);
    }
  }
  return thinner;
}

// Every column joins the column before it that it is most like, of those that stand for a set; one
// that is like none stands for a set itself. So a chain of columns, each a little like the next, is
// not taken for one.
class Leaders {
 public:
  Leaders(const Roles& roles, align::Origins& columns, Usual usual)
      : roles_(roles),
        columns_(columns),
        scales_(scales(roles, usual)),
        threshold_(threshold(scales_, roles.front()->n_cols)) {}

  void add(const arma::uvec& numbers) {
    const Block block = blockOf(roles_, numbers);
    std::vector<float> most(numbers.n_elem, threshold_);
    std::vector<arma::uword> leader(numbers.n_elem, kNone);
    for (const arma::uvec& earlier : leaders_) {
      const arma::fmat like = likeness(blockOf(roles_, earlier), block, scales_);
      for (arma::uword j = 0; j < like.n_cols; ++j) {
        const arma::uword i = like.col(j).index_max();
        if (like(i, j) <= most[j]) continue;
        most[j] = like(i, j);
        leader[j] = earlier[i];
      }
    }
    const arma::fmat within = likeness(block, block, scales_);
    std::vector<arma::uword> fresh;
    for (arma::uword j = 0; j < numbers.n_elem; ++j) {
      for (const arma::uword i : fresh) {
        if (within(i, j) <= most[j]) continue;
        most[j] = within(i, j);
        leader[j] = numbers[i];
      }
      if (leader[j] == kNone) {
        fresh.push_back(j);
      } else {
        columns_.join(static_cast<std::uint32_t>(leader[j]),
                      static_cast<std::uint32_t>(numbers[j]));
      }
    }
    if (!fresh.empty()) leaders_.push_back(numbers.elem(arma::uvec(fresh)));
  }

 private:
  static constexpr arma::uword kNone = static_cast<arma::uword>(-1);

  const Roles& roles_;
  align::Origins& columns_;
  std::vector<float> scales_;
  float threshold_;
  std::vector<arma::uvec> leaders_;
};

}  // namespace

void joinAlike(const Roles& all, align::Origins& columns, Usual usual) {
  if (all.empty() || all.front()->n_cols < 2) return;
  const std::vector<arma::fmat> thinner = thinned(all);
  Roles roles = thinner.empty() ? all : Roles();
  for (const arma::fmat& role : thinner) roles.push_back(&role);
  Leaders leaders(roles, columns, usual);
  const arma::uword count = roles.front()->n_cols;
  for (arma::uword first = 0; first < count; first += kBlock) {
    leaders.add(arma::regspace<arma::uvec>(first, std::min(first + kBlock, count) - 1));
  }
}

std::vector<std::pair<std::size_t, std::size_t>> joinedParts(const std::vector<Part>& parts,
                                                             align::Origins& columns) {
  std::map<std::uint32_t, std::map<std::size_t, std::uint64_t>> parts_of;  // by set, with columns
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (arma::uword i = 0; i < parts[p].count; ++i) {
      ++parts_of[columns.find(static_cast<std::uint32_t>(parts[p].column(i)))][p];
    }
  }
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> common;
  for (const auto& [set, members] : parts_of) {
    for (auto x = members.begin(); x != members.end(); ++x) {
      for (auto y = std::next(x); y != members.end(); ++y) {
        common[{x->first, y->first}] += std::min(x->second, y->second);
      }
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> joined;
  for (const auto& [pair, count] : common) {
    if (2 * count >= std::min(parts[pair.first].count, parts[pair.second].count)) {
      joined.push_back(pair);
    }
  }
  return joined;
}

}  // namespace kindred::copies
