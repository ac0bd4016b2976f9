// Unrooted trees of relatives: what they recover, and what they leave open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "results/families.hpp"
#include "results/lineage.hpp"
#include "results/tree.hpp"

namespace kindred::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr int kLayers = 12;

// Distances of pairs in order (0,1), (0,2), ..., the same in every layer but for noise.
PairTable tableOf(std::size_t models, const std::vector<double>& distances, double noise = 0) {
  PairTable table(models);
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  std::size_t at = 0;
  for (std::size_t i = 0; i < models; ++i) {
    for (std::size_t j = i + 1; j < models; ++j, ++at) {
      for (int layer = 0; layer < kLayers; ++layer) {
        const double alike = std::exp(-distances[at]) + noise * normal(random);
        table.at(i, j)[layer] = {std::clamp(alike, 0.0, 1.0), 100};
      }
    }
  }
  return table;
}

// a and b stand apart from c and d by an inner branch of 0.2; e hangs at its middle.
const std::vector<double> kFive{0.2, 0.5, 0.6, 0.4, 0.5, 0.6, 0.4, 0.5, 0.5, 0.6};
const std::vector<std::string> kNames{"a", "b", "c", "d", "e"};

double lengthOf(const Tree& tree, const std::string& model) {
  for (const TreeNode& node : tree.nodes) {
    if (node.model == model) return node.length;
  }
  return NAN;
}

std::vector<std::vector<std::string>> innerBranches(const Tree& tree) {
  std::vector<std::vector<std::string>> list;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    if (!std::isnan(tree.nodes[i].support)) list.push_back(setApart(tree.nodes, i));
  }
  return list;
}

TEST(Tree, RecoversTheTreeThatDistancesComeFrom) {
  const Tree tree = treeOf(kNames, tableOf(5, kFive));
  EXPECT_THAT(innerBranches(tree),
              UnorderedElementsAre(UnorderedElementsAre("a", "b"), UnorderedElementsAre("c", "d")));
  EXPECT_NEAR(lengthOf(tree, "a"), 0.1, 1e-9);
  EXPECT_NEAR(lengthOf(tree, "d"), 0.3, 1e-9);
  EXPECT_NEAR(lengthOf(tree, "e"), 0.2, 1e-9);
  EXPECT_NEAR(tree.misfit, 0, 1e-9);
  EXPECT_EQ(tree.layers, 12u);
  for (const TreeNode& node : tree.nodes) {
    if (std::isnan(node.support)) continue;
    EXPECT_NEAR(node.support, 1, 1e-9);
  }
}

TEST(Tree, LeavesOutBranchesThatTheLayersDoNotAgreeOn) {
  // A third of the layers sets a and b apart, a third a and c, a third a and d.
  PairTable table(4);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = i + 1; j < 4; ++j) {
      for (int layer = 0; layer < kLayers; ++layer) {
        const auto partner = static_cast<std::size_t>(layer % 3) + 1;  // of the first
        const bool together = i == 0 ? j == partner : i != partner && j != partner;
        table.at(i, j)[layer] = {std::exp(together ? -0.2 : -0.5), 100};
      }
    }
  }
  const Tree tree = treeOf({"a", "b", "c", "d"}, table);
  EXPECT_THAT(innerBranches(tree), IsEmpty()) << tree.newick;
  EXPECT_EQ(tree.nodes.size(), 5u);
}

TEST(Tree, HasNoBranchAmongModelsThatAreEqual) {
  EXPECT_THAT(innerBranches(
                  treeOf({"a", "b", "c", "d", "e", "f"}, tableOf(6, std::vector<double>(15, 0.0)))),
              IsEmpty());
  // Of four copies and two other models, whose own branch stays.
  const std::vector<double> two{0, 0, 0, 0.3, 0.3, 0, 0, 0.3, 0.3, 0, 0.3, 0.3, 0.3, 0.3, 0.2};
  EXPECT_THAT(innerBranches(treeOf({"a", "b", "c", "d", "e", "f"}, tableOf(6, two))),
              ElementsAre(UnorderedElementsAre("e", "f")));
}

TEST(Tree, SaysHowFarPathsAlongItMissTheDistances) {
  // A mean of a and d is near both, which no tree can be.
  EXPECT_GT(treeOf({"a", "d", "x", "mean"}, tableOf(4, {0.6, 0.6, 0.1, 0.6, 0.1, 0.6})).misfit,
            0.01);
  EXPECT_LT(treeOf({"a", "b", "c", "d"}, tableOf(4, {0.2, 0.5, 0.6, 0.5, 0.6, 0.5})).misfit, 1e-9);
}

TEST(Tree, IsTheSameHoweverOftenItIsMade) {
  const PairTable table = tableOf(5, kFive, 0.02);
  EXPECT_EQ(treeOf(kNames, table).newick, treeOf(kNames, table).newick);
}

TEST(Tree, IsWrittenAsNewickWithNamesThatReadersTakeAsTheyAre) {
  const Tree tree = treeOf({"it's_a", "b", "c"}, tableOf(3, {0.2, 0.3, 0.3}));
  EXPECT_EQ(tree.newick, "('it''s_a':0.1,b:0.1,c:0.2);");
  EXPECT_EQ(newickOf(tree.nodes, "b"), "(('it''s_a':0.1,c:0.2):0.1)b;");
}

// A report on models with signs of every pair measured.
Report reportOn(const std::vector<std::string>& models, const std::vector<double>& distances) {
  Report report;
  for (const std::string& key : models) report.models.emplace_back().key = key;
  std::size_t at = 0;
  for (std::size_t i = 0; i < models.size(); ++i) {
    for (std::size_t j = i + 1; j < models.size(); ++j, ++at) {
      Pair& pair = report.pairs.emplace_back();
      pair.a = models[i];
      pair.b = models[j];
      pair.verdict.klass = evidence::Class::shared_weights;
      evidence::StepFinding& row = report.findings.emplace_back();
      row.model_a = models[i];
      row.model_b = models[j];
      row.finding.gauge = Gauge::mlp_unit;
      row.finding.units = 1000;
      row.finding.likeness = Likeness{1000, 128, 5, 0.8, 0};
      for (std::int64_t layer = 0; layer < kLayers; ++layer) {
        row.finding.by_layer.push_back({layer, 100, 100, std::exp(-distances[at])});
      }
    }
  }
  return report;
}

TEST(Lineage, HasNoRootWithoutDates) {
  const Report report = reportOn(kNames, kFive);
  const std::vector<Family> families = familiesOf(report);
  ASSERT_EQ(families.size(), 1u);
  ASSERT_EQ(families[0].trees.size(), 1u);
  const Tree& tree = families[0].trees[0];
  EXPECT_THAT(innerBranches(tree),
              UnorderedElementsAre(UnorderedElementsAre("a", "b"), UnorderedElementsAre("c", "d")));
  EXPECT_EQ(tree.root, "");
  EXPECT_EQ(tree.gauge, "mlp-unit");
  EXPECT_THAT(tree.note, HasSubstr("no root"));
}

TEST(Lineage, HasItsRootAtTheEarliestWhereAllHaveADate) {
  Report report = reportOn(kNames, kFive);
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    report.models[i].date = i == 2 ? "2023-07-18" : "2024-01-0" + std::to_string(i + 1);
  }
  const Tree tree = lineageOf(report, kNames);
  EXPECT_EQ(tree.root, "c");
  EXPECT_THAT(tree.newick, testing::EndsWith("c;"));
  report.models[4].date.clear();
  EXPECT_EQ(lineageOf(report, kNames).root, "");
}

TEST(Lineage, SaysWhereTheEarliestWasMadeOfSomethingEarlier) {
  Report report = reportOn(kNames, kFive);
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    report.models[i].date = "2024-01-0" + std::to_string(i + 1);
  }
  report.models[0].made = Made::coded;
  const Tree tree = lineageOf(report, kNames);
  EXPECT_THAT(tree.made, ElementsAre("a"));
  EXPECT_THAT(tree.note, HasSubstr("the date is that of a copy"));
}

TEST(Lineage, SaysWhyThereIsNoTreeWhereAPairWasNotMeasured) {
  Report report = reportOn(kNames, kFive);
  report.findings.pop_back();
  const Tree tree = lineageOf(report, kNames);
  EXPECT_THAT(tree.nodes, IsEmpty());
  EXPECT_THAT(tree.note, HasSubstr("No tree"));
}

// One child and three relatives that were not measured with each other, the rows of each layer off
// by another amount.
Report starOn(double second) {
  Report report = reportOn({"child", "far", "near", "next"}, {0.5, 0.2, second, 1, 1, 1});
  for (std::size_t i = 0; i < report.pairs.size(); ++i) {
    if (report.pairs[i].a == "child") continue;
    report.pairs.resize(i);
    report.findings.resize(i);
    break;
  }
  double shift = 0;
  for (evidence::StepFinding& row : report.findings) {
    row.finding.basis = Basis::exact;
    row.log10_p_adjusted = -40;
    for (LayerCoins& layer : row.finding.by_layer) {
      layer.alike *= 1 + 0.01 * std::sin(shift += 1.7);
    }
  }
  return report;
}

TEST(Nearest, OfSeveralRelativesIsToldWithHowSureThatIs) {
  const std::vector<Family> families = familiesOf(starOn(0.3));
  ASSERT_EQ(families.size(), 1u);
  ASSERT_EQ(families[0].nearest.size(), 1u) << "the others were measured with one each";
  const Nearest& nearest = families[0].nearest[0];
  EXPECT_EQ(nearest.model, "child");
  ASSERT_EQ(nearest.kin.size(), 3u);
  EXPECT_EQ(nearest.kin[0].model, "near");
  EXPECT_EQ(nearest.kin[2].model, "far");
  EXPECT_NEAR(nearest.kin[0].distance, 0.2, 0.02);
  EXPECT_GT(nearest.lead, 2 * nearest.lead_error);
  EXPECT_EQ(nearest.tied, 1u);
}

TEST(Nearest, IsNotToldFromAnotherThatIsAsNear) {
  const std::vector<Family> families = familiesOf(starOn(0.2));
  const Nearest& nearest = families.at(0).nearest.at(0);
  EXPECT_LT(nearest.lead, 2 * nearest.lead_error);
  EXPECT_EQ(nearest.tied, 2u) << "the third, far, is told apart";
}

TEST(Nearest, IsSaidOfRelativesThatATestFound) {
  Report report = starOn(0.3);
  for (evidence::StepFinding& row : report.findings) row.log10_p_adjusted = -1;
  EXPECT_THAT(familiesOf(report).at(0).nearest, IsEmpty());
}

TEST(Nearest, OfPartsIsToldKindByKind) {
  Report report = starOn(0.3);
  for (evidence::StepFinding& row : report.findings) {
    row.component = models::Component::vision_tower;
    row.model_a += " (vision tower)";
    row.model_b += " (vision tower)";
  }
  const std::vector<Nearest> nearest = familiesOf(report).at(0).nearest;
  ASSERT_EQ(nearest.size(), 1u);
  EXPECT_EQ(nearest[0].model, "child (vision tower)");
  EXPECT_EQ(nearest[0].kin[0].model, "near (vision tower)");
}

TEST(Nearest, IsLeftToTheTreeWhereThereIsOne) {
  EXPECT_THAT(familiesOf(reportOn(kNames, kFive)).at(0).nearest, IsEmpty());
}

TEST(Lineage, GivesEachPartOfAFamilyThatAMergeJoinsATreeOfItsOwn) {
  std::vector<std::string> names{"a1", "a2", "a3", "b1", "b2", "b3", "merge"};
  Report report = reportOn(names, std::vector<double>(21, 0.4));
  for (Pair& pair : report.pairs) {
    const bool strangers = pair.a[0] == 'a' && pair.b[0] == 'b';
    if (strangers) pair.verdict.klass = evidence::Class::no_evidence;
  }
  const std::vector<Family> families = familiesOf(report);
  ASSERT_EQ(families.size(), 1u);
  EXPECT_THAT(families[0].joints, ElementsAre("merge"));
  ASSERT_EQ(families[0].trees.size(), 2u);
  for (const Tree& tree : families[0].trees) EXPECT_THAT(tree.newick, Not(HasSubstr("merge")));
}

}  // namespace
}  // namespace kindred::results
