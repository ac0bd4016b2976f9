#include "compared.hpp"

#include <gtest/gtest.h>

#include "support/process.hpp"

namespace kindred::clitest {

nlohmann::json compared(const support::TempDir& dir, const std::string& a, const std::string& b) {
  const auto result = support::run({"compare", (dir / a).string(), (dir / b).string(), "--force",
                                    "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  return nlohmann::json::parse(result.out);
}

}  // namespace kindred::clitest
