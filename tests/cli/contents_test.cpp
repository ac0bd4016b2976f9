// Models of no known family whose matrices lie otherwise than their counterparts: turned, in
// stacks, as kernels with their channels last, as bytes, among many of one shape.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <numeric>

#include <kindred/random.hpp>

#include "compared.hpp"
#include "recipes.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TestTensor;
using testing::HasSubstr;

using Values = std::vector<double>;
using Shape = std::vector<std::uint64_t>;

std::uint64_t lengthOf(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(6.283185307179586 * random.unit());
}

// Of an origin and moved from there by a fifth of its length.
Values moved(const Shape& shape, std::uint64_t origin, std::uint64_t by) {
  Random from(origin), step(by);
  Values values(lengthOf(shape));
  for (double& value : values) value = normal(from) + 0.2 * normal(step);
  return values;
}

// Of [n0, n1, ..] the axes in another order.
Values reordered(const Values& values, const Shape& shape, const std::vector<std::size_t>& order) {
  Shape strides(shape.size(), 1);
  for (std::size_t axis = shape.size() - 1; axis-- > 0;) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  Values other;
  Shape at(shape.size(), 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint64_t from = 0;
    for (std::size_t axis = 0; axis < order.size(); ++axis) from += at[axis] * strides[order[axis]];
    other.push_back(values[from]);
    for (std::size_t axis = order.size(); axis-- > 0;) {
      if (++at[axis] < shape[order[axis]]) break;
      at[axis] = 0;
    }
  }
  return other;
}

Shape shapeOf(const Shape& shape, const std::vector<std::size_t>& order) {
  Shape other;
  for (const std::size_t axis : order) other.push_back(shape[axis]);
  return other;
}

void saveThem(const TempDir& dir, const std::string& name, const std::vector<TestTensor>& tensors) {
  saveModel(dir / name, tensors, "");
}

// Kernels, matrices or stacks of one shape: A has them as they are, B with its axes in an order.
struct Kind {
  std::string name;
  Shape shape;
  std::vector<std::size_t> order;
  DType dtype = DType::F32;
  int count = 6;
};
std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }

std::vector<TestTensor> tensorsOf(const Kind& kind, bool turned, std::uint64_t origin,
                                  std::uint64_t by) {
  std::vector<TestTensor> tensors;
  for (int i = 0; i < kind.count; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    Values values = moved(kind.shape, origin + seed, by + seed);
    if (kind.dtype == DType::I8) {
      for (double& value : values) value = std::round(std::clamp(30 * value, -127.0, 127.0));
    }
    const std::string name = "t" + std::to_string(turned ? 97 * i % kind.count : i) + ".kernel";
    tensors.push_back(turned ? support::tensorOf(name, kind.dtype, shapeOf(kind.shape, kind.order),
                                                 reordered(values, kind.shape, kind.order))
                             : support::tensorOf(name, kind.dtype, kind.shape, values));
  }
  return tensors;
}

class Contents : public testing::TestWithParam<Kind> {};

TEST_P(Contents, ShowKinThatLieOtherwiseAndNoStranger) {
  TempDir dir;
  saveThem(dir, "a", tensorsOf(GetParam(), false, 1000, 2000));
  saveThem(dir, "b", tensorsOf(GetParam(), true, 1000, 3000));
  saveThem(dir, "stranger", tensorsOf(GetParam(), true, 4000, 5000));
  const json kin = compared(dir);
  EXPECT_EQ(kin.at("verdict").at("class"), "shared-weights");
  EXPECT_TRUE(kin.at("verdict").at("unverified").get<bool>());
  EXPECT_LT(kin.at("verdict").at("log10_p").get<double>(), -8);
  EXPECT_EQ(compared(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(Kinds, Contents,
                         testing::Values(Kind{"turned", {96, 64}, {1, 0}},
                                         Kind{"turned_square", {64, 64}, {1, 0}},
                                         Kind{"channels_last", {64, 32, 3, 3}, {0, 2, 3, 1}},
                                         Kind{"outputs_last", {64, 32, 3, 3}, {2, 3, 1, 0}},
                                         Kind{"kernels_of_sound", {64, 32, 5}, {0, 2, 1}},
                                         Kind{"small_stacks", {8, 48, 32}, {0, 1, 2}},
                                         Kind{"bytes", {64, 48}, {0, 1}, DType::I8},
                                         Kind{"many", {32, 32}, {0, 1}, DType::F32, 60}),
                         [](const auto& test) { return test.param.name; });

TEST(ContentsThatAreNotCompared, AreNamedWithTheirReasons) {
  TempDir dir;
  for (const char* name : {"a", "b"}) {
    const auto seed = static_cast<std::uint64_t>(*name);
    const std::uint64_t rows = *name == 'a' ? 40 : 56;
    saveThem(dir, name,
             {support::randomTensor("matrix", DType::F32, {64, 48}, seed),
              support::randomTensor("narrow1", DType::F32, {64, 8}, seed + 1),
              support::randomTensor("narrow2", DType::F32, {8, 64}, seed + 2),
              support::randomTensor("vector", DType::F32, {64}, seed + 3),
              support::randomTensor("words", DType::I32, {64, 48}, seed + 4),
              support::randomTensor("own", DType::F32, {rows, 24}, seed + 5)});
  }
  const std::string steps = compared(dir).at("steps").dump();
  EXPECT_THAT(steps, HasSubstr("narrow1 and 1 more"));
  EXPECT_THAT(steps, HasSubstr("has fewer than 16 rows or columns"));
  EXPECT_THAT(steps, HasSubstr("is no matrix"));
  EXPECT_THAT(steps, HasSubstr("holds no numbers of enough precision"));
  EXPECT_THAT(steps, HasSubstr("no tensor of the other model has its shape, turned or not"));
}

}  // namespace
}  // namespace kindred::clitest
