// Lists of files as the Hub gives them: without hashes, in pages, very long.
#include "hub_fixture.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::HubHabits;
using servers::randomContent;
using servers::textContent;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class HubLists : public HubTest {
 protected:
  void hashesAre(HubHabits::Hashes hashes) {
    HubHabits habits;
    habits.hashes = hashes;
    server_.habits(habits);
  }
  std::size_t askedForPages() const { return server_.count("/tree/"); }
};

constexpr HubHabits::Hashes kWithout[] = {HubHabits::Hashes::blotted, HubHabits::Hashes::absent};

// As of gated models: the list is public, and hashes in it are asterisks.
TEST_F(HubLists, WithoutHashesGiveTheSameFilesWhoseHashesTheWayTells) {
  for (const auto hashes : kWithout) {
    hashesAre(hashes);
    server_.forget();
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/model");
    auto first = location->open("model-1.safetensors");
    auto second = location->open("model-2.safetensors");
    EXPECT_EQ(read(*first, 1'000'000, 1000), bytesOf(first_, 1'000'000, 1000));
    EXPECT_EQ(read(*second, 199'000, 1000), bytesOf(second_, 199'000, 1000));
    EXPECT_EQ(first->identity(), first_.sha256);
    EXPECT_EQ(server_.count("/resolve/"), 2U);
    EXPECT_EQ(answered(403) + answered(400), 0U);
  }
}

TEST_F(HubLists, WithoutHashesLetFleetsMarkFilesAsTheyLike) {
  HubHabits habits;
  habits.hashes = HubHabits::Hashes::blotted;
  habits.tags = HubHabits::Tags::by_fleet;
  server_.habits(habits);
  server_.useFleets({0, 1});
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  read(*file, 0, 8);
  server_.expireLinks();
  EXPECT_EQ(read(*file, 2'000'000, 1000), bytesOf(first_, 2'000'000, 1000));
}

TEST_F(HubLists, WithoutHashesAreKeptForTheNextRun) {
  for (const auto hashes : kWithout) {
    hashesAre(hashes);
    const auto run = [&](bool offline) {
      auto remote = source({{"offline", offline}});
      return read(*remote->open("org/model")->open("model-1.safetensors"), 1'000'000, 1000);
    };
    EXPECT_EQ(run(false), bytesOf(first_, 1'000'000, 1000));
    server_.forget();
    EXPECT_EQ(run(false), bytesOf(first_, 1'000'000, 1000));
    EXPECT_THAT(server_.seen(), SizeIs(1)) << "what the branch means";
    EXPECT_EQ(run(true), bytesOf(first_, 1'000'000, 1000));
  }
}

// Nothing but the name says that such a file is large.
TEST_F(HubLists, WithoutHashesDoNotMakeWeightsOfOtherFormatsATextThatComesWhole) {
  const servers::Content weights = randomContent(5'000'000, 7);
  server_.publish("org/formats", "main", kCommit,
                  {{"model.gguf", weights}, {"pytorch_model.bin", weights}});
  for (const auto hashes : kWithout) {
    hashesAre(hashes);
    server_.forget();
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/formats");
    for (const char* name : {"model.gguf", "pytorch_model.bin"}) {
      EXPECT_EQ(read(*location->open(name), 4'000'000, 9), bytesOf(weights, 4'000'000, 9));
    }
    EXPECT_LT(server_.bytesSent("/store/"), 500'000U);
  }
}

// Links to the next page name the Hub itself, whoever hands them on.
TEST_F(HubLists, InPagesAreReadToTheEndOfTheServerThatGaveTheFirst) {
  for (const auto hashes : {HubHabits::Hashes::all, HubHabits::Hashes::blotted}) {
    HubHabits habits;
    habits.hashes = hashes;
    habits.tree_page = 1;
    server_.habits(habits);
    server_.forget();
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/model");
    EXPECT_THAT(location->list(),
                ElementsAre("config.json", "model-1.safetensors", "model-2.safetensors"));
    EXPECT_EQ(askedForPages(), 3U);
    EXPECT_EQ(read(*location->open("model-1.safetensors"), 9, 99), bytesOf(first_, 9, 99));
  }
}

TEST_F(HubLists, OfManyFilesAreReadButNotKept) {
  std::map<std::string, servers::Content> files{{"model.safetensors", second_}};
  const servers::Content text = textContent("x");
  for (int i = 0; i < 20'000; ++i) {
    files["data/" + std::string(800, 'n') + std::to_string(i)] = text;
  }
  server_.publish("org/many", "main", kCommit, files);
  HubHabits habits;
  habits.tree_page = 5'000;
  server_.habits(habits);
  auto remote = source({{"stall-timeout", std::int64_t{60}}});
  auto location = remote->open("org/many");
  EXPECT_THAT(location->list(), SizeIs(20'001));
  EXPECT_EQ(read(*location->open("model.safetensors"), 9, 99), bytesOf(second_, 9, 99));
  EXPECT_THAT(errorOf([&] {
                source({{"offline", true}})->open("org/many");
              }),
              HasSubstr("list of files is not in the cache"));
}

TEST_F(HubLists, ThatAreTooLongAreRefusedInOneSentence) {
  server_.serve("/api/models/org/huge/revision/main", randomContent(68'000'000, 1));
  EXPECT_THAT(errorOf([&] { source()->open("org/huge"); }),
              AllOf(HasSubstr("larger than"), HasSubstr("check the endpoint")));
  EXPECT_THAT(server_.seen(), SizeIs(1));
}

// A mirror may have no trees: what its description names is all that is known then.
TEST_F(HubLists, WithoutATreeAreWhatTheDescriptionNames) {
  std::map<std::string, servers::Content> files{{"model.safetensors", second_}};
  for (int i = 0; i < 1'000; ++i) files["data/" + std::to_string(i)] = textContent("x");
  server_.publish("org/many", "main", kCommit, files);
  auto remote = source();
  auto location = remote->open("org/many");
  EXPECT_EQ(askedForPages(), 1U);
  EXPECT_THAT(location->list(), SizeIs(1'001));
  EXPECT_EQ(read(*location->open("model.safetensors"), 9, 99), bytesOf(second_, 9, 99));
}

// A page that is its own next one.
TEST_F(HubLists, ThatGoRoundInACircleEndAtOnce) {
  const std::string tree = "/api/models/org/circle/tree/" + kCommit;
  server_.serve("/api/models/org/circle/revision/main",
                textContent("{\"sha\": \"" + kCommit + "\"}"));
  servers::Fault page{.kind = servers::Fault::Kind::status, .status = 200, .text = "[]"};
  page.headers = {{"Link", "<" + tree + "?cursor=x>; rel=\"next\""}};
  server_.fail(tree, page);
  EXPECT_THAT(errorOf([&] { source()->open("org/circle"); }), HasSubstr("does not end"));
  EXPECT_EQ(askedForPages(), 2U);
}

}  // namespace
}  // namespace kindred::http
