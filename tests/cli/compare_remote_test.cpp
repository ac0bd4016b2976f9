// kindred compare with two names of models on a hub, no recipe and no files.
#include <gmock/gmock.h>

#include "recipes.hpp"
#include "servers/range_server.hpp"
#include "servers/stand_ins.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;

class CompareRemote : public testing::Test {
 protected:
  CompareRemote() { servers::publishStandIns(server_, servers::Size::small); }

  // "owner/name" and "owner/name", or either with "@revision".
  RunResult compare(const std::string& a, const std::string& b) {
    support::RunOptions options;
    options.environment = {{"HF_ENDPOINT", server_.endpoint()},
                           {"XDG_CACHE_HOME", (dir_ / "cache").string()}};
    return support::run({"compare", a, b, "--out", (dir_ / "out").string(), "--json"}, options);
  }

 private:
  servers::RangeServer server_;
  TempDir dir_;
};

TEST_F(CompareRemote, TwoNamesFindADescendant) {
  const RunResult result = compare("zai-org/GLM-4.5-Air", "PrimeIntellect/INTELLECT-3@main");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_EQ(report.at("pairs").at(0).at("verdict").at("class"), "shared-weights");
}

TEST_F(CompareRemote, TwoNamesOfStrangersAreNoEvidence) {
  const RunResult result = compare("upstage/Solar-Open-100B", "zai-org/GLM-4.5-Air");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_EQ(report.at("pairs").at(0).at("verdict").at("class"), "no-evidence");
}

TEST_F(CompareRemote, AnUnknownNameIsOneClearError) {
  const RunResult result = compare("zai-org/GLM-4.5-Air", "zai-org/no-such-model");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("zai-org/no-such-model"));
  EXPECT_THAT(result.err, HasSubstr("check the name"));
}

}  // namespace
}  // namespace kindred::clitest
