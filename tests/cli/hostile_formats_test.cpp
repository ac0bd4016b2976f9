// Broken files of other tools' formats, which are no part of the sources: KINDRED_FORMATS names the
// folder that holds them and what each is.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "recipes.hpp"
#include "support/sanitized.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;

// Legal for the format's own tools, or sound.
bool mayBeRead(const std::string& what) {
  return what.starts_with("valid") || what.find("accepts") != std::string::npos;
}

TEST(HostileFormats, AreRefusedInOneLineAndInLittleMemory) {
  const char* folder = std::getenv("KINDRED_FORMATS");
  if (folder == nullptr) GTEST_SKIP() << "KINDRED_FORMATS names no folder of files to read";
  const std::filesystem::path root = folder;
  const json hostile = json::parse(std::ifstream(root / "expected.json")).at("hostile");
  for (const auto& [path, what] : hostile.items()) {
    SCOPED_TRACE(path + ": " + what.get<std::string>());
    const RunResult result = support::run({"inspect", (root / path).string()});
    const bool sound = mayBeRead(what);
    EXPECT_EQ(result.exit_code, sound ? 0 : 2) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), sound ? 0 : 1) << result.err;
    if (!support::kSanitized) {
      EXPECT_LT(result.peak_kib, 128 * 1024);
    }
  }
}

}  // namespace
}  // namespace kindred::clitest
