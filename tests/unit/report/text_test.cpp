#include "report/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace kindred::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TextTable tableOf(std::size_t columns, std::size_t rows, const std::string& cell) {
  TextTable table;
  for (std::size_t c = 0; c < columns; ++c) table.columns.push_back("column " + std::to_string(c));
  table.rows.assign(rows, std::vector<std::string>(columns, cell));
  return table;
}

std::size_t widest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
  return most;
}

TEST(TableText, FitsIntoEightyColumnsWhateverItsSize) {
  for (const std::size_t columns : {1u, 2u, 5u, 13u, 40u}) {
    for (const char* cell : {"x", "0.1234", "model.layers.12.self_attn.k_proj.weight and more"}) {
      EXPECT_LE(widest(tableText(tableOf(columns, 3, cell))), 80u) << columns << " " << cell;
    }
  }
}

TEST(TableText, CutsLongTablesAndSaysHowMuchIsLeft) {
  const std::string text = tableText(tableOf(2, 50, "1"), 12);
  EXPECT_THAT(text, HasSubstr("... 38 more rows in report.json"));
  EXPECT_THAT(tableText(tableOf(2, 12, "1"), 12), Not(HasSubstr("more rows")));
}

TEST(TableText, CutsTheWidestColumnAndKeepsTheOthers) {
  TextTable table;
  table.columns = {"name", "value"};
  table.rows = {{std::string(200, 'n'), "0.5"}};
  EXPECT_THAT(tableText(table), HasSubstr("nn..nn"));
  EXPECT_THAT(tableText(table), HasSubstr("0.5\n"));
}

TEST(TableText, SetsNumbersToTheRight) {
  TextTable table;
  table.columns = {"layer", "word"};
  table.rows = {{"3", "a"}, {"12", "bb"}};
  EXPECT_EQ(tableText(table), "  layer  word\n      3  a\n     12  bb\n");
}

TEST(TableText, ShowsTheNoteBelow) {
  TextTable table = tableOf(1, 1, "1");
  table.note = "what it says";
  EXPECT_THAT(tableText(table), HasSubstr("\n  what it says\n"));
}

TEST(TableText, OfNothingIsHarmless) { EXPECT_EQ(tableText(TextTable{}), "\n"); }

TEST(Cut, CountsCharactersNotBytes) {
  EXPECT_EQ(cut("\xc4\xa0the", 4), "\xc4\xa0the");
  EXPECT_EQ(cut("\xc4\xa0\xc4\xa0\xc4\xa0\xc4\xa0\xc4\xa0", 4), "\xc4\xa0\xc4\xa0..");
  EXPECT_EQ(cut("abcdef", 4), "ab..");
  EXPECT_EQ(cut("several words that go on", 14), "several word..");
  EXPECT_EQ(cut("organisation-Qwen2-72B-one", 14), "organi..2B-one");
}

}  // namespace
}  // namespace kindred::report
