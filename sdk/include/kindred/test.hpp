// Tests: plugins that turn a table of observations, or rows of two matrices, into a p-value.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <kindred/gauge.hpp>
#include <kindred/likeness.hpp>
#include <kindred/plugin.hpp>
#include <kindred/power.hpp>
#include <kindred/tensor.hpp>

namespace kindred {

// What a finding rests on. The host says it, by what the architecture grants and what the test is.
enum class Basis {
  exact,       // a gauge that the architecture grants
  calibrated,  // the run's controls
  unverified,  // an assumption of the test's own, which nobody has checked
  describes    // nothing that decides
};

// Of a calibrated finding, the pairs with controls that it was ranked among; from the host.
struct Controls {
  std::uint64_t models = 0, pairs = 0;
  double least = 0, median = 0, largest = 0;  // of the pairs' statistics
  bool clear = false;                         // the finding's lies far above all of them
  bool large = false;                         // and beyond what strangers of one recipe reach
  std::vector<std::string> left_out = {};     // controls that are none: "c (the same weights as a)"
};

// Assignments behind a finding, and those that their dual prices prove optimal.
struct Assignments {
  std::uint64_t solved = 0, optimal = 0;
};

// Coins of one layer of the reference, and how many of them showed heads.
struct LayerCoins {
  std::int64_t layer = -1;
  std::uint64_t coins = 0, heads = 0;
  double alike = 0;  // mean absolute cosine of the rows behind them; 0: not stated
};

// A layer of the reference with the layer of the other model that it was matched with; or, where
// both have a number, an expert in it with an expert.
struct PlaceMatch {
  std::int64_t layer_a = -1, layer_b = -1;
  std::int64_t expert_a = -1, expert_b = -1;
};

// One test's result: a row of findings.csv. Every p-value names its null, the axis whose symmetry
// it rests on, and what it assumes.
struct Finding {
  std::string test = {};  // the plugin's name; filled in by the host where empty
  // The model whose randomness is used; filled in by the host for tests of whole models.
  std::string reference = {};
  Axis gauge = {};  // whose randomness is used
  std::int64_t layer_a = -1;
  std::int64_t layer_b = -1;
  double statistic = std::numeric_limits<double>::quiet_NaN();
  std::string null = {};     // what is exchanged, in words
  double log10_p = 0;        // 0: p = 1. Never -infinity.
  double log10_p_floor = 0;  // the smallest value this test could have given
  std::uint64_t units = 0;   // coins, rows, cells that were exchanged
  std::uint64_t copies = 0;  // rows of the reference that share another's coin, being copies of it
  std::string assumptions = {};
  Basis basis = Basis::describes;  // from the host: what a test writes here is overwritten
  // The correlation of rows that the test would have shown with 99 % probability, where they were
  // paired rightly; empty: not known.
  std::optional<double> detectable_rho = {};
  std::optional<Power> power = {};        // the same by what pairs them
  std::optional<Likeness> likeness = {};  // of the rows behind it
  std::optional<Controls> controls = {};
  // Of values that every start sets alike (gains of norms), taken where they stand: the mean of
  // their Pearson correlations in the two models. Empty: not measured.
  std::optional<double> constants = {};
  // Of a calibrated score: the size that strangers stay below, be they of one recipe. Empty: there
  // is none, and the score alone never decides.
  std::optional<double> beyond_strangers = {};
  Assignments assignments = {};
  std::vector<LayerCoins> by_layer = {};
  std::vector<PlaceMatch> matches = {};
  std::map<std::string, double> details = {};  // for readers: the null's moments and the like
  std::string alignment = {};  // what the alignment read, in words; empty: nothing was aligned
  std::uint64_t seed = 0;      // of whatever was drawn
};

// Observations of one figure: value at (layer_a, layer_b), one row a pair of tensors.
struct TableRow {
  std::int64_t layer_a = -1;
  std::int64_t layer_b = -1;
  std::string tensor_a;
  std::string tensor_b;
  double value = 0;
};

struct Table {
  std::string figure;  // "same-layer.pearson"
  std::vector<TableRow> rows;
};

// A matrix held whole, row-major. Bounded by the host (--max-memory).
struct Matrix {
  const TensorInfo* tensor = nullptr;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
  std::vector<float> values;  // rows * columns
};

// Two matrices whose rows are to be exchanged. The host has checked that the architecture grants
// `gauge` to the rows of both; none: nothing is known of them, and none is granted.
struct RowPair {
  Matrix a;
  Matrix b;
  std::optional<Gauge> gauge;
};

class KINDRED_EXPORT Test {
 public:
  virtual ~Test() = default;
  virtual std::vector<Finding> onTable(const Table&) {
    throw Error(Category::input, "", "this test does not work on a table of observations",
                "name matrices with 'compare' and 'select'");
  }
  virtual std::vector<Finding> onRows(const std::vector<RowPair>&) {
    throw Error(Category::input, "", "this test does not work on rows of matrices",
                "name a figure with 'of'");
  }
  // True: on rows without a gauge the null stands on an assumption that each finding states, and
  // the finding decides under it, marked as unverified. False: there the test only describes.
  virtual bool assumes() const { return false; }
};

}  // namespace kindred

#define KINDRED_TEST(CLASS, NAME, VERSION, SUMMARY, ...)                       \
  KINDRED_PLUGIN(::kindred::Kind::test, ::kindred::Test, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
