#include "align/stream_test.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

#include <kindred/analysis/align/widened.hpp>

#include "align/public_tables.hpp"
#include "align/unit_rows.hpp"

namespace kindred::align {
namespace {

constexpr std::uint64_t kMostRows = 256;  // of an MLP, or columns

// Columns, each against the sum of those before it.
void tossColumns(const UnitRows& rows, Coins& coins) {
  std::vector<double> along(rows.columns, 0.0);
  for (std::uint64_t t = 0; t < rows.rows; ++t) {
    double sum = 0;
    for (std::uint64_t c = 0; c < rows.columns; ++c) {
      along[c] += rows.row(t)[c] * sum;
      sum += rows.row(t)[c];
    }
  }
  for (std::uint32_t c = 0; c < along.size(); ++c) coins.add(c, along[c]);
}

// Columns, each with that which would be its copy had the stream been widened.
class WidenedColumns {
 public:
  explicit WidenedColumns(std::size_t width) : width_(width), ways_(waysOfWidening(width)) {
    for (const Widened& way : ways_) along_.emplace_back(way.neighbours.size(), 0.0);
  }
  void add(const UnitRows& rows) {
    if (rows.columns != width_) return;
    for (std::uint64_t t = 0; t < rows.rows; ++t) {
      const Row row = rows.row(t);
      for (std::size_t w = 0; w < ways_.size(); ++w) {
        for (std::size_t k = 0; k < along_[w].size(); ++k) {
          const auto& [c, copy] = ways_[w].neighbours[k];
          along_[w][k] += double{row[c]} * row[copy];
        }
      }
    }
  }
  void toss(std::map<std::string, Coins>& coins) const {
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      Coins& of_way = coins["what would be its copy where " + ways_[w].what];
      for (std::uint32_t k = 0; k < along_[w].size(); ++k) of_way.add(k, along_[w][k]);
    }
  }

 private:
  std::size_t width_;
  std::vector<Widened> ways_;
  std::vector<std::vector<double>> along_;
};

// Columns, each with that of a table: a frozen table of positions or codes in place of an
// embedding.
void compareColumns(const UnitRows& rows, const std::vector<std::uint32_t>& numbers,
                    std::map<std::string, Coins>& coins) {
  constexpr std::uint64_t kEnough = 256;  // rows: a table shows in each of them
  std::vector<double> row(rows.columns), along;
  for (const PublicTable& table : publicTables()) {
    along.assign(rows.columns, 0.0);
    for (std::uint64_t t = 0; t < std::min(rows.rows, kEnough); ++t) {
      table.row(numbers[t], row);
      for (std::uint64_t c = 0; c < rows.columns; ++c) along[c] += rows.row(t)[c] * row[c];
    }
    Coins& of_table = coins["columns of equal number of " + std::string(table.name)];
    for (std::uint32_t c = 0; c < along.size(); ++c) of_table.add(c, along[c]);
  }
}

// What maps of the stream are made of besides ups: rows that read it, and columns that write it.
void tossBehindMaps(const ModelWeights& weights, std::map<std::string, Coins>& coins) {
  const auto toss = [&](std::string_view role, const Place& place) {
    if (weights.rows(role, place) == 0) return;
    const bool reads = role == role::kValue;
    Matrix matrix = weights.matrix(role, place);
    const UnitRows rows(reads ? std::move(matrix) : transposed(matrix, kMostRows));
    if (rows.columns != weights.shape().hidden) return;
    tossColumns(rows, coins["the sum of the coordinates before them in " + std::string(role)]);
  };
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    toss(role::kValue, place);
    toss(role::kAttentionOutput, place);
  }
  for (const Place& place : weights.mlps()) toss(role::kDown, place);
}

}  // namespace

std::vector<SelfTest> streamTests(const ModelWeights& weights, const GaugeUse& use,
                                  const std::vector<std::uint32_t>& tokens) {
  std::map<std::string, Coins> coins;
  Coins& of_sums = coins["the sum of the coordinates before them"];
  WidenedColumns widened(weights.shape().hidden);
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    if (tokens.empty() || weights.rows(role, {}) == 0) continue;
    const UnitRows rows(weights.matrix(role, {}, tokens));
    tossColumns(rows, of_sums);
    widened.add(rows);
    compareColumns(rows, tokens, coins);
  }
  for (const Place& place : weights.mlps()) {
    const std::uint64_t rows = std::min(kMostRows, weights.rows(use.role, place));
    if (use.role != role::kUp || rows == 0) continue;
    std::vector<std::uint32_t> first(rows);
    std::iota(first.begin(), first.end(), 0u);
    const UnitRows ups(weights.matrix(use.role, place, first));
    tossColumns(ups, of_sums);
    widened.add(ups);
  }
  if (use.role == role::kUp) tossBehindMaps(weights, coins);
  widened.toss(coins);
  return testsOf(coins);
}

}  // namespace kindred::align
