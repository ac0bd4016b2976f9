// What is stored as codes and has no decoder is no number: not tested, and said so.
#include <gmock/gmock.h>

#include "recipes.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

json comparedCodes(const TempDir& dir) {
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b").string(),
                                         "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 2)) << result.err;
  return json::parse(result.out);
}

std::vector<std::string> reasons(const json& report) {
  std::vector<std::string> list;
  for (const json& step : report.at("steps")) {
    for (const json& left : step.at("left_out")) list.push_back(left.at("reason"));
  }
  return list;
}

class EveryCoding : public testing::TestWithParam<Coding> {};

TEST_P(EveryCoding, OfStrangersAccusesNobodyAndIsNamed) {
  for (const char* type : {"llama", "a family of which nothing is known"}) {
    TempDir dir;
    saveModel(dir / "a", stored(toyLlama(1), GetParam()), toyLlamaConfig(type));
    saveModel(dir / "b", stored(toyLlama(2), GetParam()), toyLlamaConfig(type));
    const json report = comparedCodes(dir);
    EXPECT_THAT(report.at("verdict").at("class").get<std::string>(),
                AnyOf("no-evidence", "untestable", "inconclusive"))
        << type << report.at("verdict");
    EXPECT_THAT(reasons(report), Contains(HasSubstr("no numbers to compare without a decoder")))
        << type;
  }
}

INSTANTIATE_TEST_SUITE_P(Codes, EveryCoding,
                         testing::Values(Coding::words_with_biases, Coding::words,
                                         Coding::words_alone, Coding::table_codes,
                                         Coding::table_codes_as_halves, Coding::bytes_with_zero,
                                         Coding::shifted_floats, Coding::bytes_alone));

class OddCoding : public testing::TestWithParam<Coding> {};

// What fits a decoder by its names and shapes is read, also where no tool would write such numbers.
TEST_P(OddCoding, OfStrangersAccusesNobody) {
  for (const char* type : {"llama", "a family of which nothing is known"}) {
    TempDir dir;
    saveModel(dir / "a", stored(toyLlama(1), GetParam()), toyLlamaConfig(type));
    saveModel(dir / "b", stored(toyLlama(2), GetParam()), toyLlamaConfig(type));
    EXPECT_THAT(comparedCodes(dir).at("verdict").at("class").get<std::string>(),
                AnyOf("no-evidence", "untestable", "inconclusive"))
        << type;
  }
}

INSTANTIATE_TEST_SUITE_P(Codes, OddCoding,
                         testing::Values(Coding::words_along_inputs, Coding::pairs_of_floats,
                                         Coding::signed_with_zero, Coding::signed_alone));

TEST(Codes, OfOneModelAreTheSameBytesInItsCopy) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1), Coding::words_with_biases), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(1), Coding::words_with_biases), toyLlamaConfig());
  EXPECT_EQ(comparedCodes(dir).at("verdict").at("class"), "identical");
}

// Codes have no role, and what the other model has in numbers there was held against nothing.
TEST(Codes, OfOneModelLeaveWhatTheOtherHasInNumbersUncovered) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(2), Coding::words_with_biases), toyLlamaConfig());
  const json coverage = comparedCodes(dir).at("pairs")[0].at("coverage");
  EXPECT_LT(coverage.at("compared").at("bytes").get<double>(),
            0.5 * coverage.at("bytes_a").get<double>())
      << coverage;
}

TEST(Codes, LeaveTheOtherTensorsTestedAndTheShareIsTold) {
  TempDir dir;
  Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base, Coding::words_with_biases), toyLlamaConfig());
  saveModel(dir / "b", stored(tuned(base, 2), Coding::words_with_biases), toyLlamaConfig());
  const json report = comparedCodes(dir);
  EXPECT_THAT(report.at("verdict").at("class"), AnyOf("partial", "shared-weights"));
  EXPECT_GT(report.at("pairs")[0].at("coverage").at("left_out").at("stored as codes").at("tensors"),
            10);
  EXPECT_THAT(reasons(report), Contains(HasSubstr("% of the bytes of a")));
}

TEST(Codes, MayBeDescribedByARecipeThatAsks) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1), Coding::bytes_alone), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(2), Coding::bytes_alone), toyLlamaConfig());
  const std::string step =
      "  - {name: ups, compare: [a, b], select: {role: mlp.up}, metrics: [cosine]}\n";
  ASSERT_EQ(runRecipe(dir, recipe(step)).exit_code, 0);
  const json report = reportOf(dir);
  EXPECT_GT(summaryOf(report, "ups", "cosine", "cosine").at("mean"), 0.5);
  EXPECT_THAT(reasons(report), Contains(HasSubstr("figures describe what is stored")));
}

TEST(Codes, GiveNoRowsToATestThatARecipeNames) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1), Coding::bytes_alone), toyLlamaConfig());
  saveModel(dir / "b", stored(toyLlama(2), Coding::bytes_alone), toyLlamaConfig());
  const RunResult result = runRecipe(
      dir, recipe("  - {name: t, compare: [a, b], select: {role: mlp.up, layers: [0, 0]}, "
                  "test: {plugin: permutation-test}}\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("stored as U8: whole numbers"));
}

TEST(FloatsUnderScales, OfBlocksThatAreNotAppliedKeepTheirSigns) {
  TempDir dir;
  const Toy base = toyLlama(1);
  for (const auto& [name, toy] : {std::pair{"a", base}, {"b", tuned(base, 2)}}) {
    std::vector<TestTensor> tensors = stored(toy);
    const std::size_t plain = tensors.size();
    for (std::size_t i = 0; i < plain; ++i) {
      const TestTensor& tensor = tensors[i];
      if (tensor.name.find("proj") == std::string::npos) continue;
      tensors.push_back(
          support::tensorOf(tensor.name + "_scale_inv", DType::F32, {2, 2}, {1.0, 1.0, 1.0, 1.0}));
    }
    saveModel(dir / name, tensors, toyLlamaConfig());
  }
  const json report = comparedCodes(dir);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  for (const json& finding : report.at("findings")) {
    EXPECT_EQ(finding.at("test").get<std::string>().find("unit-matching"), std::string::npos);
  }
}

}  // namespace
}  // namespace kindred::clitest
