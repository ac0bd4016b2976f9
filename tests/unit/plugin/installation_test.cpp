#include "plugin/installation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace kindred::plugin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

TEST(Installation, FindsThePluginsAndSharedFilesOfTheBuildTree) {
  const fs::path build = fs::canonical(KINDRED_BUILD_DIR);
  EXPECT_EQ(executable(), build / "bin/unit_plugin");
  EXPECT_EQ(builtinPlugins(), build / "lib/kindred/plugins");
  EXPECT_TRUE(fs::exists(sharedFiles() / "template/metric/CMakeLists.txt"));
  EXPECT_TRUE(fs::exists(sharedFiles() / "configs/demo"));
}

TEST(Installation, ListsBuiltInThenGivenThenEnvironmentFoldersEachOnce) {
  ::setenv("KINDRED_PLUGIN_PATH", "/d:/b::/e", 1);
  EXPECT_THAT(pluginFolders({"/a:/b", "/c"}),
              ElementsAre(builtinPlugins(), "/a", "/b", "/c", "/d", "/e"));
  ::unsetenv("KINDRED_PLUGIN_PATH");
  EXPECT_THAT(pluginFolders(), ElementsAre(builtinPlugins()));
}

}  // namespace
}  // namespace kindred::plugin
