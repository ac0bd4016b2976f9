#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "results/write.hpp"
#include "support/temp_dir.hpp"

namespace kindred::results {
namespace {

// KINDRED_UPDATE_GOLDEN=1 writes it.
TEST(ReportSchema, IsPublishedAsItIsRead) {
  const std::string file = KINDRED_SOURCE_DIR "/docs/report.schema.json";
  if (std::getenv("KINDRED_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << reportSchema();
  EXPECT_EQ(support::readFile(file), reportSchema());
}

}  // namespace
}  // namespace kindred::results
