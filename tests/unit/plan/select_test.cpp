#include "plan/select.hpp"

#include <gmock/gmock.h>

#include <kindred/error.hpp>

#include "support.hpp"

namespace kindred::plan::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> namesOf(const std::vector<Selected>& selected) {
  std::vector<std::string> names;
  for (const Selected& one : selected) names.push_back(one.view.info.name);
  return names;
}

// The error that a selection of the model ends with.
Error refusal(const MemoryModel& model, const recipe::Selection& selection) {
  try {
    select(model.model(), selection);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "was selected";
  return Error(Category::internal, "", "");
}

const MemoryModel& layered() {
  static const MemoryModel model(
      "m", tensors({{"l.0.up", {2, 2}}, {"l.0.down", {2, 2}}, {"l.1.up", {2, 2}}, {"x", {2}}}));
  return model;
}

TEST(Select, TakesTensorsInTheOrderOfPatternsEachOnce) {
  EXPECT_THAT(namesOf(layered().selected({"x", "l.{layer}.up", "l.0.*"})),
              ElementsAre("x", "l.0.up", "l.1.up", "l.0.down"));
}

TEST(Select, TakesEverythingWhereNothingIsSaid) { EXPECT_EQ(layered().selected().size(), 4u); }

TEST(Select, KnowsLayersByWhatThePatternCaptures) {
  const std::vector<Selected> selected = layered().selected({"l.{layer}.up", "x"});
  EXPECT_EQ(selected[1].view.info.layer, 1);
  EXPECT_EQ(selected[2].view.info.layer, -1);
}

TEST(Select, KeepsToTheLayersAskedFor) {
  recipe::Selection selection;
  selection.patterns = {"l.{layer}.up"};
  selection.layers = {1, 7};
  EXPECT_THAT(namesOf(select(layered().model(), selection)), ElementsAre("l.1.up"));
  selection.layers = {5, 7};
  EXPECT_THAT(refusal(layered(), selection).message(), HasSubstr("lies in layers 5 to 7"));
}

TEST(Select, SaysWhichPatternMatchesNothingAndWhatIsNear) {
  recipe::Selection selection;
  selection.patterns = {"x", "l.{layer}.upp"};
  selection.places = {{"r.yaml", 3, 5}, {"r.yaml", 4, 5}};
  const Error error = refusal(layered(), selection);
  EXPECT_EQ(error.place(), "r.yaml:4:5");
  EXPECT_THAT(error.message(), HasSubstr("'l.{layer}.upp' matches no tensor of model 'm'"));
  EXPECT_THAT(error.remedy(), HasSubstr("did you mean 'l.{layer}.up'"));
}

TEST(Select, ByRoleNeedsAKnownFamily) {
  recipe::Selection selection;
  selection.roles = {"mlp.up"};
  EXPECT_THAT(refusal(layered(), selection).message(), HasSubstr("of no known architecture"));
}

TEST(Select, ByRoleTakesEveryLayerAndExpert) {
  const MemoryModel model("m", support::smallModel(support::Family::mixed, 1));
  recipe::Selection selection;
  selection.roles = {"mlp.up"};
  const std::vector<Selected> selected = select(model.model(), selection);
  EXPECT_EQ(selected.size(), 1 + 2 * 4u) << "a dense layer, and two of four experts";
  EXPECT_EQ(selected.back().view.info.role, "mlp.up");
  selection.roles = {"mlp.upp"};
  EXPECT_EQ(refusal(model, selection).remedy(), "did you mean 'mlp.up'?");
}

}  // namespace
}  // namespace kindred::plan::testing
