// The remote source against a Hub-shaped server: addresses, commits, redirects, tokens, cache.
#include <thread>

#include "hub_fixture.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::randomContent;
using servers::textContent;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(HubTest, ListsFilesAndPinsTheCommitThatTheBranchMeans) {
  auto remote = source();
  auto location = remote->open("org/model@main");
  EXPECT_THAT(location->list(),
              ElementsAre("config.json", "model-1.safetensors", "model-2.safetensors"));
  EXPECT_EQ(location->revision(), kCommit);

  // The branch moves on; the open location stays where it was.
  server_.publish("org/model", "main", std::string(40, 'b'),
                  {{"model-1.safetensors", randomContent(10, 9)}});
  auto file = location->open("model-1.safetensors");
  EXPECT_EQ(file->size(), first_.size);
  EXPECT_EQ(read(*file, 100, 50), bytesOf(first_, 100, 50));
}

TEST_F(HubTest, TakesMainWhereNoRevisionIsGiven) {
  auto remote = source();
  EXPECT_EQ(remote->open("org/model")->revision(), kCommit);
  EXPECT_EQ(server_.count("/api/models/org/model/revision/main"), 1U);
}

TEST_F(HubTest, ReadsTheRightBytesThroughARedirect) {
  auto remote = source();
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  EXPECT_EQ(read(*file, 0, 8), bytesOf(first_, 0, 8));
  EXPECT_EQ(read(*file, 1'234'567, 100'000), bytesOf(first_, 1'234'567, 100'000));
  EXPECT_EQ(read(*file, 2'999'999, 1), bytesOf(first_, 2'999'999, 1));
  EXPECT_EQ(file->publishedSha256(), first_.sha256);
  EXPECT_EQ(file->identity(), first_.sha256);
}

TEST_F(HubTest, ReadsEveryHeaderInTwoRequestsAShard) {
  auto remote = source();
  auto location = remote->open("org/model");
  server_.forget();
  auto first = location->open("model-1.safetensors");
  auto second = location->open("model-2.safetensors");
  for (const auto& file : {first, second}) {
    read(*file, 0, 8);
    read(*file, 8, 40'000);
  }
  EXPECT_EQ(server_.count("model-1"), 2U);  // one to the endpoint, one to the storage
  EXPECT_EQ(server_.count("model-2"), 2U);
}

TEST_F(HubTest, KeepsTheRedirectForLaterReads) {
  auto remote = source();
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  for (std::uint64_t at = 100'000; at < 1'100'000; at += 100'000) read(*file, at, 10);
  EXPECT_EQ(server_.count("/resolve/"), 1U);
  EXPECT_EQ(server_.count("/store/"), 11U);
}

TEST_F(HubTest, AsksForANewLinkWhenTheSignedOneHasExpired) {
  auto remote = source();
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  read(*file, 0, 8);
  server_.expireLinks();
  server_.forget();
  EXPECT_EQ(read(*file, 500'000, 1000), bytesOf(first_, 500'000, 1000));
  EXPECT_EQ(server_.count("/resolve/"), 1U);
  EXPECT_EQ(server_.count("/store/"), 2U);  // 403, then the bytes
}

TEST_F(HubTest, AsksForANewLinkBeforeUsingOneThatSaysItIsOver) {
  server_.linkLifetime(std::chrono::seconds(2));
  auto remote = source();
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  read(*file, 0, 8);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  read(*file, 500'000, 10);
  EXPECT_EQ(server_.count("/resolve/"), 2U);
  EXPECT_EQ(server_.count("/store/"), 2U);
  EXPECT_EQ(answered(403), 0U);
}

TEST_F(HubTest, GivesUpOnAStorageThatForbidsEveryLink) {
  server_.fail(storePath("model-1.safetensors"), {.kind = Fault::Kind::status, .status = 403});
  auto remote = source();
  auto file = remote->open("org/model")->open("model-1.safetensors");
  const std::string error = errorOf([&] { file->size(), read(*file, 0, 8); });
  EXPECT_THAT(error, HasSubstr("403"));
  EXPECT_THAT(error, Not(HasSubstr("oken"))) << "which has nothing to do with it";
  EXPECT_EQ(server_.count("/resolve/"), 3U);
}

TEST_F(HubTest, WorksWhereTheListingSaysNoSizes) {
  server_.listNamesOnly(true);
  auto remote = source();
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  EXPECT_EQ(file->size(), first_.size);
  EXPECT_EQ(file->identity(), first_.sha256);
  EXPECT_EQ(read(*file, 77'777, 5), bytesOf(first_, 77'777, 5));
}

TEST_F(HubTest, RefusesContentThatIsNotTheOneListed) {
  auto location_source = source();
  auto location = location_source->open("org/model");
  // Behind the same commit now lies something else: the endpoint's own mark gives it away.
  server_.publish("other/model", "main", kCommit, {{"x.safetensors", second_}});
  server_.fail(
      resolvePath("model-1.safetensors"),
      {.kind = Fault::Kind::redirect_to,
       .location = server_.endpoint() + "/other/model/resolve/" + kCommit + "/x.safetensors"});
  auto file = location->open("model-1.safetensors");
  EXPECT_THAT(errorOf([&] { read(*file, 0, 8); }), HasSubstr("not the one that was listed"));
}

TEST_F(HubTest, ASecondRunMakesNoWeightRequests) {
  const auto run = [&] {
    auto remote = source();
    auto location = remote->open("org/model@main");
    std::string all;
    for (const std::string& name : location->list()) {
      auto file = location->open(name);
      const std::uint64_t middle = file->size() / 2;
      all += read(*file, 0, 8) + read(*file, middle, file->size() - middle);
    }
    return all;
  };
  const std::string before = run();
  server_.forget();
  EXPECT_EQ(run(), before);
  EXPECT_EQ(server_.seen().size(), 1U);
  EXPECT_EQ(server_.count("/api/models/"), 1U);
}

TEST_F(HubTest, APinnedCommitNeedsNoRequestAtAllTheSecondTime) {
  const auto run = [&] {
    auto remote = source();
    auto location = remote->open("org/model@" + kCommit);
    return read(*location->open("model-2.safetensors"), 100'000, 50'000);
  };
  EXPECT_EQ(run(), bytesOf(second_, 100'000, 50'000));
  server_.forget();
  EXPECT_EQ(run(), bytesOf(second_, 100'000, 50'000));
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(HubTest, RunsOfflineFromTheCacheAlone) {
  {
    auto remote = source();
    read(*remote->open("org/model@main")->open("model-1.safetensors"), 700'000, 1000);
  }
  server_.forget();
  auto remote = source({{"offline", true}});
  auto location = remote->open("org/model@main");
  EXPECT_EQ(location->revision(), kCommit);
  auto file = location->open("model-1.safetensors");
  EXPECT_EQ(read(*file, 700'000, 1000), bytesOf(first_, 700'000, 1000));
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(HubTest, SaysExactlyWhatIsMissingOffline) {
  {
    auto remote = source();
    read(*remote->open("org/model@main")->open("model-1.safetensors"), 700'000, 1000);
  }
  server_.forget();
  auto remote = source({{"offline", true}});
  auto location = remote->open("org/model@main");
  auto file = location->open("model-1.safetensors");
  const std::string error = errorOf([&] { read(*file, 699'000, 3000); });
  EXPECT_THAT(error, HasSubstr("2000 bytes in 2 ranges are not in the cache"));
  EXPECT_THAT(error, HasSubstr(resolvePath("model-1.safetensors") +
                               ": bytes 699000 to 699999, 701000 to 701999"));
  EXPECT_THAT(errorOf([&] { location->open("model-2.safetensors"); }),
              HasSubstr("nothing of this file is in the cache"));
  EXPECT_THAT(errorOf([&] { remote->open("org/unseen"); }),
              HasSubstr("list of files is not in the cache"));
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(HubTest, PricesWhatTheCacheLacksWithoutAsking) {
  auto remote = source();
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  read(*file, 1'000'000, 4096);
  server_.forget();
  const std::vector<PlannedRange> ranges{{file.get(), 1'000'000, 4096},  // in the cache
                                         {file.get(), 2'000'000, 1000},
                                         {file.get(), 2'002'000, 1000}};  // joined over the gap
  const Cost cost = remote->price(ranges);
  EXPECT_EQ(cost.requests, 1U);
  EXPECT_EQ(cost.bytes, 3000U);
  EXPECT_THAT(server_.seen(), IsEmpty());
}

TEST_F(HubTest, CountsWhatItSpent) {
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  read(*file, 0, 8);
  const Cost before = remote->spent();
  EXPECT_EQ(before.requests, 3U);  // listing, redirect, first bytes
  read(*file, 1'000'000, 4096);
  const Cost after = remote->spent();
  EXPECT_EQ(after.requests - before.requests, 1U);
  EXPECT_EQ(after.bytes - before.bytes, 4096U);
}

TEST_F(HubTest, SendsTheTokenToTheEndpointAndNeverToTheStorage) {
  const Environment token("HF_TOKEN", "hf_very_secret");
  const Environment hub("HF_ENDPOINT", server_.endpoint());
  server_.requireToken("hf_very_secret");
  auto remote = source();
  auto file = remote->open("org/model")->open("model-1.safetensors");
  read(*file, 500'000, 10);
  for (const servers::Seen& seen : server_.seen()) {
    const bool to_endpoint = seen.port == server_.endpointPort();
    EXPECT_EQ(seen.authorization, to_endpoint ? "Bearer hf_very_secret" : "") << seen.path;
  }
  EXPECT_EQ(server_.count("/store/"), 2U);
}

TEST_F(HubTest, TakesTheTokenFromTheHubsOwnFile) {
  folder_.write("token", "hf_from_file\n");
  const Environment hub("HF_ENDPOINT", server_.endpoint());
  server_.requireToken("hf_from_file");
  auto remote = source();
  EXPECT_EQ(remote->open("org/model")->revision(), kCommit);
}

TEST_F(HubTest, NamesTheTokenVariableAndNotTheTokenWhereAccessIsDenied) {
  const Environment token("HF_TOKEN", "hf_wrong_secret");
  const Environment hub("HF_ENDPOINT", server_.endpoint());
  server_.requireToken("hf_right");
  auto remote = source();
  const std::string error = errorOf([&] { remote->open("org/model"); });
  EXPECT_THAT(error, HasSubstr("401"));
  EXPECT_THAT(error, Not(HasSubstr("secret")));
}

TEST_F(HubTest, KeepsSignaturesOutOfErrors) {
  server_.fail(storePath("model-1.safetensors"), {.kind = Fault::Kind::whole_file});
  auto remote = source();
  auto file = remote->open("org/model")->open("model-1.safetensors");
  const std::string error = errorOf([&] { read(*file, 0, 8); });
  EXPECT_THAT(error, HasSubstr("redirected to " + server_.storage() + "/store/"));
  EXPECT_THAT(error, Not(HasSubstr("Signature")));
  EXPECT_THAT(error, HasSubstr("bytes 0 to 65543"));
}

TEST_F(HubTest, RefusesModelsAndFilesThatAreNotThere) {
  auto remote = source();
  EXPECT_THAT(errorOf([&] { remote->open("org/none"); }), HasSubstr("404"));
  EXPECT_THAT(errorOf([&] { remote->open("org/model")->open("absent.bin"); }),
              HasSubstr("there is no file 'absent.bin'"));
  EXPECT_THAT(errorOf([&] { remote->open("../../etc"); }), HasSubstr("no model on a Hub"));
}

TEST_F(HubTest, LeavesOutNamesThatWouldLeaveTheModel) {
  server_.publish("org/evil", "main", kCommit,
                  {{"../outside", textContent("x")},
                   {"inside", textContent("y")},
                   {"/absolute", textContent("z")}});
  auto remote = source();
  EXPECT_THAT(remote->open("org/evil")->list(), ElementsAre("inside"));
}

TEST_F(HubTest, HonoursTheEndpointOfTheEnvironment) {
  const Environment endpoint("HF_ENDPOINT", server_.endpoint() + "/");
  auto remote = source({{"endpoint", ""}});
  EXPECT_EQ(remote->open("org/model")->revision(), kCommit);
}

TEST_F(HubTest, ReadsManyRangesOfManyFilesInOneCall) {
  auto remote = source();
  auto location = remote->open("org/model");
  auto first = location->open("model-1.safetensors");
  auto second = location->open("model-2.safetensors");
  read(*first, 0, 1), read(*second, 0, 1);
  server_.forget();
  std::vector<std::string> results(6);
  const std::vector<std::pair<File*, std::uint64_t>> wanted{
      {first.get(), 2'000'000}, {second.get(), 150'000}, {first.get(), 1'000'000},
      {first.get(), 1'000'500}, {second.get(), 150'500}, {first.get(), 2'000'000}};
  std::vector<ReadRequest> requests;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    results[i].resize(1000);
    requests.push_back(
        {wanted[i].first, wanted[i].second, std::as_writable_bytes(std::span(results[i]))});
  }
  remote->read(requests);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& content = wanted[i].first == first.get() ? first_ : second_;
    EXPECT_EQ(results[i], bytesOf(content, wanted[i].second, 1000)) << i;
  }
  EXPECT_EQ(server_.seen().size(), 3U);
}

TEST_F(HubTest, RefusesARangeThatLeavesTheFile) {
  auto remote = source();
  auto file = remote->open("org/model")->open("model-2.safetensors");
  EXPECT_THAT(errorOf([&] { read(*file, 199'999, 2); }), HasSubstr("leave the file"));
  EXPECT_THAT(errorOf([&] { read(*file, ~std::uint64_t{0}, 2); }), HasSubstr("leave the file"));
}

}  // namespace
}  // namespace kindred::http
