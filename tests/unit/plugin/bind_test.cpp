#include "plugin/bind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/registry.hpp"

namespace kindred::plugin {
namespace {

using Where = Misfit::Where;

Bound bound(const std::vector<Given>& given) {
  static Registry plugins({std::filesystem::path(KINDRED_SAMPLE_PLUGINS) / "sound"});
  return bindParameters(plugins.load("counter"), given);
}

TEST(PluginParameters, FillInTheDeclaredDefaults) {
  const Bound found = bound({});
  EXPECT_TRUE(found.misfits.empty());
  EXPECT_FALSE(found.parameters.flag("negative"));
  EXPECT_EQ(found.parameters.integer("limit"), 4096);
  EXPECT_EQ(found.parameters.number("step"), 1);
  EXPECT_EQ(found.parameters.text("mode"), "fast");
}

TEST(PluginParameters, TakeTheTypeThatTheDeclarationSays) {
  const Bound found =
      bound({{"limit", "17"}, {"step", "2.5e0"}, {"negative", "true"}, {"label", "17"}});
  EXPECT_TRUE(found.misfits.empty());
  EXPECT_EQ(found.parameters.integer("limit"), 17);
  EXPECT_EQ(found.parameters.number("step"), 2.5);
  EXPECT_TRUE(found.parameters.flag("negative"));
  EXPECT_EQ(found.parameters.text("label"), "17");
}

TEST(PluginParameters, ReportEveryMisfitWithItsPlaceAndWhatIsAllowed) {
  const Bound found = bound({{"limti", "1"},
                             {"limit", "0"},
                             {"mode", "quick"},
                             {"step", "1", false},
                             {"negative", "yes"},
                             {"limit", "5"}});
  ASSERT_EQ(found.misfits.size(), 6u);
  EXPECT_EQ(found.misfits[0].where, Where::name);
  EXPECT_EQ(found.misfits[0].message, "unknown parameter 'limti' of plugin 'counter'");
  EXPECT_EQ(found.misfits[0].hint, "did you mean 'limit'?");
  EXPECT_EQ(found.misfits[1].where, Where::value);
  EXPECT_EQ(found.misfits[1].index, 1u);
  EXPECT_EQ(found.misfits[1].hint, "an integer from 1 to 1e+06");
  EXPECT_EQ(found.misfits[2].hint, "one of fast, slow");
  EXPECT_EQ(found.misfits[3].message,
            "parameter 'step' of plugin 'counter' can't be a list or map");
  EXPECT_EQ(found.misfits[4].hint, "true or false");
  EXPECT_EQ(found.misfits[5].message, "parameter 'limit' is given twice");
}

TEST(PluginParameters, RefuseNumbersThatAreNotFiniteOrNotWhole) {
  for (const char* value : {"nan", "inf", "1e999", "", " 1", "1x"}) {
    EXPECT_EQ(bound({{"step", value}}).misfits.size(), 1u) << value;
  }
  for (const char* value : {"1.5", "1e3", "99999999999999999999", "0x10"}) {
    EXPECT_EQ(bound({{"limit", value}}).misfits.size(), 1u) << value;
  }
}

TEST(PluginParameters, MustBeGivenWhereTheDeclarationHasNoDefault) {
  static constexpr Entry kRoot = text("root", nullptr, "the folder");
  static constexpr Descriptor kDescriptor{
      kMagic, KINDRED_INTERFACE, Kind::source, "files", "1.0", "Files", &kRoot, 1, nullptr};
  const Plugin plugin{&kDescriptor, "files.so", {kRoot}, {}, {}};
  const Bound found = bindParameters(plugin, {});
  ASSERT_EQ(found.misfits.size(), 1u);
  EXPECT_EQ(found.misfits[0].where, Where::absent);
  EXPECT_EQ(found.misfits[0].message, "plugin 'files' needs the parameter 'root'");
}

}  // namespace
}  // namespace kindred::plugin
