// The remote source against a Hub as it answers: bound links, two fleets of storage, limits,
// refusals, compressed texts.
#include <atomic>
#include <thread>

#include "hub_fixture.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::HubHabits;
using servers::HubLimit;
using servers::randomContent;
using servers::textContent;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class HubAnswers : public HubTest {
 protected:
  // Reads many ranges of a file in one call and checks them.
  void readMany(Source& remote, File& file, const servers::Content& content) const {
    std::vector<std::string> texts(20);
    std::vector<ReadRequest> requests;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      texts[i].resize(1000);
      requests.push_back(
          {&file, 100'000 + i * 140'000, std::as_writable_bytes(std::span(texts[i]))});
    }
    remote.read(requests);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(texts[i], bytesOf(content, 100'000 + i * 140'000, 1000)) << i;
    }
  }
  // Opens the model and reads it here and there.
  void readAllWell(Changes changes = {}) {
    changes.insert({"cache-size", "0"});
    auto remote = source(std::move(changes));
    auto location = remote->open("org/model");
    auto config = location->open("config.json");
    auto first = location->open("model-1.safetensors");
    auto second = location->open("model-2.safetensors");
    EXPECT_EQ(read(*config, 0, config->size()), "{\"hidden_size\": 8}");
    EXPECT_EQ(read(*second, 199'000, 1000), bytesOf(second_, 199'000, 1000));
    readMany(*remote, *first, first_);
  }
  // Waits that a test can bear, and enough of them.
  static Changes patient() { return {{"attempts", std::int64_t{8}}, {"retry-wait", 0.02}}; }
};

TEST_F(HubAnswers, ALinkServesEveryRangeSinceItIsAskedForWithoutOne) {
  readAllWell();
  for (const servers::Seen& seen : server_.seen()) {
    EXPECT_EQ(seen.range.empty(), seen.port == server_.endpointPort()) << seen.path;
    EXPECT_EQ(seen.if_match, "") << seen.path;
    // No proxy's memory of a link that was asked for with somebody's range.
    const bool of_weights =
        seen.path.find("/resolve/") != std::string::npos && seen.path.ends_with(".safetensors");
    EXPECT_EQ(seen.cache_control, of_weights ? "no-cache" : "") << seen.path;
  }
  EXPECT_EQ(server_.count(resolvePath("model-1.safetensors")), 1U);
  EXPECT_EQ(server_.count(resolvePath("model-2.safetensors")), 1U);
  EXPECT_EQ(server_.count(resolvePath("config.json")), 1U);
  EXPECT_EQ(answered(403) + answered(400), 0U);
}

TEST_F(HubAnswers, TheWayIsFoundWhereTheServerKnowsNoHead) {
  HubHabits habits;
  habits.heads = false;
  server_.habits(habits);
  readAllWell();
  EXPECT_EQ(answered(403), 0U);
}

TEST_F(HubAnswers, APrivateSmallFileComesWithoutADetour) {
  HubHabits habits;
  habits.cached_texts = false;
  server_.habits(habits);
  readAllWell();
  EXPECT_EQ(server_.count(resolvePath("config.json")), 1U);
}

TEST_F(HubAnswers, ASmallShardInGitIsReadByRange) {
  servers::Content shard = randomContent(90'000, 3);
  shard.sha256.clear();
  server_.publish("org/small", "main", kCommit, {{"model.safetensors", shard}});
  auto remote = source();
  auto file = remote->open("org/small")->open("model.safetensors");
  EXPECT_EQ(read(*file, 80'000, 10'000), bytesOf(shard, 80'000, 10'000));
}

TEST_F(HubAnswers, FleetsMayMarkAFileAsTheyLike) {
  for (const auto tags :
       {HubHabits::Tags::by_fleet, HubHabits::Tags::weak, HubHabits::Tags::none}) {
    HubHabits habits;
    habits.tags = tags;
    server_.habits(habits);
    server_.useFleets({0, 1});
    auto remote = source({{"cache-size", "0"}});
    auto file = remote->open("org/model")->open("model-1.safetensors");
    EXPECT_EQ(read(*file, 0, 8), bytesOf(first_, 0, 8));
    server_.expireLinks();  // the next one leads to the other fleet
    readMany(*remote, *file, first_);
  }
}

TEST_F(HubAnswers, TheClockOfThisMachineMayBeWrong) {
  for (const seconds ahead : {seconds(-100'000), seconds(100'000)}) {
    HubHabits habits;
    habits.clock_ahead = ahead;
    server_.habits(habits);
    server_.forget();
    readAllWell();
    EXPECT_EQ(server_.count(resolvePath("model-1.safetensors")), 1U);
    EXPECT_EQ(answered(403), 0U);
  }
}

TEST_F(HubAnswers, LinksMaySayTheirLifeAsAmazonDoes) {
  HubHabits habits;
  habits.amazon_links = true;
  server_.habits(habits);
  server_.linkLifetime(seconds(2));
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  read(*file, 0, 8);
  std::this_thread::sleep_for(milliseconds(1100));
  readMany(*remote, *file, first_);
  EXPECT_EQ(server_.count("/resolve/"), 2U);
  EXPECT_EQ(answered(403), 0U);
}

TEST_F(HubAnswers, ConnectionsMayEndAfterFewRequests) {
  HubHabits habits;
  habits.requests_a_connection = 3;
  server_.habits(habits);
  readAllWell();
}

TEST_F(HubAnswers, AStorageMayLikeFewConnections) {
  HubHabits habits;
  habits.most_connections = 2;
  server_.habits(habits);
  server_.delay(milliseconds(5));
  readAllWell(patient());
  EXPECT_LE(server_.count("/resolve/"), 12U) << "a busy storage is no reason to ask for many links";
}

TEST_F(HubAnswers, AnEmptyFileIsReadWithoutARange) {
  servers::Content empty = randomContent(0, 4), in_git = empty;
  in_git.sha256.clear();
  server_.publish("org/empty", "main", kCommit,
                  {{"model.safetensors", empty}, {"config.json", in_git}});
  for (const bool names_only : {false, true}) {
    server_.listNamesOnly(names_only);
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/empty");
    EXPECT_EQ(location->open("model.safetensors")->size(), 0U);
    EXPECT_EQ(location->open("config.json")->size(), 0U);
  }
}

TEST_F(HubAnswers, OneNewLinkIsForAllRequestsWhoseLinkWasRefused) {
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  read(*file, 0, 8);
  server_.expireLinks();
  server_.forget();
  readMany(*remote, *file, first_);
  EXPECT_EQ(server_.count("/resolve/"), 1U);
}

TEST_F(HubAnswers, AReadLongerThanItsLinksLiveIsNeverRefused) {
  server_.linkLifetime(seconds(2));
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  for (int i = 0; i < 25; ++i) {
    const auto at = 100'000 + static_cast<std::uint64_t>(i) * 100'000;
    EXPECT_EQ(read(*file, at, 100), bytesOf(first_, at, 100));
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_EQ(answered(403), 0U);
  EXPECT_GE(server_.count("/resolve/"), 3U);
  EXPECT_LE(server_.count("/resolve/"), 8U);
}

// Eight requests at once would wait for their turns longer than a link lives, again and again.
TEST_F(HubAnswers, AStorageSlowerThanItsLinksLiveIsAskedForLessAtOnce) {
  server_.linkLifetime(seconds(2));
  server_.answerInTurn(true);
  server_.delay(milliseconds(0), milliseconds(300));
  readAllWell(patient());
  EXPECT_LE(answered(403), 20U);
}

// Each kind of trouble in the storage, for a while.
const Fault kTroubles[] = {
    {.kind = Fault::Kind::status, .status = 403, .text = "Auth failed: invalid key pair id"},
    {.kind = Fault::Kind::status, .status = 401},
    {.kind = Fault::Kind::status, .status = 400, .text = "<Code>ExpiredToken</Code>"},
    {.kind = Fault::Kind::status, .status = 404},
    {.kind = Fault::Kind::status, .status = 500},
    {.kind = Fault::Kind::status, .status = 503},
    {.kind = Fault::Kind::hang_up},
    {.kind = Fault::Kind::empty_body},
    {.kind = Fault::Kind::short_body},
    {.kind = Fault::Kind::reset},
};

TEST_F(HubAnswers, TroubleInTheStorageIsOutlasted) {
  for (Fault trouble : kTroubles) {
    trouble.lasting = milliseconds(300);
    server_.failFleet(0, trouble);
    readAllWell(patient());
  }
}

TEST_F(HubAnswers, RefusalsNowAndThenAreOutlasted) {
  for (Fault trouble : kTroubles) {
    trouble.every = 4;
    server_.failFleet(0, trouble);
    readAllWell(patient());
  }
}

TEST_F(HubAnswers, TroubleAtTheEndpointIsOutlasted) {
  for (Fault trouble :
       {Fault{.kind = Fault::Kind::status, .status = 408},
        Fault{.kind = Fault::Kind::status, .status = 500},
        Fault{.kind = Fault::Kind::status, .status = 502},
        Fault{.kind = Fault::Kind::status, .status = 503},
        Fault{.kind = Fault::Kind::status, .status = 504}, Fault{.kind = Fault::Kind::hang_up},
        Fault{.kind = Fault::Kind::reset}, Fault{.kind = Fault::Kind::short_body}}) {
    trouble.lasting = milliseconds(200);
    server_.failEndpoint(trouble);
    readAllWell(patient());
  }
}

TEST_F(HubAnswers, AFleetThatIsDownIsLeftForTheOther) {
  server_.useFleets({0, 1});
  for (const Fault& trouble : kTroubles) {
    server_.failFleet(0, trouble);
    readAllWell(patient());
  }
}

TEST_F(HubAnswers, AFleetThatNobodyReachesIsLeftForTheOther) {
  std::string nobody;
  {
    const servers::RangeServer gone;
    nobody = gone.storage();
  }
  server_.storageUrl(nobody, 0);
  server_.useFleets({0, 1});
  readAllWell(patient());
}

TEST_F(HubAnswers, AStorageThatRefusesForEverEndsWithItsOwnWords) {
  server_.failFleet(0, kTroubles[0]);
  auto remote = source();
  auto file = remote->open("org/model")->open("model-1.safetensors");
  EXPECT_THAT(errorOf([&] { read(*file, 0, 8); }),
              AllOf(HasSubstr("answered 403"), HasSubstr("invalid key pair id"),
                    HasSubstr("3 attempts"), HasSubstr(server_.storage()), Not(HasSubstr("oken"))));
}

TEST_F(HubAnswers, ALimitIsWaitedForAndPausesEverythingThatGoesThere) {
  std::map<std::string, servers::Content> files;
  for (int i = 0; i < 12; ++i) {
    files["model-" + std::to_string(10 + i) + ".safetensors"] =
        randomContent(1000, 50 + static_cast<std::uint64_t>(i));
  }
  server_.publish("org/many", "main", kCommit, files);
  for (const bool rate_limit : {true, false}) {
    server_.limit({.requests = 5,
                   .window = seconds(1),
                   .rate_limit = rate_limit,
                   .retry_after = !rate_limit});
    server_.forget();
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/many");
    std::vector<std::shared_ptr<File>> opened;
    testing::internal::CaptureStderr();
    for (const auto& [name, content] : files) opened.push_back(location->open(name));
    std::size_t i = 0;
    for (const auto& [name, content] : files) {
      EXPECT_EQ(read(*opened[i++], 0, 1000), bytesOf(content, 0, 1000));
    }
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, AllOf(HasSubstr("waiting"), HasSubstr("127.0.0.1"), HasSubstr("429"),
                            HasSubstr("HF_TOKEN")));
    // Three windows; at most those that were under way meet the end of each.
    EXPECT_LE(answered(429), 3U * 8U);
  }
}

TEST_F(HubAnswers, ALimitWithoutAWordOfItsEndIsWaitedForToo) {
  server_.limit({.requests = 2, .window = seconds(1), .rate_limit = false});
  readAllWell({{"retry-wait", 0.1}});
}

// Other limits than that of requests, of which the Hub says nothing.
TEST_F(HubAnswers, ALimitThatHasSomethingLeftIsWaitedForByItself) {
  Fault limit{.kind = Fault::Kind::status, .status = 429, .times = 2};
  limit.headers = {{"RateLimit", "\"resolvers\";r=5;t=3600"}};
  server_.failEndpoint(limit);
  readAllWell();
}

TEST_F(HubAnswers, ALimitBeyondAllPatienceIsAnError) {
  server_.limit({.requests = 1, .window = seconds(300)});
  auto remote = source({{"patience", 2.0}});
  auto location = remote->open("org/model");
  auto file = location->open("model-1.safetensors");
  EXPECT_THAT(errorOf([&] { file->size(), read(*file, 0, 8); }),
              AllOf(HasSubstr("429"), HasSubstr("asks to wait"), HasSubstr("HF_TOKEN")));
}

TEST_F(HubAnswers, RefusalsAreShownInTheHubsOwnWords) {
  struct Case {
    int status;
    std::string code, message, sentence;
    bool in_body = false;
  };
  const std::vector<Case> cases{
      {401, "GatedRepo", "Access to model org/model is restricted.", "gated"},
      {403, "GatedRepo", "You are not in the authorized list.", "may not read it"},
      {403, "GatedRepo", "Your request to access it is awaiting a review.", "not granted yet"},
      {403, "", "Your token lacks the permission.", "does not let you read this"},
      {401, "RepoNotFound", "Invalid username or password.", "no such model, or it is private"},
      {401, "", "Repository not found", "no such model, or it is private"},
      {401, "", "Repository not found", "no such model, or it is private", true},
      {404, "EntryNotFound", "Entry not found", "no such file"},
      {404, "RepoNotFound", "Repository not found", "no such model, or it is private"},
      {404, "RevisionNotFound", "Invalid rev id: v9", "no such revision"},
      {403, "", "Access to this resource is disabled.", "disabled"},
      {451, "", "Unavailable", "legal reasons"},
      {410, "", "Gone", "nothing at this address"}};
  for (const Case& one : cases) {
    Fault refusal{.kind = Fault::Kind::status, .status = one.status};
    refusal.headers = {{"X-Error-Code", one.code},
                       {one.in_body ? "Content-Type" : "X-Error-Message",
                        one.in_body ? "application/json" : one.message},
                       {"WWW-Authenticate", "Bearer realm=\"Authentication required\""},
                       {"X-Request-Id", "Root=1-of-the-test"}};
    if (one.in_body) refusal.text = R"({"error": ")" + one.message + R"("})";
    server_.failEndpoint(refusal);
    auto remote = source();
    EXPECT_THAT(errorOf([&] { remote->open("org/model")->list(); }),
                AllOf(HasSubstr(one.sentence), HasSubstr(one.message),
                      HasSubstr(std::to_string(one.status)), HasSubstr("Root=1-of-the-test"),
                      HasSubstr(server_.endpoint())));
  }
}

TEST_F(HubAnswers, AGatedFileOfAListedModelIsToldAsSuch) {
  auto remote = source();
  auto location = remote->open("org/model");
  Fault refusal{.kind = Fault::Kind::status, .status = 401};
  refusal.headers = {{"X-Error-Code", "GatedRepo"}, {"X-Error-Message", "Please log in."}};
  server_.failEndpoint(refusal);
  auto file = location->open("model-1.safetensors");
  EXPECT_THAT(errorOf([&] { read(*file, 0, 8); }),
              AllOf(HasSubstr("gated"), HasSubstr("HF_TOKEN"), HasSubstr("Please log in.")));
}

TEST_F(HubAnswers, ATokenThatIsOverDoesNotHideAPublicModel) {
  const Environment token("HF_TOKEN", "hf_is_over");
  const Environment hub("HF_ENDPOINT", server_.endpoint());
  server_.knowTokens({"hf_valid"});
  testing::internal::CaptureStderr();
  readAllWell();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, AllOf(HasSubstr("warning"), HasSubstr("token"), Not(HasSubstr("hf_is_over"))));
  std::size_t sent = 0;
  for (const servers::Seen& seen : server_.seen()) sent += seen.authorization.empty() ? 0 : 1;
  EXPECT_EQ(sent, 1U) << "once refused, it is not sent again";
}

TEST_F(HubAnswers, ATokenThatIsOverIsNamedWhereTheModelIsGated) {
  const Environment token("HF_TOKEN", "hf_is_over");
  const Environment hub("HF_ENDPOINT", server_.endpoint());
  Fault refusal{.kind = Fault::Kind::status, .status = 401};
  refusal.headers = {{"X-Error-Code", "GatedRepo"}, {"X-Error-Message", "hf_is_over? Log in."}};
  server_.failEndpoint(refusal);
  auto remote = source();
  EXPECT_THAT(errorOf([&] { remote->open("org/model")->list(); }),
              AllOf(HasSubstr("gated"), HasSubstr("does not know your token"),
                    Not(HasSubstr("hf_is_over"))));
}

// As in a hotel, or behind a company's proxy.
TEST_F(HubAnswers, AWebPageInPlaceOfAnythingIsNamedAsSuch) {
  auto remote = source({{"cache-size", "0"}});
  auto location = remote->open("org/model");
  Fault page{.kind = Fault::Kind::status, .status = 200, .text = "<html>Please log in</html>"};
  page.headers = {{"Content-Type", "text/html; charset=utf-8"}};
  server_.failEndpoint(page);
  EXPECT_THAT(errorOf([&] { remote->open("org/other"); }), HasSubstr("web page"));
  for (const char* name : {"config.json", "model-1.safetensors"}) {
    EXPECT_THAT(errorOf([&] { read(*location->open(name), 0, 8); }), HasSubstr("web page")) << name;
  }
}

TEST_F(HubAnswers, TextsMayComeCompressed) {
  for (const auto compression : {HubHabits::Compression::never, HubHabits::Compression::always,
                                 HubHabits::Compression::where_accepted}) {
    HubHabits habits;
    habits.compression = compression;
    server_.habits(habits);
    readAllWell();
  }
}

TEST_F(HubAnswers, ALargeTextIsReadWhole) {
  std::string text = "{\"weight_map\": {";
  while (text.size() < 9'000'000) text += "\"model.layers.0.mlp.experts.up_proj.weight\": \"x\", ";
  const servers::Content in_git = textContent(text);
  servers::Content in_storage = textContent(text + " ");
  in_storage.sha256 = std::string(64, 'd');
  server_.publish("org/large", "main", kCommit,
                  {{"model.safetensors.index.json", in_git}, {"tokenizer.json", in_storage}});
  for (const bool names_only : {false, true}) {
    server_.listNamesOnly(names_only);
    server_.forget();
    // The test's own server takes its time to pack it.
    auto remote = source({{"cache-size", "0"}, {"stall-timeout", std::int64_t{60}}});
    auto location = remote->open("org/large");
    auto index = location->open("model.safetensors.index.json");
    auto tokenizer = location->open("tokenizer.json");
    EXPECT_EQ(read(*index, 0, index->size()), text);
    EXPECT_EQ(read(*tokenizer, 0, tokenizer->size()), text + " ");
    EXPECT_EQ(server_.count("index.json"), 2U) << "the way, and all of it";
    EXPECT_EQ(answered(403) + answered(400), 0U);
  }
}

}  // namespace
}  // namespace kindred::http
