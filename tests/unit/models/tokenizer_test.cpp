// Vocabularies of tokenizer.json.
#include "models/tokenizer.hpp"

#include <gmock/gmock.h>

#include "support/refusal.hpp"

namespace kindred::models {
namespace {

std::string withId(const std::string& id) {
  return R"({"model": {"vocab": {"a": 1, "b": )" + id + "}}}";
}

TEST(Vocabulary, HasATokenForEachId) {
  EXPECT_THAT(tokensOf(withId("3"), "tokenizer.json"), testing::ElementsAre("", "a", "", "b"));
}

TEST(Vocabulary, OfFarIdsIsRefusedBeforeItFillsTheMemory) {
  for (const char* id : {"4194304", "16777215", "18446744073709551615"}) {
    const Error refusal = support::refusalOf([&] { tokensOf(withId(id), "tokenizer.json"); });
    EXPECT_EQ(refusal.place(), "tokenizer.json");
    EXPECT_THAT(refusal.message(), testing::HasSubstr("beyond 4194303")) << id;
  }
}

}  // namespace
}  // namespace kindred::models
