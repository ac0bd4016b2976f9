// What a format says is checked before anything rests on it.
#include <gmock/gmock.h>

#include "support/open_model.hpp"
#include "support/sources.hpp"

namespace kindred::formats {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UntrustedCatalogue : public testing::Test {
 protected:
  models::Checkpoint open(const std::string& lie) {
    source_.put("m", "m.liar", lie + " " + std::string(63 - lie.size(), '.'));
    const auto location = source_.open("m");
    return models::Checkpoint(openStored("m", source_, *location, formats_));
  }
  std::string refusal(const std::string& lie) {
    try {
      open(lie);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  support::MemorySource source_;
  plugin::Registry registry_{{std::string(KINDRED_SAMPLE_PLUGINS) + "/lying"}};
  Formats formats_{registry_};
};

TEST_F(UntrustedCatalogue, ThatIsTrueIsTaken) {
  const models::Checkpoint model = open("true");
  EXPECT_EQ(model.format().plugin, "liar");
  ASSERT_EQ(model.tensors().size(), 2u);
  EXPECT_EQ(model.tensors()[0].offset, 32u);
  EXPECT_EQ(model.tensors()[1].bytes, 16u);
}

TEST_F(UntrustedCatalogue, OfSpansThatDoNotFitIsRefused) {
  EXPECT_THAT(refusal("beyond"), HasSubstr("m/m.liar: tensor 'b' ends at byte 1048592 of the file, "
                                           "of which the file holds 64 bytes"));
  EXPECT_THAT(refusal("wraps"), HasSubstr("tensor 'b' ends beyond 2^64 bytes"));
  EXPECT_THAT(refusal("overlap"), HasSubstr("tensors 'a' and 'b' overlap"));
  EXPECT_THAT(refusal("overflow"), HasSubstr("more than 2^64 bits"));
  EXPECT_THAT(refusal("size"), HasSubstr("spans 12 bytes, but F32 of shape [4] needs 16"));
  EXPECT_THAT(refusal("gap"), HasSubstr("32 bytes before tensor 'a'"));
  EXPECT_THAT(refusal("data"), HasSubstr("the header ends at byte 1099511627776 of a file of 64"));
}

TEST_F(UntrustedCatalogue, OfNamesAndShapesThatAreNoneIsRefused) {
  EXPECT_THAT(refusal("twin"), HasSubstr("two tensors 'a'"));
  EXPECT_THAT(refusal("name"), HasSubstr("no UTF-8"));
  EXPECT_THAT(refusal("axes"), HasSubstr("has 100 axes"));
  EXPECT_THAT(refusal("block"), HasSubstr("stored as Q17_X, which can't be decoded"));
  EXPECT_THAT(refusal("row"), HasSubstr("rows of 4 elements, no whole number of blocks of 32"));
}

TEST_F(UntrustedCatalogue, OfViewsThatLeaveTheirBytesIsRefused) {
  EXPECT_THAT(refusal("view"), HasSubstr("tensor 'b' leaves its storage of 4 elements"));
  EXPECT_THAT(refusal("strides"), HasSubstr("1 sizes and 2 strides"));
}

TEST_F(UntrustedCatalogue, OfAViewThatRepeatsItsStorageLeavesItOutAndSaysSo) {
  const models::Checkpoint model = open("repeats");
  EXPECT_EQ(model.tensors().size(), 1u);
  EXPECT_THAT(model.notes(), ElementsAre(HasSubstr("shows 1 elements of its storage as 1000")));
}

TEST_F(UntrustedCatalogue, ThatOnlyABrokenPluginGivesNamesThePlugin) {
  for (const char* lie : {"file", "datas", "viewless"}) {
    EXPECT_THAT(refusal(lie), AllOf(HasSubstr("plugin 'liar'"), HasSubstr("a fault in the plugin")))
        << lie;
  }
  EXPECT_THAT(refusal("throws"), AllOf(HasSubstr("plugin 'liar'"), HasSubstr("a slip")));
}

TEST_F(UntrustedCatalogue, IsSafeToShow) {
  EXPECT_THAT(open("note").notes(), ElementsAre("a \\u001b[2J note"));
  EXPECT_THAT(refusal("escape"), HasSubstr("a \\u001b[2J name"));
}

TEST(Formats, ThatAreNotThereAreSaidToBeMissing) {
  plugin::Registry empty({"/nowhere"});
  const Formats formats(empty);
  support::MemorySource source;
  source.put("m", "m.gguf", "GGUF");
  const auto location = source.open("m");
  try {
    openStored("m", source, *location, formats);
    FAIL() << "was opened";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no format plugin"));
  }
}

}  // namespace
}  // namespace kindred::formats
