#include "plugin/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <kindred/declaration.hpp>
#include <kindred/metric.hpp>
#include <kindred/source.hpp>

#include "plugin/fingerprint.hpp"
#include "plugin/guard.hpp"
#include "support/temp_dir.hpp"

namespace kindred::plugin {
namespace {

namespace fs = std::filesystem;
using support::TempDir;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

fs::path sample(const std::string& folder) { return fs::path(KINDRED_SAMPLE_PLUGINS) / folder; }

Registry registry(const std::vector<std::string>& folders) {
  std::vector<fs::path> paths;
  for (const std::string& folder : folders) paths.push_back(sample(folder));
  return Registry(paths);
}

// The error that loading `name` from the sample folders gives, as a user reads it.
std::string refusal(const std::vector<std::string>& folders, const std::string& name) {
  try {
    registry(folders).load(name);
  } catch (const Error& error) {
    return error.what();
  }
  return "loaded";
}

// A copy of the sound sample in a folder of its own.
fs::path copySample(const TempDir& into) {
  fs::create_directory(into / "plugins");
  fs::copy_file(sample("sound") / "counter.so", into / "plugins/counter.so");
  return into / "plugins";
}

Parameters defaults(const Plugin& plugin) {
  Parameters parameters;
  for (const Entry& entry : plugin.parameters) {
    parameters.set(entry.name, *valueOf(entry, entry.fallback));
  }
  return parameters;
}

TEST(PluginRegistry, LoadsAMetricAndReadsItsDeclaration) {
  Registry plugins = registry({"sound"});
  const Plugin& counter = plugins.load("counter");
  EXPECT_EQ(counter.name(), "counter");
  EXPECT_EQ(counter.version(), "1.2");
  EXPECT_EQ(counter.kind(), Kind::pair_metric);
  ASSERT_EQ(counter.figures.size(), 2u);
  EXPECT_STREQ(counter.figures[1].name, "steps");
  ASSERT_EQ(counter.parameters.size(), 5u);
  EXPECT_STREQ(counter.parameters[1].fallback, "4096");
}

TEST(PluginRegistry, GivesEachPluginItsOwnAnswersWhateverTheOrderOfLoading) {
  Registry plugins = registry({"sound"});
  const Plugin* first = &plugins.load("counter");
  EXPECT_EQ(plugins.load("memory").kind(), Kind::source);
  EXPECT_EQ(&plugins.load("counter"), first);
  EXPECT_EQ(first->name(), "counter");
}

TEST(PluginRegistry, TellsFormatsFromOtherPluginsWithoutOpeningThem) {
  EXPECT_THAT(registry({"lying", "sound", "unlinkable", "no-symbol"}).formats(),
              ElementsAre("liar"));
}

TEST(PluginRegistry, FindsALibraryWithTheLibPrefixUnderThePlainName) {
  EXPECT_EQ(registry({"sound"}).load("memory").file.filename(), "libmemory.so");
}

TEST(PluginRegistry, LoadsAStrippedLibrary) {
  EXPECT_EQ(registry({"stripped"}).load("counter").name(), "counter");
}

TEST(PluginRegistry, MakesObjectsThatOutliveIt) {
  std::unique_ptr<PairMetric> metric;
  {
    Registry plugins = registry({"sound"});
    metric = plugins.load("counter").makePairMetric(defaults(plugins.load("counter")));
  }
  const TensorInfo info;
  const std::vector<float> values(3);
  const auto accumulator = metric->start({info, info, 3});
  accumulator->add({{values, {}}, {values, {}}, 0});
  EXPECT_THAT(accumulator->finish(), ElementsAre(3, 3));
}

TEST(PluginRegistry, NamesNearMissesAndFoldersOfAnUnknownName) {
  Registry plugins({sample("sound"), "/nowhere/plugins"});
  try {
    plugins.load("conuter");
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no plugin 'conuter'"), HasSubstr("'counter'?"),
                                    HasSubstr(sample("sound").string()),
                                    HasSubstr("/nowhere/plugins (no such folder)")));
  }
}

TEST(PluginRegistry, RefusesANameThatExistsTwiceAndNothingElse) {
  EXPECT_THAT(refusal({"sound", "duplicate"}, "counter"),
              AllOf(HasSubstr((sample("sound") / "counter.so").string()),
                    HasSubstr((sample("duplicate") / "counter.so").string()),
                    HasSubstr("remove or rename")));
  EXPECT_EQ(registry({"sound", "duplicate"}).load("memory").name(), "memory");
}

TEST(PluginRegistry, TakesOneFolderGivenTwiceForOne) {
  EXPECT_EQ(registry({"sound", "sound/../sound"}).load("counter").name(), "counter");
}

TEST(PluginRegistry, RefusesALibraryWithoutThePluginSymbol) {
  EXPECT_THAT(refusal({"no-symbol"}, "empty"),
              AllOf(HasSubstr("empty.so"), HasSubstr("does not export 'kindred_plugin'")));
}

TEST(PluginRegistry, RefusesAPluginWithoutAFingerprint) {
  EXPECT_THAT(refusal({"no-fingerprint"}, "unmarked"),
              AllOf(HasSubstr("unmarked.so"), HasSubstr(std::string(hostFingerprint()))));
}

TEST(PluginRegistry, SaysWhichPartOfAFingerprintDiffersAndWhatToRebuild) {
  EXPECT_THAT(refusal({"wrong-interface"}, "foreign"),
              AllOf(HasSubstr("another plugin interface (0, the host has 1)"),
                    HasSubstr("rebuild it against this host's SDK")));
  EXPECT_THAT(refusal({"wrong-compiler"}, "foreign"),
              AllOf(HasSubstr("another compiler (gcc99, the host has"),
                    HasSubstr("kindred_abi_1_gcc99_cxx11_00000000"),
                    HasSubstr(std::string(hostFingerprint())), HasSubstr("foreign.so")));
  EXPECT_THAT(refusal({"wrong-headers"}, "foreign"), HasSubstr("other SDK headers (00000000, "));
  EXPECT_THAT(refusal({"wrong-form"}, "foreign"), HasSubstr("a form this host does not know"));
}

TEST(PluginRegistry, RunsNothingOfALibraryWithAForeignFingerprint) {
  const TempDir temp;
  const fs::path trace = temp / "trace";
  ::setenv("KINDRED_SAMPLE_TRACE", trace.c_str(), 1);
  EXPECT_THAT(refusal({"wrong-headers"}, "foreign"), HasSubstr("other SDK headers"));
  ::unsetenv("KINDRED_SAMPLE_TRACE");
  EXPECT_FALSE(fs::exists(trace));
}

TEST(PluginRegistry, RefusesADescriptorWithTheWrongMagicNumber) {
  EXPECT_THAT(refusal({"wrong-magic"}, "magic"),
              AllOf(HasSubstr("magic.so"), HasSubstr("wrong magic number")));
}

TEST(PluginRegistry, RefusesAPluginWhoseFileHasAnotherName) {
  EXPECT_THAT(refusal({"misnamed"}, "other"), AllOf(HasSubstr("holds plugin 'counter'"),
                                                    HasSubstr("rename the file to counter.so")));
}

TEST(PluginRegistry, ListsEveryFaultOfADeclarationAtOnce) {
  EXPECT_THAT(
      refusal({"wrong-declaration"}, "careless"),
      AllOf(HasSubstr("it states no version"), HasSubstr("must be named like the metric"),
            HasSubstr("parameter 'twice' is declared twice"),
            HasSubstr("the default '4.5', which is not an integer from 1 to 10"),
            HasSubstr("the default '2', which is not a number from 0 to 1"),
            HasSubstr("parameter 'empty' has an empty range"),
            HasSubstr("the default 'c', which is not one of a, b"),
            HasSubstr("parameter 'holes' needs distinct, non-empty choices"),
            HasSubstr("a parameter has a name that is not"), HasSubstr("'mute' says nothing")));
}

TEST(PluginRegistry, KeepsTheDynamicLinkersOwnReason) {
  EXPECT_THAT(refusal({"unlinkable"}, "unlinkable"),
              AllOf(HasSubstr("unlinkable.so"), HasSubstr("undefined symbol"),
                    HasSubstr("kindred_sample_missing"), Not(HasSubstr("dlerror"))));
}

TEST(PluginRegistry, RefusesAWorldWritableFolder) {
  const TempDir temp;
  const fs::path folder = copySample(temp);
  fs::permissions(folder, fs::perms::others_write, fs::perm_options::add);
  try {
    Registry({folder}).load("counter");
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("folder that everyone may write to"),
                                    HasSubstr("chmod o-w " + folder.string())));
  }
}

TEST(PluginRegistry, RefusesAWorldWritableFileEvenBehindALink) {
  const TempDir temp;
  const fs::path folder = copySample(temp);
  fs::create_directory(temp / "links");
  fs::create_symlink(folder / "counter.so", temp / "links/counter.so");
  fs::permissions(folder / "counter.so", fs::perms::others_write, fs::perm_options::add);
  Registry plugins({temp / "links"});
  try {
    plugins.load("counter");
    FAIL() << "loaded";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("file that everyone may write to"));
  }
}

TEST(PluginRegistry, RefusesFilesThatAreNoLibraries) {
  const TempDir temp;
  temp.write("text.so", "just text");
  temp.write("cut.so", support::readFile(sample("sound") / "counter.so").substr(0, 2000));
  temp.write("empty.so", "");
  Registry plugins({temp.path()});
  for (const char* name : {"text", "cut", "empty"}) {
    try {
      plugins.load(name);
      FAIL() << name << " loaded";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr((temp / name).string()), HasSubstr("shared library")));
    }
  }
}

TEST(PluginRegistry, ListsSoundAndBrokenPluginsTogether) {
  Registry plugins = registry({"sound", "no-symbol", "wrong-magic"});
  std::vector<std::string> lines;
  for (const Candidate& candidate : plugins.list()) {
    lines.push_back(candidate.name + (candidate.plugin ? " ok" : " broken"));
    EXPECT_EQ(candidate.error.has_value(), candidate.plugin == nullptr);
  }
  EXPECT_THAT(lines,
              ElementsAre("counter ok", "empty broken", "fragile ok", "intruder ok", "magic broken",
                          "mean ok", "memory ok", "same-bytes ok", "shuffle ok"));
}

TEST(PluginRegistry, NamesEverythingWithoutOpeningIt) {
  const TempDir temp;
  const fs::path trace = temp / "trace";
  ::setenv("KINDRED_SAMPLE_TRACE", trace.c_str(), 1);
  EXPECT_THAT(registry({"sound", "wrong-headers"}).names(),
              ElementsAre("counter", "foreign", "fragile", "intruder", "mean", "memory",
                          "same-bytes", "shuffle"));
  ::unsetenv("KINDRED_SAMPLE_TRACE");
  EXPECT_FALSE(fs::exists(trace));
}

TEST(PluginCreation, SaysWhichKindAPluginIsAndWhichIsNeeded) {
  Registry plugins = registry({"sound"});
  try {
    plugins.load("counter").makeSource({});
    FAIL() << "made";
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    EXPECT_EQ(error.message(), "plugin 'counter' is a metric, a source is needed here");
  }
}

TEST(PluginCreation, NamesThePluginWhateverItThrows) {
  Registry plugins = registry({"throws"});
  const auto thrown = [&](const std::string& name) {
    try {
      plugins.load(name).makePairMetric({});
    } catch (const Error& error) {
      return error;
    }
    return Error(Category::internal, "", "nothing");
  };
  EXPECT_EQ(thrown("throws-error").category(), Category::input);
  EXPECT_THAT(thrown("throws-error").what(),
              AllOf(HasSubstr("plugin 'throws-error'"), HasSubstr("'root' is not a folder"),
                    HasSubstr("give a folder")));
  EXPECT_EQ(thrown("throws-standard").category(), Category::plugin);
  EXPECT_THAT(thrown("throws-standard").what(),
              AllOf(HasSubstr("throws-standard.so"), HasSubstr("index 7 of 3")));
  EXPECT_EQ(thrown("throws-int").category(), Category::plugin);
  EXPECT_THAT(thrown("throws-int").what(), HasSubstr("something that is no exception"));
}

TEST(PluginGuard, NamesThePluginOfALaterCall) {
  Registry plugins = registry({"throws"});
  const auto metric = plugins.load("throws-in-add").makePairMetric({});
  const TensorInfo info;
  const auto accumulator = metric->start({info, info, 0});
  try {
    guard("throws-in-add", [&] { accumulator->add({}); });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.place(), "plugin 'throws-in-add'");
    EXPECT_THAT(error.what(), HasSubstr("no tile is good enough"));
  }
}

TEST(PluginGuard, KeepsThePlaceAndCategoryThatAnErrorHas) {
  try {
    guard("hub", []() -> int { throw Error(Category::network, "https://host/x", "timed out"); });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::network);
    EXPECT_EQ(error.place(), "https://host/x");
  }
  EXPECT_EQ(guard("hub", [] { return 7; }), 7);
}

}  // namespace
}  // namespace kindred::plugin
