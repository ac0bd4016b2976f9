// A finding's figures by name.
#include "evidence/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::evidence {
namespace {

using Figures = std::map<std::string, double>;

TEST(Figures, OfAFindingAreItsDetailsAndWhatElseOfItIsOneNumber) {
  Finding finding;
  finding.details = {{"mean", 2.5}};
  EXPECT_EQ(figuresOf(finding), (Figures{{"mean", 2.5}}));
  finding.detectable_rho = 0.25;
  finding.beyond_strangers = 0.125;
  finding.basis = Basis::unverified;
  finding.assignments = {5, 3};
  EXPECT_EQ(figuresOf(finding), (Figures{{"mean", 2.5},
                                         {"detectable_rho", 0.25},
                                         {"beyond_strangers", 0.125},
                                         {"unverified", 1},
                                         {"assignments", 5},
                                         {"assignments_optimal", 3}}));
  finding.basis = Basis::exact;
  EXPECT_FALSE(figuresOf(finding).contains("unverified"));
}

TEST(Figures, OfControlsAreTheirScores) {
  Finding finding;
  finding.controls = Controls{.models = 13,
                              .pairs = 104,
                              .least = 0.01,
                              .median = 0.02,
                              .largest = 0.03,
                              .clear = true,
                              .large = false};
  EXPECT_EQ(figuresOf(finding), (Figures{{"controls", 13},
                                         {"control_pairs", 104},
                                         {"control_min", 0.01},
                                         {"control_median", 0.02},
                                         {"control_max", 0.03},
                                         {"clear", 1},
                                         {"large", 0}}));
  finding.controls->clear = false;
  finding.controls->large = true;
  EXPECT_EQ(figuresOf(finding).at("clear"), 0);
  EXPECT_EQ(figuresOf(finding).at("large"), 1);
}

}  // namespace
}  // namespace kindred::evidence
