// What mergekit's YAML is read as, and how errors in it are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/error.hpp>

#include "replay/merge.hpp"

namespace kindred::replay {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSlerp =
    "slices:\n"
    "  - sources:\n"
    "      - {model: org/a, layer_range: [0, 32]}\n"
    "      - {model: org/b, layer_range: [0, 32]}\n"
    "merge_method: slerp\n"
    "base_model: org/a\n"
    "parameters:\n"
    "  t:\n"
    "    - {filter: self_attn, value: [0, 0.5, 0.3, 0.7, 1]}\n"
    "    - {filter: mlp, value: [1, 0.5, 0.7, 0.3, 0]}\n"
    "    - value: 0.5\n"
    "dtype: bfloat16\n";

std::string errorOf(const std::string& text) {
  try {
    readMerge(text, "merge.yaml");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(MergeFile, InterpolatesBetweenAnchorsByDepthAndByPartsOfNames) {
  const Merge merge = readMerge(kSlerp, "merge.yaml");
  EXPECT_EQ(merge.method, Method::slerp);
  EXPECT_EQ(merge.dtype, Precision::bfloat);
  EXPECT_THAT(merge.models(), ElementsAre("org/a", "org/b"));
  const Setting& t = merge.settings.t;
  EXPECT_EQ(t.at("model.layers.0.self_attn.q_proj.weight", 0), 0);
  EXPECT_NEAR(*t.at("model.layers.4.self_attn.q_proj.weight", 4.0 / 31), 0.258, 5e-4);
  EXPECT_EQ(t.at("model.layers.31.mlp.up_proj.weight", 1), 0);
  EXPECT_EQ(t.at("model.norm.weight", 1), 0.5);
}

TEST(MergeFile, IsWrittenAsItWasRead) {
  const std::string once = written(readMerge(kSlerp, "merge.yaml"));
  EXPECT_EQ(written(readMerge(once, "again.yaml")), once);
  EXPECT_THAT(once, AllOf(HasSubstr("slerp"), HasSubstr("layer_range"), HasSubstr("bfloat16")));
}

TEST(MergeFile, TellsAllThatIsWrongWithItAtOnceByLine) {
  const std::string error = errorOf(
      "merge_method: slerpp\n"
      "models:\n"
      "  - {model: a, parameters: {wieght: 1}}\n"
      "dtype: int8\n");
  EXPECT_THAT(error, AllOf(HasSubstr("merge.yaml:1"), HasSubstr("slerp"), HasSubstr("merge.yaml:3"),
                           HasSubstr("weight"), HasSubstr("merge.yaml:4")));
}

TEST(MergeFile, IsRefusedWhereItsMethodDrawsAtRandom) {
  EXPECT_THAT(errorOf("merge_method: dare_ties\nbase_model: a\nmodels: [{model: a}, {model: b}]\n"),
              HasSubstr("'dare_ties' is not replayed"));
}

TEST(MergeFile, NeedsABaseWhereItsMethodDoes) {
  EXPECT_THAT(errorOf("merge_method: task_arithmetic\nmodels: [{model: a}, {model: b}]\n"),
              HasSubstr("base_model"));
}

TEST(MergeFile, TakesNoLayersThatEndBeforeTheyBegin) {
  EXPECT_THAT(errorOf("merge_method: passthrough\nslices:\n"
                      "  - sources: [{model: a, layer_range: [4, 2]}]\n"),
              HasSubstr("merge.yaml:3"));
  EXPECT_THAT(errorOf("merge_method: passthrough\nslices:\n"
                      "  - sources: [{model: a}]\n"),
              HasSubstr("layer_range"));
}

TEST(MergeFile, GivesASliceABaseOfItsOwn) {
  const Merge merge = readMerge(
      "merge_method: slerp\nparameters: {t: 0.5}\nslices:\n"
      "  - base_model: b\n    sources: [{model: a, layer_range: [0, 2]}, "
      "{model: b, layer_range: [0, 2]}]\n",
      "merge.yaml");
  EXPECT_EQ(merge.baseOf(merge.slices.front()), "b");
  EXPECT_THAT(written(merge), HasSubstr("base_model"));
}

TEST(MergeFile, NamesEachModelOfASliceOnce) {
  EXPECT_THAT(errorOf("merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}, "
                      "{model: a, parameters: {weight: 1}}]\n"),
              HasSubstr("named twice"));
}

TEST(MergeFile, IsRefusedWhereItIsNoYaml) {
  EXPECT_THAT(errorOf("merge_method: [linear"), HasSubstr("merge.yaml"));
  EXPECT_THAT(errorOf("- 1\n"), HasSubstr("merge.yaml"));
  EXPECT_THAT(errorOf(""), HasSubstr("merge.yaml"));
}

}  // namespace
}  // namespace kindred::replay
