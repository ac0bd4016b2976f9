// Equal bytes of tensors whose role nobody knows.
#include "evidence/shared_bytes.hpp"

#include <gtest/gtest.h>

namespace kindred::evidence {
namespace {

Coverage shared(std::uint64_t tensors, std::uint64_t elements, std::uint64_t of_a = 10'000'000,
                std::uint64_t of_b = 20'000'000) {
  Coverage coverage;
  coverage.shared_unknown = {tensors, elements};
  coverage.elements_a = of_a;
  coverage.elements_b = of_b;
  return coverage;
}

bool evidence(const Coverage& coverage) { return sharedBytesAreEvidence(coverage); }

TEST(SharedBytes, OfAKnownRoleAreEvidence) {
  Coverage coverage;
  EXPECT_FALSE(evidence(coverage));
  coverage.shared_known = {1, 8};
  EXPECT_TRUE(evidence(coverage));
}

TEST(SharedBytes, OfUnknownRoleTakeManyElementsInManyTensors) {
  EXPECT_TRUE(evidence(shared(8, 10'000)));
  EXPECT_FALSE(evidence(shared(8, 9'999)));
  EXPECT_FALSE(evidence(shared(7, 10'000)));
}

TEST(SharedBytes, OrAQuarterOfTheSmallerModel) {
  EXPECT_TRUE(evidence(shared(2, 2'500'000)));
  EXPECT_FALSE(evidence(shared(2, 2'499'999)));
  EXPECT_TRUE(evidence(shared(2, 2'500'000, 30'000'000, 10'000'000))) << "whichever is smaller";
}

TEST(SharedBytes, InOneTensorTakeTenTimesAsMany) {
  EXPECT_TRUE(evidence(shared(1, 100'000, 400'000)));
  EXPECT_FALSE(evidence(shared(1, 99'999, 1'000)));
  EXPECT_TRUE(evidence(shared(2, 10'000, 40'000)));
}

TEST(SharedBytes, AreToldWithTheirParts) {
  Coverage coverage = shared(2, 12'345);
  coverage.shared_known = {1, 55};
  coverage.components["MLP"].equal = 2;
  coverage.components["attention"].changed = 9;
  coverage.components["norms"].equal = 1;
  EXPECT_EQ(sharedBytesSentence("x", "y", coverage),
            "3 tensors (MLP, norms) of 12,400 elements in all hold the same bytes in x and y.");
  coverage = {};
  coverage.shared_known = {1, 55};
  coverage.components["norms"].equal = 1;
  EXPECT_EQ(sharedBytesSentence("x", "y", coverage),
            "1 tensor (norms) of 55 elements in all holds the same bytes in x and y.");
}

TEST(SharedBytes, OfNormsAloneAreToldFromOthers) {
  Coverage coverage;
  EXPECT_FALSE(onlyNormsAreShared(coverage));
  coverage.shared_known = {2, 128};
  coverage.components["norms"].equal = 2;
  coverage.components["MLP"].changed = 9;
  EXPECT_TRUE(onlyNormsAreShared(coverage));
  coverage.components["MLP"].equal = 1;
  EXPECT_FALSE(onlyNormsAreShared(coverage));
  coverage.components["MLP"] = {};  // absent in one of them
  coverage.components["norms"] = {};
  EXPECT_FALSE(onlyNormsAreShared(coverage));
  coverage.components["norms"].changed = 2;
  EXPECT_TRUE(onlyNormsAreShared(coverage));
}

TEST(Differences, AreToldUpToThreeAndCounted) {
  Identity identity;
  identity.differences = {"p", "q", "r", "s"};
  EXPECT_EQ(differenceSentence(identity), "");
  identity.differing = 4;
  EXPECT_EQ(differenceSentence(identity), "Not identical, 4 differences: p; q; r; and 1 more.");
  identity.differing = 1;
  identity.differences = {"p"};
  EXPECT_EQ(differenceSentence(identity), "Not identical, 1 difference: p.");
}

}  // namespace
}  // namespace kindred::evidence
