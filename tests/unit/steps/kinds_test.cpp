// The list of kinds, and what is made of it.
#include "steps/kinds.hpp"

#include <gmock/gmock.h>

#include <set>

#include "recipe/words.hpp"
#include "steps/schema.hpp"
#include "steps/step.hpp"

namespace kindred::steps {
namespace {

const recipe::Shape& stepShape() { return *recipe::findKey(recipeShape(), "steps")->shape->items; }

TEST(Kinds, HaveKeysOfTheirOwnInTheSchema) {
  std::set<std::string> words;
  forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
    for (const std::string& word : recipe::split(Folder::kWords)) {
      EXPECT_TRUE(words.insert(word).second) << word << " is the key of two kinds";
      EXPECT_NE(recipe::findKey(stepShape(), word), nullptr) << word;
    }
  });
  EXPECT_EQ(words.size(), 10u);
}

TEST(Kinds, GoByAWordThatIsOneOfTheirKeys) {
  forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
    const std::vector<std::string> words = recipe::split(Folder::kWords);
    forEach(typename Folder::Asked(), [&]<class Asked>(std::type_identity<Asked>) {
      Step step;
      step.kind = Asked();
      EXPECT_THAT(words, ::testing::Contains(std::string(word(step))));
    });
  });
}

TEST(Kinds, AreAskedForModelsAndForWhatIsMeasured) {
  const std::vector<std::string> groups = recipe::split(stepShape().one_of, ' ');
  ASSERT_EQ(groups.size(), 2u);
  const auto has = [&](const std::string& group, const std::string& word) {
    const std::vector<std::string> words = recipe::split(group.c_str());
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  forEach(Folders(), [&]<class Folder>(std::type_identity<Folder>) {
    for (const std::string& word : recipe::split(Folder::kWords)) {
      EXPECT_EQ(has(groups[0], word), Folder::kNamesModels) << word;
      EXPECT_EQ(has(groups[1], word), Folder::kMeasures) << word;
    }
  });
}

}  // namespace
}  // namespace kindred::steps
