// Proxies that remember redirects, and mirrors that have the bytes themselves.
#include <tuple>

#include "hub_fixture.hpp"

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::HubHabits;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RememberingProxy : public HubTest {
 protected:
  using Memory = HubHabits::Memory;

  void remembers(Memory memory) {
    HubHabits habits;
    habits.memory = memory;
    server_.habits(habits);
  }
  void readHereAndThere(File& file) const {
    for (const std::uint64_t at : {0U, 500'000U, 2'000'000U}) {
      EXPECT_EQ(read(file, at, 1000), bytesOf(first_, at, 1000)) << at;
    }
  }
};

// The link that a stranger got who asked for the first 16 bytes serves these alone.
TEST_F(RememberingProxy, IsToldNotToAnswerFromItsMemory) {
  remembers(Memory::unless_told);
  auto remote = source({{"cache-size", "0"}});
  readHereAndThere(*remote->open("org/model")->open("model-1.safetensors"));
  EXPECT_EQ(server_.count("/resolve/"), 1U);
  EXPECT_EQ(answered(403), 0U);
}

TEST_F(RememberingProxy, ThatAnswersFromItAllTheSameIsAskedByAnotherAddress) {
  remembers(Memory::by_address);
  auto remote = source({{"cache-size", "0"}});
  readHereAndThere(*remote->open("org/model")->open("model-1.safetensors"));
  EXPECT_EQ(answered(403), 1U) << "the link that it remembered, once";
  EXPECT_EQ(server_.count("/resolve/"), 3U);
}

TEST_F(RememberingProxy, ThatKnowsNoOtherAnswerIsNamedAsTheCause) {
  remembers(Memory::by_path);
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  EXPECT_THAT(errorOf([&] { read(*file, 0, 8); }),
              AllOf(HasSubstr("invalid range"), HasSubstr("3 attempts"), HasSubstr("a proxy"),
                    Not(HasSubstr("oken"))));
  EXPECT_LE(server_.count("/resolve/"), 4U);
}

// What has been wrong with a storage for a while is no proxy's doing.
TEST_F(RememberingProxy, IsNotBlamedForAStorageThatRefusesEveryLink) {
  server_.failFleet(0, {.kind = Fault::Kind::status, .status = 403});
  auto remote = source({{"cache-size", "0"}});
  auto file = remote->open("org/model")->open("model-1.safetensors");
  EXPECT_THAT(errorOf([&] { read(*file, 0, 8); }), Not(HasSubstr("proxy")));
}

class Mirrors : public HubTest {
 protected:
  // The model as a plain server has it, under the Hub's addresses.
  void serveItself(const std::string& siblings) {
    server_.serve(
        "/api/models/org/copy/revision/main",
        servers::textContent("{\"sha\": \"" + kCommit + "\", \"siblings\": " + siblings + "}"));
    server_.serve("/org/copy/resolve/" + kCommit + "/model.safetensors", first_);
  }
};

TEST_F(Mirrors, MayHaveTheBytesThemselves) {
  for (const char* siblings : {R"([{"rfilename": "model.safetensors"}])",
                               R"([{"rfilename": "model.safetensors", "size": 3000000}])"}) {
    serveItself(siblings);
    auto remote = source({{"cache-size", "0"}});
    auto file = remote->open("org/copy")->open("model.safetensors");
    for (const std::uint64_t at : {0U, 2'000'000U}) {
      EXPECT_EQ(read(*file, at, 1000), bytesOf(first_, at, 1000));
    }
    EXPECT_EQ(file->size(), first_.size);
  }
}

TEST_F(Mirrors, ThatGiveAnotherCommitOrSizeAreNotBelieved) {
  const std::string path = resolvePath("model-1.safetensors");
  for (const auto& [name, value, said] :
       {std::tuple("X-Repo-Commit", std::string(40, 'b'), "from commit bbbb"),
        std::tuple("X-Linked-Size", std::string("17"), "the server says 17"),
        std::tuple("X-Linked-ETag", '"' + std::string(64, 'c') + '"',
                   "not the one that was listed")}) {
    auto remote = source({{"cache-size", "0"}});
    auto location = remote->open("org/model");
    server_.fail(path, {.kind = Fault::Kind::status,
                        .status = 302,
                        .headers = {{name, value}, {"Location", server_.storage() + "/x?a=b"}}});
    auto file = location->open("model-1.safetensors");
    EXPECT_THAT(errorOf([&] { read(*file, 0, 8); }), HasSubstr(said));
  }
}

// A company's proxy may forbid in its own words; a page is not shown.
TEST_F(Mirrors, ThatForbidByAPageAreToldByTheirStatus) {
  Fault page{.kind = Fault::Kind::status, .status = 403, .text = "<html>Blocked by policy</html>"};
  page.headers = {{"Content-Type", "text/html"}};
  server_.failEndpoint(page);
  EXPECT_THAT(
      errorOf([&] { source()->open("org/model"); }),
      AllOf(HasSubstr("answered 403"), HasSubstr(server_.endpoint()), Not(HasSubstr("<html>"))));
}

}  // namespace
}  // namespace kindred::http
