// What profiling came to, as text and back.
#include "steps/test/profiled.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/refusal.hpp"

namespace kindred::steps {
namespace {

using nlohmann::json;

Profiled some() {
  Profiled profiled;
  profiled.doubling.joins.push_back({{1, 0, false}, {2, -1, true}, true, false, -7.5, 3});
  profiled.doubling.units = {{0, kNoOrigin}, {2}};
  profiled.doubling.key_dims = {4, 5};
  profiled.doubling.share = 0.25;
  return profiled;
}

TEST(Profiles, AreReadBackAsTheyWereWritten) {
  const std::string text = profiledJson(some()).value();
  const Profiled read = profiledOf("profile", text);
  EXPECT_EQ(read.doubling.units, some().doubling.units);
  EXPECT_EQ(profiledJson(read), text);
}

TEST(Profiles, OfNumbersThatAreNotWholeAreRefused) {
  for (const json& odd : {json(1e300), json(-1), json(0.5), json(true), json(1ull << 32)}) {
    json document = json::parse(profiledJson(some()).value());
    document["units"][0][0] = odd;
    EXPECT_EQ(support::refusalOf([&] { profiledOf("profile", document.dump()); }).place(),
              "profile")
        << odd;
  }
  json document = json::parse(profiledJson(some()).value());
  document["joins"][0][0][0] = 1e300;
  EXPECT_EQ(support::refusalOf([&] { profiledOf("profile", document.dump()); }).place(), "profile");
}

}  // namespace
}  // namespace kindred::steps
