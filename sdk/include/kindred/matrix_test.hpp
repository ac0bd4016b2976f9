// Matrix tests: plugins that turn two models and an alignment of them into findings with exact
// p-values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/alignment.hpp>
#include <kindred/test.hpp>
#include <kindred/text_table.hpp>

namespace kindred {

struct MatrixTask {
  const ModelProfile& a;  // the reference
  const ModelProfile& b;
  const Alignment& alignment;  // blind to the gauge: the host has checked it
  GaugeUse use;
  std::uint64_t seed = 0;
};

class KINDRED_EXPORT MatrixTest {
 public:
  virtual ~MatrixTest() = default;
  // What this test can work on; the host calls run() once for each that the architecture grants.
  virtual std::vector<GaugeUse> uses() const = 0;
  // True: the statistic has no exact null. The host compares it with the pairs that the run's
  // controls make, and turns it into a conformal p-value; larger means more alike.
  virtual bool calibrated() const { return false; }
  // No finding: there was nothing to test. [any-thread]
  virtual std::vector<Finding> run(const MatrixTask& task) const = 0;
  // Of two adapters, for each module that both change, their components: a row is what one reads
  // beside what it writes, each of length one. No finding: nothing is said of adapters. The
  // reference is the first of the two. [any-thread]
  virtual std::vector<Finding> runOnAdapters(const std::vector<RowPair>&) const { return {}; }
  // What corresponds to what, for pairs found to be related; asked after all tests of the pair.
  // [any-thread]
  virtual std::vector<TextTable> describe(const MatrixTask&) const { return {}; }
};

}  // namespace kindred

#define KINDRED_MATRIX_TEST(CLASS, NAME, VERSION, SUMMARY, ...)                             \
  KINDRED_PLUGIN(::kindred::Kind::matrix_test, ::kindred::MatrixTest, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
