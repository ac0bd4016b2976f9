// Matrix tests: plugins that turn two models and an alignment of them into findings with exact
// p-values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/alignment.hpp>
#include <kindred/test.hpp>

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
  // No finding: there was nothing to test. [any-thread]
  virtual std::vector<Finding> run(const MatrixTask& task) const = 0;
};

}  // namespace kindred

#define KINDRED_MATRIX_TEST(CLASS, NAME, VERSION, SUMMARY, ...)                             \
  KINDRED_PLUGIN(::kindred::Kind::matrix_test, ::kindred::MatrixTest, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
