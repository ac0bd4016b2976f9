#include "documents/model_code.hpp"

#include "documents/wanted.hpp"
#include "support.hpp"

namespace kindred::documents {
namespace {

using testing::ElementsAre;

CodeFile file(const std::string& name, const std::string& text, bool too_large = false) {
  return {documentOf("m", name, text), too_large};
}

Report comparedCode(const std::vector<CodeFile>& a, const std::vector<CodeFile>& b) {
  return compareCode("a", a, "b", b);
}

const std::string kCode =
    "class Attention:\n  def forward(self, x):\n    q = self.q(x)\n    return q * 2\n";

TEST(CodeComparison, FindsNamesakesIdentical) {
  const Report report =
      comparedCode({file("modeling_x.py", kCode)}, {file("modeling_x.py", kCode)});
  EXPECT_EQ(figureOf(report, "identical"), 1);
  EXPECT_EQ(figureOf(report, "similarity"), 1);
  EXPECT_THAT(report.tables.at(0).rows, ElementsAre(ElementsAre("modeling_x.py", "modeling_x.py",
                                                                "name", "identical", "1.0000")));
}

TEST(CodeComparison, CountsRunsOfFiveWords) {
  // Runs: 3 and 3, of which "b c d e f" and "c d e f g" are in both: 2 of 4.
  const Report report =
      comparedCode({file("x.py", "a b c d e f g")}, {file("x.py", "b c\n\n d   e f g h")});
  EXPECT_EQ(figureOf(report, "similarity"), 0.5);
  EXPECT_EQ(figureOf(report, "identical"), 0);
}

TEST(CodeComparison, MeetsRenamedFilesByLikeness) {
  const Report report =
      comparedCode({file("modeling_solar.py", kCode + "x = 1\n"), file("notes.md", "a\n")},
                   {file("configuration_glm.py", "y = 2\n"), file("modeling_glm.py", kCode)});
  const TextTable& table = report.tables.at(0);
  EXPECT_EQ(rowsWith(table, 0, "modeling_solar.py").at(0).at(1), "modeling_glm.py");
  EXPECT_EQ(rowsWith(table, 0, "modeling_solar.py").at(0).at(2), "likeness");
  EXPECT_TRUE(rowsWith(table, 0, "notes.md").empty()) << "no file of that ending in b";
  EXPECT_EQ(figureOf(report, "files_a"), 2);
  EXPECT_EQ(figureOf(report, "files_b"), 2);
}

TEST(CodeComparison, LeavesOutWhatIsTooLargeOrNoText) {
  const Report report =
      comparedCode({file("big.txt", "", true), file("bytes.txt", std::string("a\0b", 3)),
                    file("broken.txt", "\xff\xfe")},
                   {file("big.txt", "short")});
  EXPECT_EQ(figureOf(report, "files_a"), 0);
  EXPECT_EQ(figureOf(report, "files_b"), 1);
  EXPECT_THAT(report.tables.at(1).rows, ElementsAre(ElementsAre("a", "big.txt", "more than 1 MB"),
                                                    ElementsAre("a", "bytes.txt", "no text"),
                                                    ElementsAre("a", "broken.txt", "no text")));
}

TEST(CodeComparison, ComparesEmptyFiles) {
  EXPECT_EQ(figureOf(comparedCode({file("x.py", "")}, {file("x.py", "")}), "similarity"), 1);
  EXPECT_EQ(figureOf(comparedCode({file("x.py", "")}, {file("x.py", "a")}), "similarity"), 0);
}

TEST(WantedFiles, AreCodeAndTextsForModelCode) {
  const std::vector<std::string> names{"LICENSE",
                                       "README.md",
                                       "chat_template.jinja",
                                       "config.json",
                                       "generation_config.json",
                                       "model.safetensors",
                                       "model.safetensors.index.json",
                                       "modeling_x.py",
                                       "tokenizer.json"};
  EXPECT_THAT(textFiles(names), ElementsAre("LICENSE", "README.md", "chat_template.jinja",
                                            "generation_config.json", "modeling_x.py"));
  EXPECT_THAT(licenceFile(names), ElementsAre("LICENSE"));
  EXPECT_THAT(licenceFile({"LICENCE", "LICENSE.txt"}), ElementsAre("LICENSE.txt"));
  EXPECT_THAT(tokenizerFile({"config.json"}), ElementsAre());
}

}  // namespace
}  // namespace kindred::documents
