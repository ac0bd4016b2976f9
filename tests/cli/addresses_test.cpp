// What models are called by whoever names two of them on the command line.
#include <gmock/gmock.h>

#include <filesystem>

#include "recipes.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

std::vector<std::string> namesIn(const TempDir& dir, const std::string& a, const std::string& b) {
  const RunResult result =
      support::run({"compare", a, b, "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const nlohmann::json report = nlohmann::json::parse(result.out);
  return {report.at("pairs")[0].at("a"), report.at("pairs")[0].at("b")};
}

TEST(Addresses, OfOneNameAreToldByWhatTheyLieIn) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "orgA/toy", stored(base), toyLlamaConfig());
  saveModel(dir / "orgB/toy", stored(tuned(base, 2)), toyLlamaConfig());
  EXPECT_THAT(namesIn(dir, (dir / "orgA/toy").string(), (dir / "orgB/toy").string()),
              ElementsAre("orgA/toy", "orgB/toy"));
}

TEST(Addresses, AreCalledAsTheyWereTyped) {
  TempDir dir;
  const Toy base = toyLlama(1);
  const fs::path commit = dir / "models--org--toy/snapshots/0123456789abcdef";
  saveModel(commit, stored(base), toyLlamaConfig());
  saveModel(dir / "blobs/cafe", stored(tuned(base, 2)), toyLlamaConfig());
  fs::create_directory_symlink(dir / "blobs/cafe", dir / "mine");
  EXPECT_THAT(namesIn(dir, commit.string(), (dir / "mine").string()), ElementsAre("toy", "mine"));
}

TEST(Addresses, OfASourceThatIsNotThereAreSentToNobody) {
  TempDir dir;
  saveModel(dir / "toy", stored(toyLlama(1)), toyLlamaConfig());
  const RunResult result = support::run(
      {"compare", "tar:models.tar!base", (dir / "toy").string(), "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("no plugin 'tar'"), Not(HasSubstr("waiting"))));
}

}  // namespace
}  // namespace kindred::clitest
