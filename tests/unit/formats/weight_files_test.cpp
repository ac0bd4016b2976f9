// Which files of a folder are its model, and what is said about the others.
#include "formats/weight_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include <kindred/error.hpp>

#include "support/open_model.hpp"

namespace kindred::formats {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

WeightFiles choice(Names names, const std::string& chosen = "", const std::string& bytes = "") {
  const auto beginning = [&](const std::string&) {
    const auto all = std::as_bytes(std::span(bytes));
    return std::vector<std::byte>(all.begin(), all.end());
  };
  return chooseWeights({"m", std::move(names), chosen,
                        [](const std::string& below) { return "org/m:" + below; }, "", beginning},
                       support::builtFormats());
}

std::string formatOf(Names names, const std::string& chosen = "", const std::string& bytes = "") {
  return choice(std::move(names), chosen, bytes).format->name();
}

std::string whyRefused(Names names, const std::string& chosen = "",
                       const std::string& unlisted = "") {
  try {
    chooseWeights({"m", std::move(names), chosen,
                   [](const std::string& below) { return "org/m:" + below; }, unlisted},
                  support::builtFormats());
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  return "no error";
}

constexpr const char* kIndex = "model.safetensors.index.json";

TEST(WeightFiles, AreModelSafetensorsBeforeItsIndex) {
  const WeightFiles files =
      choice({"config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
              "model.safetensors", kIndex});
  EXPECT_EQ(files.index, "");
  EXPECT_THAT(files.shards, ElementsAre("model.safetensors"));
  ASSERT_EQ(files.notes.size(), 1u);
  EXPECT_THAT(files.notes[0],
              AllOf(HasSubstr(kIndex), HasSubstr("model-00002-of-00002.safetensors"),
                    HasSubstr("are left out: the model is model.safetensors, as transformers")));
}

TEST(WeightFiles, AreWhatTheIndexNames) {
  const WeightFiles files = choice({kIndex, "model-00001-of-00001.safetensors"});
  EXPECT_EQ(files.index, kIndex);
  EXPECT_THAT(files.shards, IsEmpty());
  EXPECT_THAT(files.notes, IsEmpty());
}

TEST(ProbableShards, AreTheOneSetThatIsCalledAsItsIndex) {
  Names names{"model-00001-of-00002.fp16.safetensors", "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors", "other-00001-of-00001.safetensors", kIndex};
  EXPECT_THAT(probableShards(names, kIndex, support::builtFormat("safetensors")),
              ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  names.push_back("model-00001-of-00003.safetensors");
  EXPECT_THAT(probableShards(names, kIndex, support::builtFormat("safetensors")), IsEmpty());
  EXPECT_THAT(
      probableShards({"a.safetensors", kIndex}, kIndex, support::builtFormat("safetensors")),
      IsEmpty());
}

TEST(WeightFiles, LeaveOutTheSameWeightsInOtherForms) {
  const WeightFiles files =
      choice({"consolidated.safetensors", "model.safetensors", "model.fp16.safetensors",
              "model.int8.safetensors", "adapter_model.safetensors", "consolidated.00.pth",
              "onnx/model.safetensors", "params.json"});
  EXPECT_THAT(files.shards, ElementsAre("model.safetensors"));
  EXPECT_THAT(files.notes,
              ElementsAre(AllOf(HasSubstr("consolidated.safetensors is left out"),
                                HasSubstr("name one as org/m:consolidated.safetensors")),
                          AllOf(HasSubstr("model.fp16.safetensors and model.int8.safetensors"),
                                HasSubstr("a variant")),
                          AllOf(HasSubstr("adapter_model.safetensors"), HasSubstr("an adapter")),
                          AllOf(HasSubstr("onnx/model.safetensors is left out: below the folder"),
                                HasSubstr("name one as org/m:onnx/model.safetensors"))));
}

TEST(WeightFiles, LeaveOutVariantsAndPublishersFormsWithoutModelSafetensors) {
  EXPECT_THAT(
      choice({"diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors"})
          .shards,
      ElementsAre("diffusion_pytorch_model.safetensors"));
  EXPECT_THAT(choice({"x.ours.safetensors", "x.safetensors"}).shards, ElementsAre("x.safetensors"));
  const WeightFiles sets =
      choice({"consolidated.safetensors", "model-00001-of-00002.safetensors",
              "model-00002-of-00002.safetensors", "model.fp16-00001-of-00002.safetensors",
              "model.fp16-00002-of-00002.safetensors", "model.safetensors.index.fp16.json"});
  EXPECT_THAT(sets.shards,
              ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  EXPECT_EQ(sets.notes.size(), 2u);
}

TEST(WeightFiles, AreTheOnlyFormThatIsThere) {
  EXPECT_THAT(choice({"model.fp16.safetensors"}).shards, ElementsAre("model.fp16.safetensors"));
  const WeightFiles native =
      choice({"consolidated-00001-of-00002.safetensors", "consolidated-00002-of-00002.safetensors",
              "consolidated.safetensors.index.json", "params.json"});
  EXPECT_EQ(native.index, "consolidated.safetensors.index.json");
  EXPECT_THAT(native.notes, testing::IsEmpty()) << "its own shards are not left out";
  EXPECT_EQ(choice({"diffusion_pytorch_model-00001-of-00001.safetensors",
                    "diffusion_pytorch_model.safetensors.index.json"})
                .index,
            "diffusion_pytorch_model.safetensors.index.json");
  EXPECT_EQ(choice({"a.safetensors", "b.safetensors", "weights.index.json"}).index,
            "weights.index.json");
  EXPECT_EQ(
      choice({"model.fp16-00001-of-00001.safetensors", "model.safetensors.index.fp16.json"}).index,
      "model.safetensors.index.fp16.json");
}

TEST(WeightFiles, AreNotDecidedByIndicesOfOtherFormats) {
  EXPECT_THAT(choice({"a.safetensors", "pytorch_model.bin.index.json", "model_index.json",
                      "tf_model.h5.index.json"})
                  .shards,
              ElementsAre("a.safetensors"));
}

TEST(WeightFiles, WithoutAnIndexAreAWholeNumberedSet) {
  EXPECT_THAT(choice({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                      "extra.safetensors"})
                  .shards,
              ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  EXPECT_EQ(choice({"w-0-of-2.safetensors", "w-1-of-2.safetensors"}).shards.size(), 2u);
  EXPECT_EQ(choice({"model.safetensors-00001-of-00001.safetensors"}).shards.size(), 1u);
}

TEST(WeightFiles, RefuseASetWithAGapAndNameWhatIsMissing) {
  EXPECT_EQ(whyRefused({"model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors"}),
            "model 'm': the model is incomplete: of 3 parts one is missing: "
            "model-00002-of-00003.safetensors (fetch what is missing, or name one file to read it "
            "alone)");
  EXPECT_THAT(whyRefused({"model-00001-of-00002.safetensors", "consolidated.safetensors"}),
              HasSubstr("model-00002-of-00002.safetensors"));
  EXPECT_THAT(whyRefused({"w_2-of-3.safetensors"}),
              AllOf(HasSubstr("2 are missing"), HasSubstr("w_1-of-3.safetensors, w_3-of-3")));
  EXPECT_THAT(whyRefused({"m-00000-of-00002.safetensors"}), HasSubstr("m-00001-of-00002"));
  EXPECT_THAT(whyRefused({"model-00001-of-99999999999.safetensors"}),
              HasSubstr("99999999993 more"));
}

TEST(WeightFiles, TakeTheWholeSetBesideTheRestOfAnother) {
  const WeightFiles files =
      choice({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
              "model-00003-of-00003.safetensors"});
  EXPECT_EQ(files.shards.size(), 2u);
  EXPECT_THAT(files.notes, ElementsAre(HasSubstr("model-00003-of-00003.safetensors")));
}

TEST(WeightFiles, AskWhichOfSeveralSetsIsMeant) {
  EXPECT_THAT(whyRefused({"a-1-of-1.safetensors", "b-1-of-1.safetensors"}),
              AllOf(HasSubstr("2 sets of weights"), HasSubstr("org/m:a-1-of-1.safetensors")));
  EXPECT_THAT(whyRefused({"model.fp16.safetensors", "model.int8.safetensors"}),
              AllOf(HasSubstr("2 sets"), HasSubstr("org/m:model.fp16.safetensors")));
  EXPECT_THAT(whyRefused({"a.safetensors.index.json", "b.safetensors.index.json"}),
              HasSubstr("a.safetensors.index.json and b.safetensors.index.json"));
}

TEST(WeightFiles, OfNoOrderAreReadTogetherAndSaidToBe) {
  const WeightFiles files = choice({"b.safetensors", "a10.safetensors", "a2.safetensors"});
  EXPECT_THAT(files.shards, ElementsAre("a2.safetensors", "a10.safetensors", "b.safetensors"));
  EXPECT_THAT(files.notes, ElementsAre(HasSubstr("no index says")));
}

TEST(WeightFiles, AreTheOneThatTheUserNamed) {
  const Names names{"model.fp16.safetensors", "model.safetensors", "x.safetensors.index.json"};
  EXPECT_THAT(choice(names, "model.fp16.safetensors").shards,
              ElementsAre("model.fp16.safetensors"));
  EXPECT_THAT(choice(names, "model.fp16.safetensors").notes, IsEmpty());
  EXPECT_EQ(choice(names, "x.safetensors.index.json").index, "x.safetensors.index.json");
  const WeightFiles part = choice({"m-2-of-3.safetensors"}, "m-2-of-3.safetensors");
  EXPECT_THAT(part.notes, ElementsAre(HasSubstr("one of 3 parts")));
  EXPECT_EQ(formatOf({"x.gguf"}, "x.gguf"), "gguf");
  EXPECT_EQ(formatOf({"x.pth"}, "x.pth"), "torch");
  EXPECT_THAT(whyRefused({"x.h5"}, "x.h5"), HasSubstr("TensorFlow"));
}

TEST(WeightFiles, OfTorchAndGgufAreTakenWhereThereAreNoSafetensors) {
  const WeightFiles whole = choice({"pytorch_model.bin", "training_args.bin", "m.gguf"});
  EXPECT_EQ(whole.format->name(), "torch");
  EXPECT_THAT(whole.shards, ElementsAre("pytorch_model.bin"));
  EXPECT_EQ(choice({"pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"}).index,
            "pytorch_model.bin.index.json");
  EXPECT_EQ(formatOf({"model.safetensors", "pytorch_model.bin"}), "safetensors");
  const WeightFiles parts =
      choice({"m-Q4_K-00001-of-00002.gguf", "m-Q4_K-00002-of-00002.gguf", "mmproj-m.gguf"});
  EXPECT_EQ(parts.format->name(), "gguf");
  EXPECT_EQ(parts.shards.size(), 2u);
  EXPECT_THAT(whyRefused({"m-Q4_K.gguf", "m-Q8_0.gguf"}),
              AllOf(HasSubstr("2 GGUF files"), HasSubstr("org/m:m-Q4_K.gguf")));
  EXPECT_THAT(whyRefused({"m-00001-of-00002.gguf"}), HasSubstr("of 2 parts 1 are there"));
}

TEST(WeightFiles, AreFoundInCapitals) {
  EXPECT_EQ(formatOf({"MODEL.SAFETENSORS", "config.json"}), "safetensors");
  EXPECT_EQ(formatOf({"M.GGUF"}), "gguf");
  EXPECT_EQ(formatOf({"M.Bin"}, "M.Bin"), "torch");
  EXPECT_EQ(choice({"MODEL.SAFETENSORS.INDEX.JSON", "MODEL-1-OF-1.SAFETENSORS"}).index,
            "MODEL.SAFETENSORS.INDEX.JSON");
}

TEST(WeightFiles, InSlicesAreRefusedWhereOneIsMissing) {
  EXPECT_THAT(whyRefused({"consolidated.01.pth", "params.json"}),
              HasSubstr("cut into slices, of which consolidated.00.pth is missing"));
  EXPECT_THAT(whyRefused({"consolidated.00.pth", "consolidated.03.pth"}),
              HasSubstr("of which consolidated.01.pth and consolidated.02.pth are missing"));
}

TEST(WeightFiles, OfOneFolderBelowAreToBeNamed) {
  const std::string why = whyRefused({"inner/config.json", "inner/model.safetensors"});
  EXPECT_THAT(why, AllOf(HasSubstr("no weights itself"), HasSubstr("name that one: org/m:inner")));
}

TEST(WeightFiles, OfAFolderOfComponentsMustBeNamed) {
  EXPECT_EQ(whyRefused({"model_index.json", "text_encoder/model.safetensors",
                        "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
                        "transformer/diffusion_pytorch_model-00002-of-00002.safetensors",
                        "all.safetensors"}),
            "model 'm': it is a folder of several models: text_encoder, transformer and "
            "all.safetensors (name one of them, such as org/m:text_encoder)");
  EXPECT_THAT(whyRefused({"checkpoint-1000/model.safetensors", "config.json"}),
              HasSubstr("org/m:checkpoint-1000"));
}

TEST(WeightFiles, InOtherFormatsAreNamedWithWhatCanBeDone) {
  EXPECT_THAT(whyRefused({"tf_model.h5", "config.json"}),
              AllOf(HasSubstr("TensorFlow files, which are not read: tf_model.h5"),
                    HasSubstr("refs/convert/safetensors")));
  EXPECT_THAT(whyRefused({"flax_model.msgpack"}), HasSubstr("Flax"));
  EXPECT_THAT(whyRefused({"model.nemo"}), HasSubstr("NeMo"));
  EXPECT_THAT(whyRefused({".metadata", "__0_0.distcp"}), HasSubstr("torch.distributed"));
  EXPECT_THAT(whyRefused({"mp_rank_00/model_optim_rng.pt"}), HasSubstr("Megatron"));
  EXPECT_THAT(whyRefused({"config.json", "global_step10/mp_rank_00_model_states.pt"}),
              HasSubstr("DeepSpeed"));
  EXPECT_EQ(whyRefused({"config.json"}),
            "model 'm': there is no file in its folder of a format that is read (formats that are "
            "read: GGUF (*.gguf), safetensors (*.safetensors), PyTorch (*.bin, *.pt, *.pth, "
            "*.ckpt); give the folder that holds such files, or one of them)");
}

TEST(WeightFiles, AreAnAdapterWhereThereIsNoModel) {
  const WeightFiles files = choice({"README.md", "adapter_config.json", "adapter_model.bin",
                                    "adapter_model.safetensors", "optimizer.pt", "tokens.bin"});
  EXPECT_THAT(files.shards, ElementsAre("adapter_model.safetensors"));
  EXPECT_TRUE(files.adapter);
  EXPECT_THAT(choice({"adapter_config.json", "adapter_model.bin"}).shards,
              ElementsAre("adapter_model.bin"));
  EXPECT_FALSE(choice({"adapter_model.safetensors", "model.safetensors"}).adapter);
  EXPECT_THAT(whyRefused({"adapter_a.safetensors", "adapter_b.safetensors"}),
              AllOf(HasSubstr("2 adapters, and nothing says which is meant"),
                    HasSubstr("org/m:adapter_a.safetensors")));
}

TEST(WeightFiles, WhoseNamesSayNothingAreToldByTheirFirstBytes) {
  EXPECT_EQ(formatOf({"sha256-12"}, "sha256-12", std::string("GGUF\3\0\0\0", 8)), "gguf");
  EXPECT_EQ(formatOf({"blob"}, "blob", "PK\x03\x04"), "torch");
  EXPECT_EQ(formatOf({"blob"}, "blob", std::string("\x02\0\0\0\0\0\0\0{}", 10)), "safetensors");
  EXPECT_THAT(whyRefused({"blob"}, "blob"), HasSubstr("is of no format that is read"));
}

TEST(WeightFiles, OfGgufInFoldersAreSeveralModels) {
  EXPECT_THAT(whyRefused({"Q4/m-00001-of-00001.gguf", "Q8/m-00001-of-00001.gguf", "README.md"}),
              AllOf(HasSubstr("a folder of several models: Q4 and Q8"), HasSubstr("org/m:Q4")));
}

TEST(WeightFiles, AreNotWhatHoldsNone) {
  EXPECT_EQ(
      whyRefused({"README.md", "model.safetensors"}, "README.md"),
      "org/m:README.md: is of no format that is read (formats that are read: GGUF (*.gguf), "
      "safetensors (*.safetensors), PyTorch (*.bin, *.pt, *.pth, *.ckpt); name the folder that it "
      "lies in, or a file of weights)");
}

TEST(WeightFiles, ThatAreMissedMayOnlyBeUnlisted) {
  EXPECT_THAT(whyRefused({"config.json"}, "", "run once online"),
              AllOf(HasSubstr("of a format that is read"), HasSubstr("; run once online")));
}

TEST(WeightFiles, WithHostileNamesAreShownEscaped) {
  EXPECT_THAT(whyRefused({"a\x1b[2J-1-of-2.safetensors"}), HasSubstr("a\\u001b[2J-2-of-2"));
  EXPECT_THAT(choice({"-of-.safetensors"}).shards, ElementsAre("-of-.safetensors"));
  EXPECT_THAT(choice({"x-5-of-3.safetensors"}).shards, ElementsAre("x-5-of-3.safetensors"));
  EXPECT_THAT(choice({"x-0-of-0.safetensors"}).shards, ElementsAre("x-0-of-0.safetensors"));
  EXPECT_EQ(choice({"x-99999999999999999999-of-3.safetensors"}).shards.size(), 1u);
}

TEST(UnnamedShards, AreThoseAtTheTopThatTheIndexLeavesOut) {
  EXPECT_EQ(unnamedShards({"a.safetensors", "b.safetensors", "c/d.safetensors"}, {"a.safetensors"},
                          support::builtFormat("safetensors")),
            "b.safetensors is left out: the index does not name it");
  EXPECT_EQ(unnamedShards({"a.safetensors", "a.fp16.safetensors"}, {"a.safetensors"},
                          support::builtFormat("safetensors")),
            "");
}

}  // namespace
}  // namespace kindred::formats
