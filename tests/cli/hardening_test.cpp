// What a release build of the program has against errors that nobody has found yet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/process.hpp"
#include "support/sanitized.hpp"

namespace kindred::clitest {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

std::string read(const char* what) {
  const auto result = support::runCommand({"readelf", what, "--wide", KINDRED_BINARY}, {});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

TEST(Hardening, TheProgramMayStandAnywhereInMemory) {
  EXPECT_THAT(read("--file-header"), HasSubstr("DYN"));
}

TEST(Hardening, TablesOfSymbolsAreReadOnly) {
  EXPECT_THAT(read("--program-headers"), HasSubstr("GNU_RELRO"));
  EXPECT_THAT(read("--dynamic"), AnyOf(HasSubstr("BIND_NOW"), HasSubstr("NOW")));
}

TEST(Hardening, NoStackIsExecutable) {
  EXPECT_THAT(read("--program-headers"), testing::ContainsRegex("GNU_STACK.* RW "));
}

TEST(Hardening, ReturnsFromFunctionsAreChecked) {
  if (support::kSanitized) GTEST_SKIP() << "sanitizers check more";
  EXPECT_THAT(read("--dyn-syms"), HasSubstr("__stack_chk_fail"));
}

}  // namespace
}  // namespace kindred::clitest
