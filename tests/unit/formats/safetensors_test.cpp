// Every way in which a header can lie, each with its whole message; and what is odd but valid.
#include "models/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/error.hpp>
#include <kindred/random.hpp>

#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"

namespace kindred::formats {
namespace {

using models::Checkpoint;
using models::Tensor;
using support::MemorySource;
using support::safetensorsBytes;

Checkpoint openFile(std::string bytes) {
  MemorySource source;
  source.put("m", "x.safetensors", std::move(bytes));
  const auto location = source.open("m");
  return support::openStored("m", source, *location);
}

// The message without place and remedy, which are the same for all bad headers.
std::string refusalOf(std::string bytes) {
  try {
    openFile(std::move(bytes));
  } catch (const Error& error) {
    EXPECT_EQ(error.place(), "m/x.safetensors");
    EXPECT_EQ(error.category(), Category::input);
    EXPECT_EQ(error.remedy(), "the file is damaged or no safetensors file; fetch it again");
    return error.message();
  }
  return "no error";
}

struct BadHeader {
  const char* name;
  std::string header;
  std::string message;
  std::size_t data = 8;  // bytes behind the header
};

std::ostream& operator<<(std::ostream& out, const BadHeader& bad) { return out << bad.name; }

class SafetensorsHeader : public ::testing::TestWithParam<BadHeader> {};

TEST_P(SafetensorsHeader, Refuses) {
  const BadHeader& bad = GetParam();
  EXPECT_EQ(refusalOf(safetensorsBytes(bad.header, std::string(bad.data, '\0'))), bad.message);
}

// {"t": {...}} with the given dtype, shape and offsets.
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" +
         offsets + "}";
}
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{" + entry("t", dtype, shape, offsets) + "}";
}
std::string f32(const std::string& name, const std::string& shape, const std::string& offsets) {
  return entry(name, "\"F32\"", shape, offsets);
}

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, SafetensorsHeader,
    ::testing::Values(
        BadHeader{"Array", "[]", "the header does not begin with '{'"},
        BadHeader{"LeadingText", "x{}", "the header does not begin with '{'"},
        BadHeader{"Empty", "", "the header does not begin with '{'"},
        BadHeader{"EntryIsNumber", R"({"t":5})", "tensor 't' is 5, not an object"},
        BadHeader{"EntryIsNull", R"({"t":null})", "tensor 't' is null, not an object"},
        BadHeader{"DTypeIsNumber", one("7", "[2]", "[0,8]"),
                  "tensor 't': 'dtype' is 7, not a string"},
        BadHeader{"UnknownDType", one("\"F33\"", "[2]", "[0,8]"),
                  "tensor 't' has dtype 'F33', which is none of the format's 22"},
        BadHeader{"ShapeIsNumber", one("\"F32\"", "2", "[0,8]"),
                  "tensor 't': 'shape' is 2, not a list"},
        BadHeader{"ShapeOfStrings", one("\"F32\"", "[\"2\"]", "[0,8]"),
                  "tensor 't': 'shape'[0] is a string, not a whole number of 0 or more"},
        BadHeader{"ShapeNested", one("\"F32\"", "[[2]]", "[0,8]"),
                  "tensor 't': 'shape'[0] is a list, not a whole number of 0 or more"},
        BadHeader{"ShapeNegative", one("\"F32\"", "[1,-2]", "[0,8]"),
                  "tensor 't': 'shape'[1] is -2, not a whole number of 0 or more"},
        BadHeader{"ShapeFraction", one("\"F32\"", "[2.0 ]", "[0,8]"),
                  "tensor 't': 'shape'[0] is 2.0, not a whole number of 0 or more"},
        BadHeader{"ShapeExponent", one("\"F32\"", "[2e0]", "[0,8]"),
                  "tensor 't': 'shape'[0] is 2e0, not a whole number of 0 or more"},
        BadHeader{"ShapeLeadingZero", one("\"F32\"", "[02]", "[0,8]"),
                  "tensor 't': 'shape'[0] is 02, not a whole number of 0 or more"},
        BadHeader{"ShapeTrue", one("\"F32\"", "[true]", "[0,8]"),
                  "tensor 't': 'shape'[0] is true, not a whole number of 0 or more"},
        BadHeader{"OffsetsAreObject", one("\"F32\"", "[2]", "{}"),
                  "tensor 't': 'data_offsets' is an object, not a list"},
        BadHeader{"OffsetNegative", one("\"F32\"", "[2]", "[-8,0]"),
                  "tensor 't': 'data_offsets'[0] is -8, not a whole number of 0 or more"},
        BadHeader{"OffsetFraction", one("\"F32\"", "[2]", "[0,8.5]"),
                  "tensor 't': 'data_offsets'[1] is 8.5, not a whole number of 0 or more"},
        BadHeader{"OffsetHuge", one("\"F32\"", "[2]", "[0,18446744073709551616]"),
                  "tensor 't': 'data_offsets'[1] is 18446744073709551616, which is more than "
                  "2^64 - 1"},
        BadHeader{"OffsetEndless", one("\"F32\"", "[2]", "[0," + std::string(500, '9') + "]"),
                  "tensor 't': 'data_offsets'[1] is " + std::string(40, '9') +
                      "..., which is more than 2^64 - 1"},
        BadHeader{"OneOffset", one("\"F32\"", "[2]", "[0]"),
                  "tensor 't' has 1 'data_offsets', not two"},
        BadHeader{"ThreeOffsets", one("\"F32\"", "[2]", "[0,8,8]"),
                  "tensor 't' has more than two 'data_offsets'"},
        BadHeader{"NoDType", R"({"t":{"shape":[2],"data_offsets":[0,8]}})",
                  "tensor 't' has no 'dtype'"},
        BadHeader{"NoShape", R"({"t":{"dtype":"F32","data_offsets":[0,8]}})",
                  "tensor 't' has no 'shape'"},
        BadHeader{"NoOffsets", R"({"t":{"dtype":"F32","shape":[2]}})",
                  "tensor 't' has no 'data_offsets'"},
        BadHeader{"MetadataIsList", R"({"__metadata__":[]})",
                  "'__metadata__' is a list, not an object"},
        BadHeader{"MetadataOfNumbers", R"({"__metadata__":{"a":1}})",
                  "'__metadata__.a' is 1, not a string"},
        BadHeader{"MetadataNested", R"({"__metadata__":{"a":{"b":"c"}}})",
                  "'__metadata__.a' is an object, not a string"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Duplicates, SafetensorsHeader,
    ::testing::Values(
        BadHeader{"TwoTensors",
                  "{" + f32("t", "[1]", "[0,4]") + "," + f32("t", "[1]", "[4,8]") + "}",
                  "the header has two tensors 't'"},
        BadHeader{"TwoTensorsSpeltDifferently",
                  "{" + f32("t", "[1]", "[0,4]") + "," + f32("\\u0074", "[1]", "[4,8]") + "}",
                  "the header has two tensors 't'"},
        BadHeader{"TwoMetadata", R"({"__metadata__":{},"__metadata__":{}})",
                  "the header has two '__metadata__'", 0},
        BadHeader{"TwoShapes",
                  R"({"t":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}})",
                  "tensor 't' has two 'shape'"},
        BadHeader{"TwoDTypes", R"({"t":{"dtype":"F32","dtype":"F32"}})",
                  "tensor 't' has two 'dtype'"},
        BadHeader{"TwoOffsets", R"({"t":{"data_offsets":[0,8],"data_offsets":[0,8]}})",
                  "tensor 't' has two 'data_offsets'"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Spans, SafetensorsHeader,
    ::testing::Values(
        BadHeader{"Overlap", "{" + f32("a", "[2]", "[0,8]") + "," + f32("b", "[1]", "[4,8]") + "}",
                  "tensors 'a' and 'b' overlap: the first ends at byte 8 of the data, the second "
                  "begins at byte 4"},
        BadHeader{"SameSpan", "{" + f32("b", "[2]", "[0,8]") + "," + f32("a", "[2]", "[0,8]") + "}",
                  "tensors 'a' and 'b' overlap: the first ends at byte 8 of the data, the second "
                  "begins at byte 0"},
        BadHeader{"EmptyInside",
                  "{" + f32("a", "[2]", "[0,8]") + "," + f32("b", "[0]", "[4,4]") + "}",
                  "tensors 'a' and 'b' overlap: the first ends at byte 8 of the data, the second "
                  "begins at byte 4"},
        BadHeader{"Gap", "{" + f32("a", "[1]", "[0,4]") + "," + f32("b", "[1]", "[8,12]") + "}",
                  "4 bytes before tensor 'b', from byte 4 of the data on, belong to no tensor", 12},
        BadHeader{"GapAtTheBeginning", one("\"F32\"", "[1]", "[4,8]"),
                  "4 bytes before tensor 't', from byte 0 of the data on, belong to no tensor"},
        BadHeader{"LeftOver", one("\"F32\"", "[1]", "[0,4]"),
                  "4 bytes at the end, from byte 4 of the data on, belong to no tensor"},
        BadHeader{"LeftOverWithoutTensors", "{}",
                  "8 bytes at the end, from byte 0 of the data on, belong to no tensor"},
        BadHeader{"BeyondTheFile", one("\"F32\"", "[4]", "[0,16]"),
                  "tensor 't' ends at byte 16 of the data, of which the file holds 8 bytes"},
        BadHeader{"FarBeyondTheFile",
                  one("\"F32\"", "[2]", "[18446744073709551607,18446744073709551615]"),
                  "tensor 't' ends at byte 18446744073709551615 of the data, of which the file "
                  "holds 8 bytes"},
        BadHeader{"Backwards", one("\"F32\"", "[2]", "[8,0]"),
                  "tensor 't' ends at byte 0 of the data, before its beginning at byte 8"},
        BadHeader{"TooShort", one("\"F32\"", "[3]", "[0,8]"),
                  "tensor 't' spans 8 bytes, but F32 of shape [3] needs 12"},
        BadHeader{"TooLong", one("\"F32\"", "[]", "[0,8]"),
                  "tensor 't' spans 8 bytes, but F32 of shape [] needs 4"},
        BadHeader{"ShapeOverflows", one("\"U8\"", "[4294967296,4294967296]", "[0,8]"),
                  "tensor 't' has shape [4294967296, 4294967296], whose U8 elements take more than "
                  "2^64 bits"},
        BadHeader{"BitsOverflow", one("\"F64\"", "[1152921504606846976]", "[0,8]"),
                  "tensor 't' has shape [1152921504606846976], whose F64 elements take more than "
                  "2^64 bits"},
        BadHeader{"ManyDimensions", one("\"U8\"", "[2,2,2,2,2,2,2,2,2]", "[0,8]"),
                  "tensor 't' spans 8 bytes, but U8 of shape [2, 2, 2, 2, 2, 2, 2, 2, ...] needs "
                  "512"},
        BadHeader{"HalfAByte", one("\"F4\"", "[15]", "[0,8]"),
                  "tensor 't' has 15 elements of F4, 60 bits, which are not whole bytes"},
        BadHeader{"SixBits", one("\"F6_E2M3\"", "[10]", "[0,8]"),
                  "tensor 't' has 10 elements of F6_E2M3, 60 bits, which are not whole bytes"},
        BadHeader{"NameEscaped", "{" + f32("\\u001b[2J\\u202e", "[3]", "[0,8]") + "}",
                  "tensor '\\u001b[2J\\u202e' spans 8 bytes, but F32 of shape [3] needs 12"},
        BadHeader{"NameCut", "{" + f32(std::string(5000, 'n'), "[3]", "[0,8]") + "}",
                  "tensor '" + std::string(300, 'n') +
                      "...' spans 8 bytes, but F32 of shape [3] "
                      "needs 12"}),
    [](const auto& test) { return test.param.name; });

std::string nested(int depth) {
  std::string text = R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":)";
  return text + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}}";
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, SafetensorsHeader,
    ::testing::Values(
        BadHeader{"GoesOn", "{} {}",
                  "the header goes on behind its closing brace, with '{}' from byte 3 on", 0},
        BadHeader{"TrailingText", one("\"F32\"", "[2]", "[0,8]") + "xxx",
                  "the header goes on behind its closing brace, with 'xxx' from byte 54 on"},
        BadHeader{"PaddedWithZeros", one("\"F32\"", "[2]", "[0,8]") + std::string(3, '\0'),
                  "the header goes on behind its closing brace, with zeros where the format has "
                  "spaces from byte 54 on"},
        BadHeader{"BraceInAName", R"({"__metadata__":{"}\"{":"\\"}}x)",
                  "the header goes on behind its closing brace, with 'x' from byte 30 on", 0},
        BadHeader{"ByteOrderMark", "\xef\xbb\xbf{}",
                  "the header begins with a byte order mark, which JSON does not allow", 0},
        BadHeader{"Utf16", std::string("{\0}\0", 4),
                  "the header is UTF-16 text, where JSON must be UTF-8", 0},
        BadHeader{"DeepNesting", nested(100000), "the header is nested deeper than 16 levels"},
        BadHeader{"DeepNestingInShape",
                  one("\"F32\"", std::string(100000, '[') + std::string(100000, ']'), "[0,8]"),
                  "tensor 't': 'shape'[0] is a list, not a whole number of 0 or more"}),
    [](const auto& test) { return test.param.name; });

// What the reference reader takes.
TEST(SafetensorsSyntax, AcceptsWhatIsOddButValid) {
  const std::string tensor = f32("t", "[2]", "[0,8]");
  for (const std::string& header :
       {"{\"__metadata__\":null," + tensor + "}", "{" + tensor + ",\"__metadata__\" : null }",
        " \n{" + tensor + "}", "{" + tensor + "} \n",
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}," + tensor + "}",
        std::string(
            R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":{"y":[null]}}})")}) {
    EXPECT_EQ(openFile(safetensorsBytes(header, std::string(8, '\0'))).tensors().size(), 1u)
        << header;
  }
}

// Texts that are no JSON; simdjson's reason is not ours to fix.
TEST(SafetensorsSyntax, RefusesWhatIsNoJson) {
  const std::string good = one("\"F32\"", "[2]", "[0,8]");
  std::vector<std::string> bad{"{",
                               "{\"",
                               "{\"a\"}",
                               "{\"a\":}",
                               "{,}",
                               "{\"__metadata__\":{},}",
                               "{a:1}",
                               "{\"__metadata__\":{\"a\":\"\xff\"}}",
                               "{\"__metadata__\":{\"a\":\"\n\"}}",
                               "{\"__metadata__\":{\"a\":\"\\q\"}}",
                               "{\"__metadata__\":{\"a\":\"\\ud800\"}}",
                               "{\"t\":{]}",
                               R"({"t":{"dtype":"F32","shape":[2,],"data_offsets":[0,8]}})",
                               R"({"t":{"dtype":"F32","shape":[2 2],"data_offsets":[0,8]}})",
                               R"({"t":{"dtype":"F32" "shape":[2],"data_offsets":[0,8]}})",
                               R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":nul}})",
                               R"({"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1.}})"};
  for (std::size_t cut = 1; cut < good.size(); ++cut) bad.push_back(good.substr(0, cut));
  for (const std::string& header : bad) {
    const std::string message = refusalOf(safetensorsBytes(header, std::string(8, '\0')));
    EXPECT_THAT(message, ::testing::AnyOf(::testing::StartsWith("the header is not valid JSON"),
                                          ::testing::HasSubstr("not a whole number")))
        << header;
  }
}

TEST(SafetensorsSyntax, NamesInvalidUtf8) {
  EXPECT_EQ(refusalOf(safetensorsBytes("{\"\xff\":{}}", "")),
            "the header is not valid JSON: it is not valid UTF-8");
}

std::string withLength(std::uint64_t length, const std::string& rest) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + rest;
}

TEST(SafetensorsLength, IsCheckedAgainstFileAndLimit) {
  EXPECT_EQ(refusalOf(""), "the file has 0 bytes; a safetensors file has at least 8");
  EXPECT_EQ(refusalOf("1234567"), "the file has 7 bytes; a safetensors file has at least 8");
  EXPECT_EQ(refusalOf(withLength(3, "{}")),
            "the header's stated length is 3 bytes, but only 2 follow");
  EXPECT_EQ(refusalOf(withLength(100'000'001, "{}")),
            "the header's stated length is 100000001 bytes; the limit is 100000000");
  EXPECT_EQ(refusalOf(withLength(UINT64_MAX, "{}")),
            "the header's stated length is 18446744073709551615 bytes; the limit is 100000000");
  EXPECT_EQ(refusalOf("\x01\x02\x03\x04\x05\x06\x07\x08"),
            "the header's stated length is 578437695752307201 bytes; the limit is 100000000");
}

// Flips, drops, doubles and swaps bytes of a good file. Under the sanitizers this also shows that
// nothing is read beyond the header.
TEST(SafetensorsSyntax, DamagedAtRandomIsRefusedOrConsistent) {
  const std::string good = safetensorsBytes({support::tensorOf("a.1", DType::F32, {2}, {1, 2}),
                                             support::tensorOf("a.2", DType::BF16, {1, 1}, {3}),
                                             support::tensorOf("\"\\", DType::F16, {}, {3})});
  Random random(11);
  constexpr std::string_view kTokens = "{}[]:,\"\\0129-.eE tfn\xff\xc3\x1b";
  int refused = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = good;
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      const std::size_t at = 8 + random.below(bytes.size() - 8);
      switch (random.below(4)) {
        case 0:
          bytes[at] = kTokens[random.below(kTokens.size())];
          break;
        case 1:
          bytes.erase(at, 1 + random.below(8));
          break;
        case 2:
          bytes.insert(at, bytes.substr(8 + random.below(bytes.size() - 8), 20));
          break;
        case 3:
          bytes[at] = static_cast<char>(random());
          break;
      }
    }
    const std::uint64_t length = std::min(bytes.size() - 8, std::string_view(bytes).rfind('}') - 7);
    std::memcpy(bytes.data(), &length, 8);
    try {
      const Checkpoint checkpoint = openFile(bytes);
      for (const Tensor& tensor : checkpoint.tensors()) {
        EXPECT_LE(tensor.offset + tensor.bytes, bytes.size());
        EXPECT_EQ(tensor.bytes, tensor.elements * info(tensor.dtype).bits / 8);
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 4000);
}

TEST(SafetensorsOddities, AreRead) {
  EXPECT_TRUE(openFile(safetensorsBytes("{}", "")).tensors().empty());
  EXPECT_TRUE(openFile(safetensorsBytes(R"({"__metadata__":{}}       )", "")).tensors().empty());

  const Checkpoint odd = openFile(safetensorsBytes(
      "{" + f32("scalar", "[]", "[0,4]") + "," + f32("empty", "[3,0,5]", "[4,4]") + "," +
          f32("also empty", "[0]", "[4,4]") + "," + f32("", "[1]", "[4,8]") + "}    ",
      std::string(8, '\0')));
  ASSERT_EQ(odd.tensors().size(), 4u);
  EXPECT_EQ(odd.find("scalar")->elements, 1u);
  EXPECT_TRUE(odd.find("scalar")->shape.empty());
  EXPECT_EQ(odd.find("empty")->elements, 0u);
  EXPECT_EQ(odd.find("empty")->bytes, 0u);
  EXPECT_EQ(odd.find("")->bytes, 4u);
  EXPECT_EQ(odd.find("missing"), nullptr);
}

TEST(SafetensorsOddities, NamesHoldAnyCharacter) {
  const std::string name("tab\t quote\" nul\0 bidi\xe2\x80\xae \xf0\x9f\x98\x80", 30);
  const Checkpoint checkpoint =
      openFile(safetensorsBytes({support::tensorOf(name, DType::F32, {1}, {1})}));
  ASSERT_NE(checkpoint.find(name), nullptr);
}

TEST(SafetensorsOddities, UnknownKeysOfATensorAreIgnored) {
  const Checkpoint checkpoint = openFile(safetensorsBytes(
      R"({"t":{"dtype":"F32","more":[{"a":[1.5,true,null,"x"]}],"shape":[2],"data_offsets":[0,8]}})",
      std::string(8, '\0')));
  EXPECT_EQ(checkpoint.find("t")->elements, 2u);
}

TEST(SafetensorsHeaders, OfAllDTypesAreCatalogued) {
  std::vector<support::TestTensor> tensors;
  for (const DTypeInfo& entry : kDTypes) {
    tensors.push_back(support::randomTensor(std::string(entry.name), entry.dtype, {4, 8}, 1));
  }
  const Checkpoint checkpoint = openFile(safetensorsBytes(tensors));
  for (const DTypeInfo& entry : kDTypes) {
    const Tensor* tensor = checkpoint.find(entry.name);
    ASSERT_NE(tensor, nullptr) << entry.name;
    EXPECT_EQ(tensor->dtype, entry.dtype);
    EXPECT_EQ(tensor->bytes, 32 * entry.bits / 8);
  }
}

TEST(SafetensorsHeaders, OffsetsCountFromTheFilesBeginning) {
  const Checkpoint checkpoint =
      openFile(safetensorsBytes({support::tensorOf("b", DType::F32, {2}, {1, 2}),
                                 support::tensorOf("a", DType::BF16, {1}, {3})}));
  const std::uint64_t data = checkpoint.shards()[0].header_bytes;
  EXPECT_EQ(checkpoint.find("b")->offset, data);
  EXPECT_EQ(checkpoint.find("a")->offset, data + 8);
  EXPECT_EQ(checkpoint.tensors()[0].name, "a");
}

}  // namespace
}  // namespace kindred::formats
