#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <kindred/metric.hpp>
#include <kindred/random.hpp>
#include <map>

#include "support/loaded_plugin.hpp"

namespace kindred::byte_hash_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kPage = 4096;

struct Named {
  std::string name;
  std::string bytes;
  DType dtype = DType::U8;
};

std::string noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

class Sets {
 public:
  explicit Sets(conformance::Settings settings = {})
      : metric_(support::load<SetMetric>("byte-hash", std::move(settings))) {}

  void a(std::vector<Named> tensors) { fill(a_, std::move(tensors)); }
  void b(std::vector<Named> tensors) { fill(b_, std::move(tensors)); }
  std::size_t chunk = 100'000;  // bytes an add()

  std::vector<SetMatch> match() const { return metric_->match(members(a_), members(b_)); }
  // "name name equal share", a line a match
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const SetMatch& m : match()) {
      std::string line = a_[m.a].info.name + " " + b_[m.b].info.name;
      for (const double figure : m.figures) {
        line += " " + std::to_string(figure).substr(0, 4);
      }
      all.push_back(line);
    }
    return all;
  }

 private:
  struct Digested {
    TensorInfo info;
    std::unique_ptr<TensorDigest> digest;
  };

  void fill(std::vector<Digested>& set, std::vector<Named> tensors) const {
    set.clear();
    for (const Named& tensor : tensors) {
      TensorInfo info;
      info.name = tensor.name;
      info.dtype = tensor.dtype;
      auto digest = metric_->start(info);
      const auto raw = std::as_bytes(std::span(tensor.bytes));
      for (std::size_t done = 0; done < raw.size(); done += chunk) {
        digest->add(raw.subspan(done, std::min(chunk, raw.size() - done)));
      }
      digest->finish();
      set.push_back({info, std::move(digest)});
    }
  }

  static std::vector<SetMetric::Member> members(const std::vector<Digested>& set) {
    std::vector<SetMetric::Member> all;
    for (const Digested& each : set) all.push_back({each.info, *each.digest});
    return all;
  }

  std::unique_ptr<SetMetric> metric_;
  std::vector<Digested> a_, b_;
};

std::string noteOf(const SetMatch& match, const std::string& key) {
  for (const auto& [name, text] : match.notes) {
    if (name == key) return text;
  }
  return "";
}

TEST(ByteHash, KeepsThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("byte-hash"), ""); }

TEST(ByteHash, FindsEqualTensorsUnderOtherNames) {
  Sets sets;
  sets.a({{"x", noise(10'000, 1)}, {"y", noise(10'000, 2)}, {"z", noise(10'000, 3)}});
  sets.b({{"q", noise(10'000, 2)}, {"y", noise(10'000, 4)}, {"z", noise(10'000, 3)}});
  EXPECT_THAT(sets.lines(), ElementsAre("y q 1.00 1.00", "y y 0.00 0.00", "z z 1.00 1.00"));
}

TEST(ByteHash, GivesTheKnownHashes) {
  Sets sets;
  sets.a({{"x", "abc"}});
  sets.b({{"x", "abc"}});
  const auto matches = sets.match();
  ASSERT_EQ(matches.size(), 1u);
  // FIPS 180-4's own example.
  EXPECT_EQ(noteOf(matches[0], "sha256_a"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(noteOf(matches[0], "xxh3_128_a").size(), 32u);
}

TEST(ByteHash, PairsCopiesOfOneTensorOneToOneWhereItCan) {
  Sets sets;
  const std::string bytes = noise(100, 1);
  sets.a({{"a1", bytes}, {"same", bytes}, {"a2", bytes}, {"a3", bytes}});
  sets.b({{"b1", bytes}, {"same", bytes}, {"b2", bytes}});
  EXPECT_THAT(sets.lines(), ElementsAre("a1 b1 1.00 1.00", "same same 1.00 1.00", "a2 b2 1.00 1.00",
                                        "a3 b1 1.00 1.00"));
}

TEST(ByteHash, FindsTheTensorThatSharesMostBlocks) {
  const std::string one = noise(8 * kPage, 1);
  const std::string two = noise(8 * kPage, 2);
  Sets sets;
  sets.a({{"grown", one}});
  sets.b({{"little", one.substr(0, kPage) + two},
          {"much", two.substr(0, kPage) + one.substr(kPage, 6 * kPage)},
          {"grown", two}});
  EXPECT_THAT(sets.lines(), ElementsAre("grown much 0.00 0.75", "grown grown 0.00 0.00"));
}

TEST(ByteHash, CountsRepeatedBlocksAsOftenAsTheyOccurInBoth) {
  const std::string page = noise(kPage, 1);
  Sets sets;
  sets.a({{"x", page + page + page + noise(kPage, 2)}});
  sets.b({{"x", page + page + noise(kPage, 3)}});
  EXPECT_THAT(sets.lines(), ElementsAre("x x 0.00 0.50"));
}

TEST(ByteHash, CountsAShortLastBlock) {
  const std::string bytes = noise(3 * kPage + 100, 1);
  Sets sets;
  sets.a({{"x", bytes}});
  sets.b({{"x", noise(3 * kPage, 2) + bytes.substr(3 * kPage)}});
  EXPECT_THAT(sets.lines(), ElementsAre("x x 0.00 0.25"));
}

TEST(ByteHash, TakesBlocksOfTheSizeAskedFor) {
  std::string bytes = noise(10 * 256, 1);
  Sets sets({{"block", std::int64_t{256}}});
  sets.a({{"x", bytes}});
  bytes[0] ^= 1;
  sets.b({{"x", bytes}});
  EXPECT_THAT(sets.lines(), ElementsAre("x x 0.00 0.90"));
}

TEST(ByteHash, DependsOnNoPiecesInWhichBytesCome) {
  const std::string bytes = noise(5 * kPage + 1, 1);
  Sets sets;
  sets.a({{"x", bytes}});
  for (const std::size_t chunk : {1u, 7u, 4095u, 4096u, 4097u, 100'000u}) {
    sets.chunk = chunk;
    sets.b({{"x", bytes}});
    EXPECT_THAT(sets.lines(), ElementsAre("x x 1.00 1.00")) << chunk;
    sets.b({{"y", bytes.substr(0, 2 * kPage) + noise(10, 2)}});
    EXPECT_THAT(sets.lines(), ElementsAre("x y 0.00 0.33")) << chunk;
  }
}

TEST(ByteHash, LeavesOutEmptyTensorsAndTensorsThatShareNothing) {
  Sets sets;
  sets.a({{"empty", ""}, {"x", noise(100, 1)}});
  sets.b({{"empty", ""}, {"y", noise(100, 2)}});
  EXPECT_THAT(sets.lines(), IsEmpty());
}

TEST(ByteHash, EstimatesSharesWhereThereAreTooManyBlocks) {
  constexpr std::size_t kBlockBytes = 64;
  constexpr std::size_t kBlocks = 700'000;
  Sets sets({{"block", std::int64_t{kBlockBytes}}});
  const std::string bytes = noise(kBlockBytes * kBlocks, 1);
  const std::string other = noise(kBlockBytes * kBlocks / 4, 2);
  const std::string changed = other + bytes.substr(other.size());
  sets.a({{"x", bytes}, {"y", noise(100, 3)}});
  sets.b({{"x", changed}});
  const auto matches = sets.match();
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_NEAR(matches[0].figures[1], 0.75, 0.01);
  EXPECT_THAT(noteOf(matches[0], "blocks"), testing::HasSubstr("estimated"));
}

}  // namespace
}  // namespace kindred::byte_hash_test
