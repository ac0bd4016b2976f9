// Files whose fields are read by hand.
#include "yaml/fields.hpp"

#include <gtest/gtest.h>

#include <kindred/error.hpp>

namespace kindred::yaml {
namespace {

// What is wrong with a file that may hold 'name', 'also' and 'list'.
std::string problems(std::string_view text) {
  Document document = readDocument(text, "x.yaml");
  std::vector<Diagnostic> diagnostics = std::move(document.diagnostics);
  const Fields fields(diagnostics);
  fields.eachKnown(document.root, "the file",
                   {{"name", [&](const Node& node) { fields.text(node, "'name'"); }},
                    {"also", [&](const Node& node) { fields.text(node, "'also'"); }},
                    {"list", [&](const Node& node) {
                       fields.eachText(node, "an entry", [](const auto&, const auto&) {});
                     }}});
  try {
    throwIfAny(std::move(diagnostics));
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  return "nothing";
}

TEST(Fields, TakeWhatIsRight) {
  EXPECT_EQ(problems("name: x\nlist: one\n"), "nothing");
  EXPECT_EQ(problems("list: [one, two]\n"), "nothing");
}

TEST(Fields, SayEverythingThatIsWrongInTheOrderOfTheFile) {
  EXPECT_EQ(problems("nam: x\nlist: [a, [b]]\nalso: ''\nname:\nname: y\n"),
            "x.yaml:1:1: unknown key 'nam' (did you mean 'name'?)\n"
            "x.yaml:2:11: an entry must be a text, but this is a list\n"
            "x.yaml:3:7: 'also' must be a text, but this is ''\n"
            "x.yaml:4:1: 'name' must be a text, but this is nothing\n"
            "x.yaml:5:1: duplicate key 'name' (first on line 4)");
}

TEST(Fields, ListWhatIsKnownWhereNothingIsNear) {
  EXPECT_EQ(problems("else: x\n"), "x.yaml:1:1: unknown key 'else' (known: also, list, name)");
}

TEST(Fields, NeedAMap) {
  EXPECT_EQ(problems("- x\n"), "x.yaml:1:1: the file must be a map, but this is a list");
}

TEST(Fields, ShowAliasesWhereTheyStand) {
  EXPECT_EQ(problems("name: &n [x]\nalso: *n\n"),
            "x.yaml:1:7: 'name' must be a text, but this is a list\n"
            "x.yaml:2:7: 'also' must be a text, but this is a list");
}

}  // namespace
}  // namespace kindred::yaml
