// A server that means harm or has lost its wits: every answer ends in bounded time and memory with
// one clear error.
#include "hub_fixture.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::HubHabits;
using servers::randomContent;
using servers::textContent;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class HostileHub : public HubTest {
 protected:
  // Long enough for the test's own server to pack a bomb.
  static Changes once(std::int64_t stall = 60) {
    return {{"attempts", std::int64_t{1}}, {"cache-size", "0"}, {"stall-timeout", stall}};
  }
  std::string errorOfOpening(const std::string& model, std::int64_t stall = 60) const {
    return errorOf([&] { source(once(stall))->open(model); });
  }
  void serveListing(const std::string& model, const std::string& siblings) {
    server_.serve("/api/models/" + model + "/revision/main",
                  textContent("{\"id\": \"" + model + "\", \"sha\": \"" + kCommit +
                              "\", \"siblings\": " + siblings + "}"));
  }
};

TEST_F(HostileHub, AHeaderWithoutEndIsCutOff) {
  server_.failEndpoint({.kind = Fault::Kind::endless_header});
  EXPECT_THAT(errorOfOpening("org/model"), HasSubstr("header has no end"));
}

TEST_F(HostileHub, ABodyThatDripsIsCutOff) {
  HubHabits habits;
  habits.compression = HubHabits::Compression::never;
  server_.habits(habits);
  server_.failEndpoint({.kind = Fault::Kind::drip});
  EXPECT_THAT(errorOfOpening("org/model", 1), HasSubstr("too slow"));
}

TEST_F(HostileHub, ACompressedBombIsNotUnpacked) {
  HubHabits habits;
  habits.compression = HubHabits::Compression::always;
  server_.habits(habits);
  server_.serve("/api/models/org/bomb/revision/main", textContent(std::string(68'000'000, ' ')));
  EXPECT_THAT(errorOfOpening("org/bomb"), HasSubstr("larger than"));
  EXPECT_EQ(server_.seen().size(), 1U);
  // A text that is longer than the list says.
  server_.publish("org/text", "main", kCommit, {{"config.json", textContent("{}")}});
  auto remote = source(once());
  auto location = remote->open("org/text");
  server_.publish("org/text", "main", kCommit, {});
  server_.serve("/org/text/resolve/" + kCommit + "/config.json",
                textContent(std::string(9'000'000, ' ')));
  EXPECT_THAT(errorOf([&] { location->open("config.json")->size(); }), HasSubstr("2 bytes"));
}

TEST_F(HostileHub, NonsenseInTheListIsPassedOver) {
  serveListing("org/odd", R"([{"rfilename": "a", "size": -5, "lfs": {"size": -1, "sha256": 7}},
                              {"rfilename": "b", "size": 1e99}, {"rfilename": ["c"]}, 5, null,
                              {"rfilename": "../d"}, {"rfilename": "/e"}, {"rfilename": "f\\g"},
                              {"rfilename": "h\u001b[2J"}, {"rfilename": ""}])");
  EXPECT_THAT(source(once())->open("org/odd")->list(), ElementsAre("a", "b"));
  for (const char* siblings : {"NaN", "[{\"rfilename\": \"a\", \"size\": NaN}]", "{}", "5",
                               "[{\"rfilename\": \"a\"}, {\"rfilename\": \"a\"}]", "[["}) {
    serveListing("org/odd", siblings);
    EXPECT_THAT(errorOfOpening("org/odd"), HasSubstr("org/odd")) << siblings;
  }
}

TEST_F(HostileHub, AListOfFilesWithoutEndIsRefused) {
  server_.serve("/api/models/org/endless/revision/main",
                textContent("{\"sha\": \"" + kCommit + "\"}"));
  Fault page{.kind = Fault::Kind::status, .status = 200, .text = R"([{"type": "directory"}])"};
  page.headers = {{"Link", "<https://elsewhere.example/api/models/org/endless/tree/" + kCommit +
                               "?cursor=x>; rel=\"next\""}};
  server_.fail("/api/models/org/endless/tree/" + kCommit, page);
  EXPECT_THAT(errorOfOpening("org/endless"), HasSubstr("does not end"));
}

TEST_F(HostileHub, RedirectsThatLeadNowhereEnd) {
  for (const std::string& to :
       {resolvePath("model-1.safetensors"), std::string("file:///etc/passwd"), std::string("//"),
        std::string()}) {
    auto remote = source(once());
    auto location = remote->open("org/model");
    server_.fail(resolvePath("model-1.safetensors"),
                 {.kind = Fault::Kind::redirect_to, .location = to});
    EXPECT_THAT(errorOf([&] { read(*location->open("model-1.safetensors"), 0, 8); }),
                HasSubstr("redirects"))
        << to;
  }
}

TEST_F(HostileHub, AStorageThatSendsOtherBytesIsNotBelieved) {
  for (const auto kind :
       {Fault::Kind::wrong_range, Fault::Kind::no_content_range, Fault::Kind::multipart,
        Fault::Kind::compressed, Fault::Kind::whole_file, Fault::Kind::other_size}) {
    server_.failFleet(0, {.kind = kind});
    auto remote = source(once());
    auto file = remote->open("org/model")->open("model-1.safetensors");
    EXPECT_THAT(errorOf([&] { read(*file, 1'000'000, 1000); }),
                AllOf(HasSubstr("model-1.safetensors"), Not(HasSubstr("Signature"))));
  }
}

TEST_F(HostileHub, ItsWordsAreShortAndCannotCommandATerminal) {
  Fault refusal{.kind = Fault::Kind::status, .status = 400};
  refusal.headers = {{"X-Error-Message", "\x1b]0;x\x07" + std::string(50'000, 'a')},
                     {"X-Request-Id", std::string(50'000, 'b')}};
  server_.failEndpoint(refusal);
  const std::string error = errorOfOpening("org/model");
  EXPECT_LT(error.size(), 2000U);
  EXPECT_EQ(error.find_first_of("\x1b\x07\r\n"), std::string::npos);
}

// Whoever redirects, and wherever to: the token stays with the endpoint.
TEST_F(HostileHub, NobodyElseGetsTheToken) {
  const Environment token("HF_TOKEN", "hf_very_secret");
  const Environment hub("HF_ENDPOINT", server_.endpoint());
  const servers::RangeServer thief;
  const std::string listing = "/api/models/org/model/revision/main";
  auto remote = source(once());
  auto location = remote->open("org/model");
  for (const std::string& path :
       {listing, resolvePath("config.json"), resolvePath("model-1.safetensors")}) {
    server_.fail(path, {.kind = Fault::Kind::redirect_to,
                        .status = 308,
                        .location = thief.endpoint() + path + "?" + "a=1"});
  }
  std::string said = errorOf([&] { remote->open("org/model"); });
  for (const char* name : {"config.json", "model-1.safetensors"}) {
    said += errorOf([&] { read(*location->open(name), 0, 8); });
  }
  EXPECT_GE(thief.seen().size(), 3U);
  for (const servers::Seen& seen : thief.seen()) EXPECT_EQ(seen.authorization, "") << seen.path;
  EXPECT_THAT(said, Not(HasSubstr("hf_very_secret")));
}

}  // namespace
}  // namespace kindred::http
