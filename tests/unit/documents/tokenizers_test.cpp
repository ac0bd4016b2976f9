#include "documents/tokenizers.hpp"

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "support.hpp"

namespace kindred::documents {
namespace {

using testing::HasSubstr;

Report comparedTokenizers(const std::string& a, const std::string& b) {
  return compareTokenizers(documentOf("a", "tokenizer.json", a),
                           documentOf("b", "tokenizer.json", b));
}

std::string tokenizer(const std::string& vocabulary, const std::string& merges = "[]",
                      const std::string& added = "[]") {
  return "{\"added_tokens\": " + added +
         ", \"model\": {\"type\": \"BPE\", \"vocab\": " + vocabulary + ", \"merges\": " + merges +
         "}}";
}

TEST(TokenizerComparison, CountsTokensInCommonByTheirSpelling) {
  const Report report = comparedTokenizers(tokenizer(R"({"a": 0, "b": 1, "c": 2, "d": 3})"),
                                           tokenizer(R"({"a": 0, "c": 1, "d": 2})"));
  EXPECT_EQ(figureOf(report, "vocabulary_a"), 4);
  EXPECT_EQ(figureOf(report, "vocabulary_b"), 3);
  EXPECT_EQ(figureOf(report, "common"), 3);
  EXPECT_EQ(figureOf(report, "jaccard"), 0.75);
  EXPECT_EQ(figureOf(report, "share_a"), 0.75);
  EXPECT_EQ(figureOf(report, "share_b"), 1);
  EXPECT_EQ(figureOf(report, "same_id"), 1);
  EXPECT_EQ(figureOf(report, "shift"), 1);
  EXPECT_EQ(figureOf(report, "shift_tokens"), 2);
}

TEST(TokenizerComparison, LeavesAddedTokensOutOfTheVocabulary) {
  const std::string with = tokenizer(R"({"a": 0})", "[]", R"([{"id": 9, "content": "<end>"}])");
  const Report report = comparedTokenizers(with, with);
  EXPECT_EQ(figureOf(report, "vocabulary_a"), 1);
  EXPECT_EQ(figureOf(report, "common"), 1);
  EXPECT_EQ(rowsWith(report.tables.at(0), 0, "added tokens"),
            (Rows{{"added tokens", "1", "1", "1"}}));
}

TEST(TokenizerComparison, ComparesMergesByRank) {
  const Report report =
      comparedTokenizers(tokenizer("{}", R"(["a b", "c d", "e f", "g h"])"),
                         tokenizer("{}", R"(["a b", "x y", "e f", "c d", "g h"])"));
  EXPECT_EQ(figureOf(report, "merges_a"), 4);
  EXPECT_EQ(figureOf(report, "merges_b"), 5);
  EXPECT_EQ(figureOf(report, "merges_common"), 4);
  EXPECT_EQ(figureOf(report, "merges_share_a"), 1);
  EXPECT_EQ(figureOf(report, "merges_share_b"), 0.8);
  EXPECT_EQ(figureOf(report, "first_merges"), 2) << "a b and e f";
  // Ranks 1 2 3 4 against 1 3 2 4: 1 - 6 * 2 / (4 * 15).
  EXPECT_DOUBLE_EQ(figureOf(report, "merge_rank_agreement"), 0.8);
}

TEST(TokenizerComparison, ReadsMergesWrittenAsPairs) {
  const Report report = comparedTokenizers(tokenizer("{}", R"(["a b", "c d"])"),
                                           tokenizer("{}", R"([["a", "b"], ["c", "d"]])"));
  EXPECT_EQ(figureOf(report, "first_merges"), 2);
  EXPECT_EQ(figureOf(report, "merge_rank_agreement"), 1);
}

TEST(TokenizerComparison, CountsNoMoreThanTheFirstThousandMerges) {
  std::string merges = "[";
  for (int i = 0; i < 1500; ++i) merges += fmt::format("{}\"m{} n\"", i == 0 ? "" : ",", i);
  const std::string many = tokenizer("{}", merges + "]");
  const Report report = comparedTokenizers(many, many);
  EXPECT_EQ(figureOf(report, "first_merges"), 1000);
  EXPECT_EQ(figureOf(report, "merges_common"), 1500);
}

TEST(TokenizerComparison, SaysNothingOfMergesWhereThereAreNone) {
  const std::string unigram = R"({"model": {"vocab": [["a", -1.5], ["b", -2]]}})";
  const Report report = comparedTokenizers(unigram, tokenizer(R"({"b": 1})", R"(["a b"])"));
  EXPECT_EQ(figureOf(report, "common"), 1);
  EXPECT_EQ(figureOf(report, "same_id"), 1) << "the id of a list's token is its place";
  for (const char* name : {"merges_common", "merges_share_a", "merges_share_b", "first_merges",
                           "merge_rank_agreement"}) {
    EXPECT_TRUE(std::isnan(figureOf(report, name))) << name;
  }
}

TEST(TokenizerComparison, NamesThePlaceOfWhatIsNoTokenizer) {
  const std::vector<std::pair<std::string, const char*>> cases{
      {"{}", "the file has no 'model'"},
      {R"({"model": {"vocab": 7}})", "'model.vocab' is neither a map nor a list"},
      {R"({"model": {"vocab": {"a": -1}}})",
       "'model.vocab' gives 'a' an id that is no whole number of 0 or more"},
      {R"({"model": {"vocab": [["a", 0], [1, 2]]}})",
       "'model.vocab[1]' is not a list whose item 0 is a text"},
      {R"({"model": {"vocab": {}, "merges": ["a b", 7]}})", "'model.merges[1]' is not a text"},
      {R"({"model": {"vocab": {}}, "added_tokens": [{"id": 1}]})",
       "'added_tokens[0]' has no 'content'"},
      {std::string("{\0\"\0", 4), "the file is UTF-16 text"},
      {R"({"model": )", "the file is not valid JSON: "}};
  for (const auto& [text, said] : cases) {
    try {
      comparedTokenizers(tokenizer("{}"), text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.place(), "b/tokenizer.json");
      EXPECT_THAT(error.message(), HasSubstr(said));
    }
  }
}

TEST(TokenizerComparison, RefusesWhatIsNoTokenizerAndNamesTheFile) {
  for (const std::string text :
       {"", "[]", "{}", R"({"model": {}})", R"({"model": {"vocab": 7}})",
        R"({"model": {"vocab": {"a": "x"}}})", R"({"model": {"vocab": {"a": -1}}})",
        R"({"model": {"vocab": {}, "merges": [7]}})",
        R"({"model": {"vocab": {}, "merges": [["a"]]}})", R"({"model": {"vocab": [["a"], []]}})"}) {
    try {
      comparedTokenizers(tokenizer("{}"), text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.place(), "b/tokenizer.json");
      EXPECT_THAT(error.message(),
                  testing::AnyOf(HasSubstr("not a tokenizer"), HasSubstr("it is empty")));
    }
  }
}

}  // namespace
}  // namespace kindred::documents
