// Older names of plugins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <kindred/declaration.hpp>
#include <kindred/metric.hpp>

#include "plugin/bind.hpp"
#include "plugin/registry.hpp"
#include "support/temp_dir.hpp"

namespace kindred::plugin {
namespace {

namespace fs = std::filesystem;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

// A folder with the plugin 'counter' and the file of an older name of it.
class OlderName : public testing::Test {
 protected:
  OlderName() {
    fs::create_directories(folder_);
    fs::copy_file(fs::path(KINDRED_SAMPLE_PLUGINS) / "sound/counter.so", folder_ / "counter.so");
  }

  Registry with(const std::string& line, const std::string& name = "tally") {
    temp_.write("plugins/" + name + ".alias", line);
    return Registry({folder_});
  }

  std::string refusal(const std::string& line) {
    try {
      with(line).load("tally");
    } catch (const Error& error) {
      return error.what();
    }
    return "loaded";
  }

  TempDir temp_;
  fs::path folder_ = temp_ / "plugins";
};

TEST_F(OlderName, IsTheNameInResultsAndHidesWhatItSets) {
  Registry registry = with("counter limit=7 mode\n");
  const Plugin& tally = registry.load("tally");
  EXPECT_EQ(tally.name(), "tally");
  EXPECT_EQ(tally.version(), "1.2");
  ASSERT_TRUE(tally.alias);
  EXPECT_EQ(tally.alias->meaning, "'counter' with limit 7");
  EXPECT_EQ(tally.alias->set.integer("limit"), 7);
  ASSERT_EQ(tally.parameters.size(), 1u);
  EXPECT_STREQ(tally.parameters[0].name, "mode");
  EXPECT_EQ(registry.load("counter").name(), "counter");
}

TEST_F(OlderName, MakesWhatThePluginMakesWithTheParametersThatItStandsFor) {
  Registry registry = with("counter step=3\n");
  const Plugin& tally = registry.load("tally");
  const TensorInfo info;
  const auto metric = tally.makePairMetric(bindParameters(tally, {}).parameters);
  const auto accumulator = metric->start({info, info, 4});
  const std::vector<float> numbers(4, 1.0f);
  PairTile tile;
  tile.a.narrow = tile.b.narrow = numbers;
  accumulator->add(tile);
  EXPECT_EQ(accumulator->finish(), (std::vector<double>{4, 12}));
}

TEST_F(OlderName, RefusesWhatItDoesNotLeaveOpen) {
  Registry registry = with("counter limit=7\n");
  const std::vector<Given> given{{"limit", "9"}};
  const Bound bound = bindParameters(registry.load("tally"), given);
  ASSERT_EQ(bound.misfits.size(), 1u);
  EXPECT_EQ(bound.misfits[0].message, "unknown parameter 'limit' of plugin 'tally'");
}

TEST_F(OlderName, IsListedWithWhatItStandsFor) {
  Registry registry = with("counter\n");
  const std::vector<Candidate> all = registry.list();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].name, "tally");
  ASSERT_NE(all[1].plugin, nullptr);
  EXPECT_EQ(all[1].plugin->alias->meaning, "'counter'");
}

TEST_F(OlderName, TakesThePlaceOfALibraryThatWasLeftBehind) {
  fs::copy_file(folder_ / "counter.so", folder_ / "tally.so");
  EXPECT_EQ(with("counter\n").load("tally").name(), "tally");
}

TEST_F(OlderName, OfNothingThatIsThereIsAnErrorThatNamesTheFile) {
  EXPECT_THAT(refusal("abacus\n"), AllOf(HasSubstr("tally.alias"), HasSubstr("'abacus'")));
  EXPECT_THAT(refusal("tally\n"), HasSubstr("which is not there"));
  EXPECT_THAT(refusal("counter nothing=1\n"), HasSubstr("parameter 'nothing'"));
  EXPECT_THAT(refusal("counter nothing\n"), HasSubstr("parameter 'nothing'"));
  EXPECT_THAT(refusal("counter limit=many\n"), HasSubstr("'many', which it can't be"));
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal("counter\ncounter\n"), HasSubstr("is not one line"));
  EXPECT_THAT(refusal(std::string(5000, 'x')), HasSubstr("is not one line"));
  EXPECT_THAT(refusal("../counter\n"), HasSubstr("names no plugin"));
}

}  // namespace
}  // namespace kindred::plugin
