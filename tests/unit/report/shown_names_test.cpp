#include "report/shown_names.hpp"

#include <gtest/gtest.h>

namespace kindred::report {
namespace {

results::Model model(const std::string& key, const std::string& address) {
  results::Model made;
  made.key = key;
  made.address = address;
  return made;
}

using Names = std::map<std::string, std::string>;

TEST(ShownNames, KeepWhoseAModelIs) {
  results::Report report;
  report.models = {model("Llama-3-8B", "s1:orgA/Llama-3-8B@0123456789abcdef"),
                   model("Llama-3-8B-2", "s1:orgB/Llama-3-8B@fedcba9876543210")};
  EXPECT_EQ(shownNames(report),
            (Names{{"Llama-3-8B", "orgA/Llama-3-8B"}, {"Llama-3-8B-2", "orgB/Llama-3-8B"}}));
}

TEST(ShownNames, TellRevisionsOfOneModelApart) {
  results::Report report;
  report.models = {model("x", "s1:org/x@0123456789abcdef"),
                   model("x-2", "s1:org/x@fedcba9876543210")};
  EXPECT_EQ(shownNames(report), (Names{{"x", "org/x@01234567"}, {"x-2", "org/x@fedcba98"}}));
}

TEST(ShownNames, AreTheRecipesOwnWhereItChoseThemAndNeverAlike) {
  results::Report report;
  report.models = {model("a", "disk:models/base"), model("b", "disk:tuned"),
                   model("c", "disk:one/c"), model("c-2", "other:one/c")};
  EXPECT_EQ(shownNames(report), (Names{{"a", "a"}, {"b", "b"}, {"c", "c"}, {"c-2", "c-2"}}));
}

}  // namespace
}  // namespace kindred::report
