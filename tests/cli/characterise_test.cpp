// What corresponds in relatives, on the embedded demo and on the zoo where it lies beside the
// project.
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "demo.hpp"
#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

const std::filesystem::path kZoo = std::filesystem::path(KINDRED_SOURCE_DIR) / "../shared/zoo";

json tablesOf(const std::filesystem::path& a, const std::filesystem::path& b) {
  TempDir dir;
  const RunResult result = support::run(
      {"compare", a.string(), b.string(), "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out).at("tables");
}

// The sentence that sums up what corresponds; empty where nothing was described.
std::string sentenceOf(const std::filesystem::path& a, const std::filesystem::path& b) {
  for (const json& table : tablesOf(a, b)) {
    const std::string title = table.at("title");
    if (title.starts_with("What corresponds")) return table.at("note");
  }
  return {};
}

std::string ofDemo(const char* a, const char* b) { return sentenceOf(kDemo / a, kDemo / b); }

TEST(Characterise, TellsThatATunedModelKeepsEverythingInPlace) {
  EXPECT_THAT(ofDemo("base", "tuned"),
              AllOf(HasSubstr("layers 0-5 of tuned correspond to 0-5 of base"),
                    HasSubstr("units in order"), HasSubstr("heads in order"),
                    HasSubstr("residual stream not rotated"), HasSubstr("difference dense")));
}

TEST(Characterise, FindsShuffledUnitsAndHeadsAndNothingElseChanged) {
  EXPECT_THAT(ofDemo("tuned", "disguised"),
              AllOf(HasSubstr("layers 0-5 of disguised correspond to 0-5 of tuned"),
                    HasSubstr("units permuted"), HasSubstr("heads permuted"),
                    HasSubstr("corresponding matrices equal")));
}

TEST(Characterise, TellsNothingOfStrangers) { EXPECT_EQ(ofDemo("base", "stranger"), ""); }

TEST(Characterise, FindsNoCounterpartOfMlpsWhereNormsAloneAreShared) {
  EXPECT_THAT(ofDemo("base", "norms-only"), HasSubstr("no MLP of norms-only has a counterpart"));
}

// The safetensors text `file` (all BF16) with the rows of its matrices rounded to multiples of a
// seventh of their largest element, as rounding to 4 bits leaves them.
std::string roundedToFourBits(std::string file) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  const json header = json::parse(file.substr(8, length));
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__" || tensor.at("shape").size() != 2) continue;
    EXPECT_EQ(tensor.at("dtype"), "BF16");
    const auto columns = tensor.at("shape").at(1).get<std::size_t>();
    char* const data = file.data() + 8 + length;
    char* const end = data + tensor.at("data_offsets").at(1).get<std::size_t>();
    std::vector<std::uint16_t> row(columns);
    for (char* at = data + tensor.at("data_offsets").at(0).get<std::size_t>(); at < end;
         at += 2 * columns) {
      std::memcpy(row.data(), at, 2 * columns);
      const auto value = [](std::uint16_t bits) {
        return std::bit_cast<float>(std::uint32_t{bits} << 16);
      };
      float largest = 0;
      for (const std::uint16_t bits : row) largest = std::max(largest, std::abs(value(bits)));
      const float step = largest / 7;
      for (std::uint16_t& bits : row) {
        bits = support::halfBits(DType::BF16, step * std::round(value(bits) / step));
      }
      std::memcpy(at, row.data(), 2 * columns);
    }
  }
  return file;
}

TEST(Characterise, RecognisesACopyRoundedToFewBits) {
  TempDir dir;
  std::filesystem::copy(kDemo / "base", dir / "copy", std::filesystem::copy_options::recursive);
  for (const std::string shard :
       {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}) {
    dir.write("copy/" + shard, roundedToFourBits(support::readFile(kDemo / "base" / shard)));
  }
  EXPECT_THAT(sentenceOf(kDemo / "base", dir / "copy"),
              AllOf(HasSubstr("units in order"),
                    HasSubstr("values of copy on a grid of about 14 numbers a row")));
}

TEST(Characterise, IsOneSentenceOnTheTerminal) {
  TempDir dir;
  const RunResult result =
      support::run({"compare", (kDemo / "base").string(), (kDemo / "tuned").string(), "--force",
                    "--out", (dir / "out").string()});
  EXPECT_THAT(result.out, HasSubstr("layers 0-5 of tuned correspond to 0-5 of base"));
}

TEST(SharedZoo, TellsWhatWasDoneToADescendant) {
  if (!std::filesystem::exists(kZoo))
    GTEST_SKIP() << "not here: " << kZoo;  // an extra check: the demo is always tested
  const auto of = [](const char* a, const char* b) { return sentenceOf(kZoo / a, kZoo / b); };
  EXPECT_THAT(of("alpha", "alpha-upscaled"),
              HasSubstr("layers 0-3 and 4-7 of alpha-upscaled correspond to 0-3 and 2-5 of alpha"));
  EXPECT_THAT(of("alpha", "alpha-layers-dropped"), HasSubstr("2 and 4 to none"));
  EXPECT_THAT(of("alpha-finetuned", "alpha-rotated"),
              AllOf(HasSubstr("residual stream rotated"),
                    HasSubstr("norms of alpha-rotated folded"), HasSubstr("units in order")));
  EXPECT_THAT(of("alpha-finetuned", "alpha-permuted"),
              AllOf(HasSubstr("units permuted"), HasSubstr("residual stream not rotated")));
  EXPECT_THAT(of("alpha", "alpha-norms-kept"), HasSubstr("no attention head has a counterpart"));
  EXPECT_THAT(of("alpha", "alpha-low-rank"), HasSubstr("difference of rank about 4"));
  EXPECT_THAT(of("alpha", "alpha-f16"), HasSubstr("stored as"));
  EXPECT_THAT(of("alpha", "alpha-upcycled"), HasSubstr("experts up-cycled"));
  EXPECT_THAT(of("mixture-a", "mixture-a-shuffled"), HasSubstr("experts shuffled"));
  EXPECT_THAT(of("alpha", "alpha-width-pruned"),
              HasSubstr("96 of each MLP of alpha without a partner"));
}

}  // namespace
}  // namespace kindred::clitest
