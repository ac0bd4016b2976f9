// What is wrong with an architecture file is said with its place, all of it at once.
#include <gtest/gtest.h>

#include <string>

#include <kindred/error.hpp>

#include "models/architecture.hpp"
#include "support/temp_dir.hpp"
#include "yaml/document.hpp"

namespace kindred::models {
namespace {

// The message with the folder's path taken out.
std::string refusal(const support::TempDir& dir) {
  try {
    ArchitectureRegistry registry(dir.path());
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    std::string text = error.what();
    const std::string folder = dir.text() + "/";
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }
  return "no error";
}

std::string refusalOfFile(const std::string& yaml) {
  const support::TempDir dir;
  dir.write("x.yaml", yaml);
  return refusal(dir);
}

// A good beginning of two lines.
std::string with(const std::string& rest) { return "name: x\nsummary: a family\n" + rest; }

TEST(ArchitectureFile, MayBeFiveLines) {
  const support::TempDir dir;
  dir.write("x.yaml", with("model_type: x\nroles:\n  mlp.up: l.{layer}.up\n"));
  const ArchitectureRegistry registry(dir.path());
  ASSERT_EQ(registry.all().size(), 1u);
  EXPECT_EQ(registry.all()[0].roleOf("l.3.up"), "mlp.up");
}

TEST(ArchitectureFile, SaysWhyTensorsAreNotTestedItsOwnReasonsFirst) {
  const support::TempDir dir;
  dir.write("y.yaml",
            "name: y\nsummary: a family\nmodel_type: y\n"
            "untested:\n  - {names: conv.*, because: small}\n  - {names: a.*, because: far}\n");
  dir.write("x.yaml", with("extends: y\nmodel_type: x\n"
                           "untested:\n  - {names: [l.*.conv.w, b], because: near}\n"));
  const ArchitectureRegistry registry(dir.path());
  const Architecture& family = *registry.named("x");
  EXPECT_EQ(family.whyUntested("model.l.3.conv.w"), "near");
  EXPECT_EQ(family.whyUntested("l.3.conv.v"), "small");
  EXPECT_EQ(family.whyUntested("z.a.c"), "far");
  EXPECT_EQ(family.whyUntested("za.c"), "");
  EXPECT_EQ(refusalOfFile(with("untested:\n  - {names: 'a{'}\n")),
            "x.yaml:4:5: what is untested needs 'because'\n"
            "x.yaml:4:13: pattern 'a{': '{' without a '}' behind it");
}

TEST(ArchitectureFile, ShowsAllThatIsWrongAtOnce) {
  EXPECT_EQ(
      refusalOfFile("name: y\n"
                    "sumary: a family\n"
                    "rotary: quarter\n"
                    "roles:\n"
                    "  mlp.upp: a\n"
                    "  mlp.up: l.{head}.up\n"
                    "  mlp.up: b\n"
                    "gauges:\n"
                    "  mlp-unit: {sign: [mlp.up row], because: x}\n"
                    "  expert: {permutation: [mlp.up rows]}\n"
                    "  mlp-units: {sign: [mlp.up rows], because: x}\n"),
      "x.yaml:1:1: 'summary' is missing\n"
      "x.yaml:1:7: 'name' is 'y', but the file is named 'x.yaml'\n"
      "x.yaml:2:1: unknown key 'sumary' (did you mean 'summary'?)\n"
      "x.yaml:3:9: unknown layout of rotary pairs 'quarter' (known: half, interleaved, none)\n"
      "x.yaml:5:3: unknown role 'mlp.upp' (did you mean 'mlp.up'?)\n"
      "x.yaml:6:11: pattern 'l.{head}.up': only {layer} and {expert} are captured\n"
      "x.yaml:7:3: duplicate key 'mlp.up' (first on line 6)\n"
      "x.yaml:9:21: 'mlp.up row' is no axis (ROLE rows, or ROLE columns)\n"
      "x.yaml:10:3: gauge 'expert' needs 'because'\n"
      "x.yaml:11:3: unknown gauge 'mlp-units' (did you mean 'mlp-unit'?)");
}

TEST(ArchitectureFile, ChecksDimensionsOfSplits) {
  EXPECT_EQ(refusalOfFile(with("split:\n"
                               "  - from: l.{layer}.qkv\n"
                               "    into:\n"
                               "      - attention.q: heads * head_dims\n"
                               "  - from: l.{layer}.x\n")),
            "x.yaml:6:22: unknown dimension 'head_dims' (did you mean 'head_dim'?)\n"
            "x.yaml:7:5: a split needs 'into'");
}

TEST(ArchitectureFile, ChecksProductsAndVariants) {
  EXPECT_EQ(refusalOfFile(with("variant: {of: y}\n"
                               "products:\n"
                               "  - of: attention.kv_b\n"
                               "    times: attention.kv\n"
                               "    each: heads\n"
                               "    into:\n"
                               "      - attention.v: rest\n"
                               "  - of: attention.kv_b\n")),
            "x.yaml:3:10: a variant needs 'of' and 'where'\n"
            "x.yaml:5:5: 'each' leaves no 'rest'\n"
            "x.yaml:6:12: unknown role 'attention.kv' (did you mean 'attention.k'?)\n"
            "x.yaml:10:5: a product needs 'times'\n"
            "x.yaml:10:5: a product needs 'each'\n"
            "x.yaml:10:5: a product needs 'into'");
}

TEST(ArchitectureFile, OfAVariantReadsTheModelsThatHaveItsTensor) {
  const support::TempDir dir;
  dir.write("x.yaml", with("model_type: x\nroles:\n  mlp.up: l.{layer}.up\n"));
  dir.write("y.yaml",
            "name: y\nsummary: another\nvariant:\n  of: x\n  where: l.{layer}.wide\n"
            "roles:\n  mlp.up: l.{layer}.wide\n");
  const ArchitectureRegistry registry(dir.path());
  const auto familyWith = [&](const std::string& tensor) {
    CheckpointParts parts;
    parts.tensors.emplace_back().name = tensor;
    parts.config = R"({"model_type":"x"})";
    return registry.recognise(Checkpoint(std::move(parts)))->name();
  };
  EXPECT_EQ(familyWith("l.0.up"), "x");
  EXPECT_EQ(familyWith("some.l.0.wide"), "y");
}

TEST(ArchitectureFile, ChecksHowSplitsRepeatAndGaugesDepend) {
  EXPECT_EQ(
      refusalOfFile(with("rotary_part: 2\n"
                         "gains: other\n"
                         "split:\n"
                         "  - from: l.{layer}.qkv\n"
                         "    each: heads\n"
                         "    into:\n"
                         "      - attention.q: rest\n"
                         "gauges:\n"
                         "  expert: {sign: [mlp.up rows], because: x, unless: experts}\n")),
      "x.yaml:3:14: 'rotary_part' is '2' (the part of a head that turns, above 0 and at most "
      "1)\n"
      "x.yaml:4:8: unknown 'gains' 'other' (known: plain, plus_one)\n"
      "x.yaml:6:5: 'each' leaves no 'rest'\n"
      "x.yaml:11:3: gauge 'expert' needs both 'unless' and 'otherwise' (why it does not hold where "
      "the dimension is more than one)");
}

TEST(ArchitectureFile, ChecksGauges) {
  EXPECT_EQ(
      refusalOfFile(with("gauges:\n"
                         "  expert: {sign: [mlp.up rows], refused: [mlp.up rows], because: x}\n"
                         "  layer: {because: x}\n"
                         "  mlp-unit: {sign: mlp.up rows, moves: inside-head, because: x}\n"
                         "  kv-group: 5\n")),
      "x.yaml:4:3: gauge 'expert' must have 'sign' or 'permutation', or 'refused'\n"
      "x.yaml:5:3: gauge 'layer' must have 'sign' or 'permutation', or 'refused'\n"
      "x.yaml:6:40: unknown 'moves' 'inside-head' (did you mean 'inside-heads'?)\n"
      "x.yaml:7:13: a gauge must be a map, but this is 5");
}

TEST(ArchitectureFile, IsYaml) {
  EXPECT_EQ(refusalOfFile("name: [x\n"),
            "x.yaml:2:1: not valid YAML: end of sequence flow not found (a ']' or ',' is missing "
            "before this)");
  EXPECT_EQ(refusalOfFile("- x\n"), "x.yaml:1:1: the file is not a map of keys");
  EXPECT_EQ(refusalOfFile(""), "x.yaml:1:1: the file is not a map of keys");
  EXPECT_EQ(refusalOfFile(std::string(yaml::kLargestFile + 1, '#')),
            "x.yaml: larger than 8388608 bytes (a file of this size is refused)");
  EXPECT_EQ(refusalOfFile("name: \xff\n"),
            "x.yaml:1:7: byte 0xff is not UTF-8 (save it as UTF-8 text)");
}

TEST(ArchitectureFile, ExtendsOthersInTheFolder) {
  const support::TempDir dir;
  dir.write("a.yaml", "name: a\nsummary: s\nextends: b\n");
  dir.write("b.yaml", "name: b\nsummary: s\nextends: a\n");
  dir.write("c.yaml", "name: c\nsummary: s\nextends: nobody\n");
  EXPECT_EQ(refusal(dir),
            "a.yaml:3:10: 'a' extends itself: 'b'\n"
            "b.yaml:3:10: 'b' extends itself: 'a'\n"
            "c.yaml:3:10: 'c' extends what is not there: 'nobody'");
}

TEST(ArchitectureFile, OverridesAndRemovesWhatItExtends) {
  const support::TempDir dir;
  dir.write("a.yaml",
            "name: a\nsummary: s\nrotary: interleaved\n"
            "roles: {mlp.up: up, mlp.down: down, mlp.gate: gate}\n"
            "gauges:\n"
            "  mlp-unit: {sign: [mlp.up rows, mlp.down columns], because: x}\n"
            "  unit-sign: {sign: [mlp.up rows], because: x}\n");
  dir.write("b.yaml",
            "name: b\nsummary: s\nextends: a\nmodel_type: b\n"
            "roles: {mlp.up: other, mlp.down: null}\n"
            "gauges: {unit-sign: null}\n");
  const ArchitectureRegistry registry(dir.path());
  const Architecture* b = registry.named("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->roles(), (std::vector<std::string>{"mlp.gate", "mlp.up"}));
  EXPECT_EQ(b->patterns("mlp.up"), std::vector<std::string>{"other"});
  EXPECT_TRUE(b->rotaryInterleaved());
  ASSERT_EQ(b->rules().size(), 1u);
  EXPECT_EQ(b->rules()[0].which, Gauge::mlp_unit);
  EXPECT_EQ(b->rules()[0].sign, (std::vector<RoleAxis>{{"mlp.up", 0}}));
}

TEST(ArchitectureFile, OwnsItsModelTypes) {
  const support::TempDir dir;
  dir.write("a.yaml", "name: a\nsummary: s\nmodel_type: [x, y]\n");
  dir.write("b.yaml", "name: b\nsummary: s\nmodel_type: y\n");
  EXPECT_EQ(refusal(dir), "b.yaml:3:13: model_type 'y' belongs to 'a' already");
}

TEST(ArchitectureFile, MustBeThere) {
  try {
    ArchitectureRegistry registry("/nowhere/architectures");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "/nowhere/architectures: the folder of architecture files cannot be read "
                 "(install Kindred again)");
  }
}

}  // namespace
}  // namespace kindred::models
