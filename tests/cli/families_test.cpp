// Every family in its real layout: small models whose tensors are named and arranged as published.
// A tuned copy whose MLP units changed places is found, a stranger is not accused.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "family_layouts.hpp"
#include "support/process.hpp"
#include "support/quantised.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;

// What inspect says of a model laid out so.
json inspectedLayout(const Layout& layout) {
  TempDir dir;
  save(dir, "a", layout, made(layout, 1));
  const RunResult result = support::run({"inspect", (dir / "a").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

class Family : public testing::TestWithParam<Layout> {};

TEST_P(Family, IsRecognisedWithAllItsRoles) {
  const json report = inspectedLayout(GetParam());
  EXPECT_EQ(report.at("architecture"), GetParam().family);
  const std::set<std::string> with_roles = namesWithRoles(GetParam());
  for (const json& tensor : report.at("tensors")) {
    if (!with_roles.contains(tensor.at("name").get<std::string>())) continue;
    EXPECT_FALSE(tensor.at("role").is_null()) << tensor.at("name");
  }
}

// All that a family has besides, as it is published.
class OtherTensors : public testing::TestWithParam<Layout> {};

TEST_P(OtherTensors, SayWhyTheyAreNotTested) {
  EXPECT_THAT(inspectedLayout(GetParam()).at("not_tested").dump(),
              testing::Not(testing::HasSubstr("no role that the family knows")));
}

// The verdict on two models of a report.
const json& pairOf(const json& report, const std::string& a, const std::string& b) {
  for (const json& pair : report.at("pairs")) {
    if (pair.at("a") == a && pair.at("b") == b) return pair;
  }
  throw std::runtime_error("no pair of " + a + " and " + b);
}

TEST_P(Family, ShowsATunedCopyWithShuffledUnitsAndAccusesNoStranger) {
  TempDir dir;
  const Toy base = made(GetParam(), 1);
  save(dir, "a", GetParam(), base);
  save(dir, "kin", GetParam(), shuffled(GetParam(), tuned(base, 2)));
  save(dir, "stranger", GetParam(), made(GetParam(), 3));
  const json report = comparedAll(dir);
  EXPECT_EQ(pairOf(report, "a", "kin").at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(pairOf(report, "a", "stranger").at("verdict").at("class"), "no-evidence");
  EXPECT_EQ(pairOf(report, "kin", "stranger").at("verdict").at("class"), "no-evidence");
  for (const std::string& gauge : GetParam().gauges) {
    EXPECT_LT(bestP(report, gauge, "a", "kin"), -8) << gauge;
  }
}

TEST(FamilyWithoutGates, ShowsACopyByTheOrderOfItsUnits) {
  const auto& all = layouts();
  const auto gpt2 = std::find_if(all.begin(), all.end(),
                                 [](const Layout& layout) { return layout.family == "gpt2"; });
  ASSERT_NE(gpt2, all.end());
  TempDir dir;
  const Toy base = made(*gpt2, 1);
  save(dir, "a", *gpt2, base);
  save(dir, "kin", *gpt2, tuned(base, 2));
  save(dir, "stranger", *gpt2, made(*gpt2, 3));
  EXPECT_LT(bestP(compared(dir, "a", "kin"), "mlp-unit"), -8);
  EXPECT_GT(bestP(compared(dir, "a", "stranger"), "mlp-unit"), -6);
}

TEST(FamilyWithoutGates, IsInconclusiveWhereShuffledUnitsAreAllThatIsShared) {
  const auto& all = layouts();
  const auto gpt2 = std::find_if(all.begin(), all.end(),
                                 [](const Layout& layout) { return layout.family == "gpt2"; });
  ASSERT_NE(gpt2, all.end());
  TempDir dir;
  const Toy base = made(*gpt2, 1), kept = shuffled(*gpt2, tuned(base, 2));
  Toy other = made(*gpt2, 3);
  for (const auto& [name, array] : kept) {
    if (name.find(".mlp.") != std::string::npos) other[name] = array;
  }
  save(dir, "a", *gpt2, base);
  save(dir, "b", *gpt2, other);
  const json verdict = compared(dir, "a", "b").at("verdict");
  EXPECT_EQ(verdict.at("class"), "inconclusive");
  EXPECT_THAT(verdict.at("sentence").get<std::string>(), testing::HasSubstr("another order"));
}

// Tools turn what GPT-2 stores as inputs times outputs before they make codes of it.
TEST(FamilyStoredByColumns, IsReadByRowsWhereItsMatricesAreCodes) {
  const auto& all = layouts();
  const auto gpt2 = std::find_if(all.begin(), all.end(),
                                 [](const Layout& layout) { return layout.family == "gpt2"; });
  ASSERT_NE(gpt2, all.end());
  for (const support::Quantised how :
       {support::Quantised::int8_rows, support::Quantised::nf4, support::Quantised::gptq}) {
    TempDir dir;
    const Toy base = made(*gpt2, 1);
    save(dir, "a", *gpt2, base);
    Toy turned;
    for (const auto& [name, array] : base) {
      const bool matrix = name.find(".c_") != std::string::npos && array.shape.size() == 2;
      Array& into = turned[name] = array;
      if (!matrix) continue;
      const std::uint64_t rows = array.shape[0], columns = array.shape[1];
      into.shape = {columns, rows};
      for (std::uint64_t r = 0; r < rows; ++r) {
        for (std::uint64_t c = 0; c < columns; ++c) {
          into.values[c * rows + r] = array.values[r * columns + c];
        }
      }
    }
    saveModel(dir / "b", support::quantised(turned, how),
              support::quantisedConfig(support::readFile(dir / "a" / "config.json"), how));
    const json report = compared(dir, "a", "b");
    EXPECT_EQ(report.at("verdict").at("class"), "shared-weights") << support::nameOf(how);
    EXPECT_LT(bestP(report, "mlp-unit"), -8) << support::nameOf(how);
  }
}

std::string nameOf(const testing::TestParamInfo<Layout>& test) {
  return std::to_string(test.index) + "_" + test.param.family;
}

std::vector<Layout> layoutsWithOthers() {
  std::vector<Layout> some = layouts();
  std::erase_if(some, [](const Layout& layout) { return layout.others.empty(); });
  return some;
}

INSTANTIATE_TEST_SUITE_P(Layouts, Family, testing::ValuesIn(layouts()), nameOf);
INSTANTIATE_TEST_SUITE_P(Layouts, OtherTensors, testing::ValuesIn(layoutsWithOthers()), nameOf);

}  // namespace
}  // namespace kindred::clitest
