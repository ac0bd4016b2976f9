// Recipes made to hurt: each is refused by its first excess, before anything is multiplied.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"
#include "yaml/document.hpp"

namespace kindred::steps::testing {
namespace {

using ::testing::HasSubstr;

std::string repeated(const std::string& part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::string problems(const std::string& yaml) { return text(parse(yaml, "x.yaml").diagnostics); }

TEST(HostileRecipe, IsNotReadWhereTheFileIsGiant) {
  EXPECT_EQ(problems(std::string(yaml::kLargestFile + 1, '#')),
            "x.yaml: larger than 8388608 bytes (a file of this size is refused)\n");
}

TEST(HostileRecipe, IsNotReadFromAnEndlessFile) {
  EXPECT_THAT(text(load("/dev/zero").diagnostics), HasSubstr("/dev/zero: larger than"));
}

TEST(HostileRecipe, WithAMillionStepsIsRefusedByItsSize) {
  EXPECT_THAT(problems(withSteps(repeated("  - {name: x}\n", 1'000'000))),
              HasSubstr("larger than"));
}

TEST(HostileRecipe, WithMoreStepsThanAllowedIsRefusedInOneLine) {
  const std::string step = "  - {name: x, describe: a, metrics: [mad]}\n";
  EXPECT_EQ(problems(withSteps(repeated(step, 100001))),
            "x.yaml:10:3: expected a list of steps, but got 100001 entries, more than 100000\n");
}

TEST(HostileRecipe, WithTooManyValuesIsRefused) {
  EXPECT_THAT(problems("title: [" + repeated("1,", yaml::kMostNodes) + "]\n"),
              HasSubstr("more than 1000000 values"));
}

TEST(HostileRecipe, OfAliasesOfAliasesIsRefusedByWhatTheyStandFor) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last +
            repeated(", " + last, 9) + "]\n";
  }
  EXPECT_THAT(problems(bomb), HasSubstr("more than 100000 values, with aliases written out"));
}

TEST(HostileRecipe, OfAliasesOfALongTextIsRefusedByWhatTheyStandFor) {
  const std::string text = "title: &a " + std::string(1'000'000, 'x') + "\n";
  EXPECT_THAT(problems(text + "why: [" + repeated("*a, ", 50'000) + "]\n"),
              HasSubstr("more than 8388608 bytes, with aliases written out"));
}

TEST(HostileRecipe, NestedWithoutEndIsRefusedWithinTheStack) {
  for (const char* opening : {"[", "{a: ", "- ", "? ", "[{a: "}) {
    EXPECT_THAT(
        problems("title: x\nsteps:\n  " + repeated(opening, 100'000)),
        ::testing::AnyOf(HasSubstr("nested more than 32 deep"), HasSubstr("not valid YAML")))
        << opening;
  }
}

TEST(HostileRecipe, GivesNoMoreDiagnosticsThanAPersonReads) {
  std::string keys;
  for (int i = 0; i < 5000; ++i) keys += "wrong" + std::to_string(i) + ": 1\n";
  const Checked checked = parse(keys, "x.yaml");
  EXPECT_LE(checked.diagnostics.size(), 201u);
  EXPECT_THAT(text(checked.diagnostics.back()), HasSubstr("more errors"));
}

TEST(HostileRecipe, IsNotCutShortByAControlCharacter) {
  EXPECT_THAT(problems("kindred: 1\n\x04\nsteps: []\n"),
              HasSubstr("x.yaml:2:1: control character 0x04"));
}

TEST(HostileRecipe, OfStrayBytesGivesDiagnosticsAndNothingElse) {
  const std::string alphabet = "-:[]{}&*!|>'\"%@`#,? \n\ta1~<=.";
  std::uint64_t state = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string yaml;
    for (int i = 0; i < 24; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      yaml += alphabet[(state >> 33) % alphabet.size()];
    }
    EXPECT_NE(problems(yaml), "") << yaml;
  }
}

}  // namespace
}  // namespace kindred::steps::testing
