// Each way in which a server or network misbehaves: the right bytes or one clear error, and not a
// request more than needed.
#include "fixture.hpp"

#include <fstream>

namespace kindred::http {
namespace {

using servers::bytesOf;
using servers::Fault;
using servers::randomContent;
using servers::textContent;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kPath = "/models/x/model.safetensors";

// A plain server with one model; the file is open and its head read before the fault sets in.
class FaultTest : public RemoteTest {
 protected:
  FaultTest() {
    server_.serve(kPath, content_);
    open({});
  }
  void open(Changes changes) {
    changes.insert({"cache-size", "0"});
    file_.reset();
    remote_ = filesSource(std::move(changes));
    location_ = remote_->open("models/x/model.safetensors");
    file_ = location_->open("model.safetensors");
    EXPECT_EQ(file_->size(), content_.size);
    server_.forget();
  }
  // Reads a range in the middle, which is one request where all goes well.
  std::string readMiddle() { return read(*file_, kOffset, kLength); }
  std::string right() const { return bytesOf(content_, kOffset, kLength); }
  std::string errorOfMiddle() {
    return errorOf([&] { readMiddle(); });
  }

  static constexpr std::uint64_t kOffset = 300'000, kLength = 200'000;
  servers::Content content_ = randomContent(1'000'000, 5);
  std::unique_ptr<Source> remote_;
  std::unique_ptr<Location> location_;
  std::shared_ptr<File> file_;
};

TEST_F(FaultTest, NoFaultTakesOneRequest) {
  EXPECT_EQ(readMiddle(), right());
  EXPECT_EQ(server_.seen().size(), 1U);
  EXPECT_EQ(server_.seen()[0].range, "bytes=300000-499999");
  EXPECT_EQ(server_.seen()[0].if_match, content_.etag);
}

TEST_F(FaultTest, RefusesAServerThatSendsTheWholeFileAndDoesNotDownloadIt) {
  server_.fail(kPath, {.kind = Fault::Kind::whole_file});
  const std::uint64_t before = remote_->spent().bytes;
  EXPECT_THAT(errorOfMiddle(),
              AllOf(StartsWith(server_.endpoint() + kPath + ": bytes 300000 to 499999: "),
                    HasSubstr("ignores byte ranges")));
  EXPECT_EQ(server_.seen().size(), 1U);
  EXPECT_EQ(remote_->spent().bytes - before, 0U);
}

TEST_F(FaultTest, TakesTheWholeFileWhereItWasAskedFor) {
  server_.serve("/small/model.safetensors", textContent("all of it"));
  server_.fail("/small/model.safetensors", {.kind = Fault::Kind::whole_file});
  auto file = remote_->open("small/model.safetensors")->open("model.safetensors");
  EXPECT_EQ(file->size(), 9U);
  EXPECT_EQ(read(*file, 4, 5), "of it");
}

TEST_F(FaultTest, AsksAgainWhereTheBodyIsCutOff) {
  server_.fail(kPath, {.kind = Fault::Kind::short_body, .times = 2});
  EXPECT_EQ(readMiddle(), right());
  EXPECT_EQ(server_.seen().size(), 3U);
}

TEST_F(FaultTest, AsksForTheRestAloneWhereTheBodyIsCutOff) {
  server_.fail(kPath, {.kind = Fault::Kind::short_body, .times = 2});
  EXPECT_EQ(readMiddle(), right());
  ASSERT_EQ(server_.seen().size(), 3U);
  EXPECT_EQ(server_.seen()[1].range, "bytes=400000-499999");
  EXPECT_EQ(server_.seen()[2].range, "bytes=450000-499999");
}

TEST_F(FaultTest, AsksAgainWhereTheBodyIsEmptyOrThereIsNoAnswer) {
  for (const auto kind : {Fault::Kind::empty_body, Fault::Kind::hang_up}) {
    server_.forget();
    server_.fail(kPath, {.kind = kind, .times = 2});
    EXPECT_EQ(readMiddle(), right());
  }
}

TEST_F(FaultTest, SaysThatTheBodyIsAlwaysCutOff) {
  server_.fail(kPath, {.kind = Fault::Kind::short_body});
  EXPECT_THAT(errorOfMiddle(), AllOf(HasSubstr("bytes 300000 to 499999"), HasSubstr("3 attempts")));
  EXPECT_EQ(server_.seen().size(), 3U);
}

TEST_F(FaultTest, NeverUsesABodyShorterThanItsRange) {
  server_.fail(kPath, {.kind = Fault::Kind::short_range});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("announced 100000 bytes for a range of 200000"));
  EXPECT_EQ(server_.seen().size(), 3U);
}

TEST_F(FaultTest, NeverUsesOtherBytesThanThoseAskedFor) {
  server_.fail(kPath, {.kind = Fault::Kind::wrong_range});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("other bytes: bytes 300002-500001/1000000"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FaultTest, RefusesAnAnswerThatDoesNotSayWhichBytesItHolds) {
  server_.fail(kPath, {.kind = Fault::Kind::no_content_range});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("without a Content-Range"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FaultTest, RefusesAnAnswerInSeveralParts) {
  server_.fail(kPath, {.kind = Fault::Kind::multipart});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("several parts"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FaultTest, RefusesACompressedAnswer) {
  server_.fail(kPath, {.kind = Fault::Kind::compressed});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("gzip"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FaultTest, AsksAgainAfterAReset) {
  server_.fail(kPath, {.kind = Fault::Kind::reset, .times = 1});
  EXPECT_EQ(readMiddle(), right());
  EXPECT_EQ(server_.seen().size(), 2U);
}

TEST_F(FaultTest, AsksAgainWhereTheServerStalls) {
  server_.fail(kPath, {.kind = Fault::Kind::stall, .times = 1});
  EXPECT_EQ(readMiddle(), right());
  EXPECT_EQ(server_.seen().size(), 2U);
}

TEST_F(FaultTest, AsksAgainWhereTheServerNeverAnswers) {
  server_.fail(kPath, {.kind = Fault::Kind::silence, .times = 1});
  EXPECT_EQ(readMiddle(), right());
  EXPECT_EQ(server_.seen().size(), 2U);
}

TEST_F(FaultTest, AsksAgainWhereTheServerIsBusyOrBroken) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    server_.forget();
    server_.fail(kPath, {.kind = Fault::Kind::status, .status = status, .times = 2});
    EXPECT_EQ(readMiddle(), right()) << status;
    EXPECT_EQ(server_.seen().size(), 3U) << status;
  }
}

TEST_F(FaultTest, SaysWhichStatusStayed) {
  server_.fail(kPath, {.kind = Fault::Kind::status, .status = 503});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("the server answered 503 (3 attempts)"));
}

TEST_F(FaultTest, DoesNotInsistWhereNoRetryHelps) {
  for (const int status : {400, 404, 410, 418, 501, 505}) {
    server_.forget();
    server_.fail(kPath, {.kind = Fault::Kind::status, .status = status});
    EXPECT_THAT(errorOfMiddle(), HasSubstr("answered " + std::to_string(status)));
    EXPECT_EQ(server_.seen().size(), 1U) << status;
  }
}

TEST_F(FaultTest, WaitsAsLongAsTheServerAsks) {
  server_.fail(kPath, {.kind = Fault::Kind::status, .status = 429, .retry_after = "1", .times = 1});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(readMiddle(), right());
  // A floor that cannot fail on a slow machine.
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_F(FaultTest, DoesNotWaitForHours) {
  server_.fail(kPath, {.kind = Fault::Kind::status, .status = 503, .retry_after = "7200"});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("503 and asks to wait for 7200 s"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FaultTest, EndsARedirectLoop) {
  server_.fail(kPath, {.kind = Fault::Kind::redirect_to, .location = kPath});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("redirects in a loop"));
  EXPECT_EQ(server_.seen().size(), 9U);
}

TEST_F(FaultTest, FollowsARelativeRedirect) {
  server_.serve("/elsewhere/file", content_);
  server_.fail(kPath, {.kind = Fault::Kind::redirect_to, .location = "../../elsewhere/file"});
  EXPECT_EQ(readMiddle(), right());
  EXPECT_EQ(server_.seen().size(), 2U);
}

TEST_F(FaultTest, RefusesARedirectToAnythingButTheWeb) {
  std::ofstream(folder_ / "secret") << std::string(1'000'000, 'x');
  for (const std::string& target : {"file://" + (folder_ / "secret").string(),
                                    std::string("ftp://127.0.0.1/x"), std::string("gopher://x/")}) {
    server_.forget();
    server_.fail(kPath, {.kind = Fault::Kind::redirect_to, .location = target});
    EXPECT_THAT(errorOfMiddle(), HasSubstr("no http or https URL")) << target;
    EXPECT_EQ(server_.seen().size(), 1U);
    server_.fail(kPath, {});
    open({});
  }
}

TEST_F(FaultTest, NoticesAnotherVersionInTheAnswer) {
  server_.fail(kPath, {.kind = Fault::Kind::new_version});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("changed while it was being read"));
  EXPECT_EQ(server_.seen().size(), 1U);
}

TEST_F(FaultTest, NoticesAnotherVersionOnTheServer) {
  server_.serve(kPath, randomContent(1'000'000, 6));
  EXPECT_THAT(errorOfMiddle(), HasSubstr("changed while it was being read"));
  EXPECT_EQ(server_.seen().size(), 1U);
  EXPECT_EQ(server_.seen()[0].status, 412);
}

TEST_F(FaultTest, NoticesAnAnswerThatLostItsMark) {
  server_.fail(kPath, {.kind = Fault::Kind::unmarked});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("now it is unmarked"));
}

TEST_F(FaultTest, NoticesAFileOfAnotherSize) {
  server_.fail(kPath, {.kind = Fault::Kind::other_size});
  EXPECT_THAT(errorOfMiddle(), HasSubstr("should have 1000000 bytes, but the server says 1000001"));
}

TEST_F(FaultTest, TheFirstErrorEndsTheWholeRead) {
  server_.serve("/models/x/model-2.safetensors", content_);
  open({{"stall-timeout", std::int64_t{3600}}});
  auto other = remote_->open("models/x/model-2.safetensors")->open("model-2.safetensors");
  EXPECT_EQ(other->size(), content_.size);
  server_.fail("/models/x/model-2.safetensors", {.kind = Fault::Kind::silence});
  server_.fail(kPath, {.kind = Fault::Kind::whole_file});
  std::string a(10, '\0'), b(10, '\0');
  const std::vector<ReadRequest> requests{
      {other.get(), 500'000, std::as_writable_bytes(std::span(a))},
      {file_.get(), 500'000, std::as_writable_bytes(std::span(b))}};
  // The silent server would hold the read for an hour.
  EXPECT_THAT(errorOf([&] { remote_->read(requests); }), HasSubstr("ignores byte ranges"));
}

TEST_F(FaultTest, SaysThatNobodyListens) {
  int port = 0;
  {
    const servers::RangeServer gone;
    port = gone.endpointPort();
  }
  auto remote = filesSource({{"endpoint", "http://127.0.0.1:" + std::to_string(port)}});
  EXPECT_THAT(
      errorOf([&] { remote->open("x/model.safetensors")->open("model.safetensors")->size(); }),
      AllOf(HasSubstr(std::to_string(port)), HasSubstr("3 attempts")));
}

// A server that goes away has answered, and may come back.
TEST_F(FaultTest, GivesAServerUpSoonThatNeverAnsweredAndOneThatDidAfterAllAttempts) {
  const Changes changes{{"attempts", std::int64_t{5}}};
  auto gone = std::make_unique<servers::RangeServer>();
  gone->serve(kPath, content_);
  Changes of_gone = changes;
  of_gone.insert({{"endpoint", gone->endpoint()}, {"cache-size", "0"}});
  auto known = filesSource(of_gone);
  auto file = known->open("models/x/model.safetensors")->open("model.safetensors");
  EXPECT_EQ(file->size(), content_.size);
  auto unknown = filesSource(of_gone);
  gone.reset();
  EXPECT_THAT(errorOf([&] { read(*file, kOffset, kLength); }),
              AllOf(HasSubstr("(5 attempts)"), Not(HasSubstr("no network?"))));
  EXPECT_THAT(errorOf([&] {
                unknown->open("models/x/model.safetensors")->open("model.safetensors")->size();
              }),
              AllOf(HasSubstr("(3 attempts)"), HasSubstr("(no network? Check the connection")));
}

TEST_F(FaultTest, GivesANameUpSoonThatNoServerHas) {
  auto remote =
      filesSource({{"endpoint", "http://nowhere.invalid"}, {"attempts", std::int64_t{5}}});
  EXPECT_THAT(
      errorOf([&] { remote->open("x/model.safetensors")->open("model.safetensors")->size(); }),
      AllOf(HasSubstr("resolve host"), HasSubstr("(3 attempts)"), HasSubstr("no network?")));
}

TEST_F(FaultTest, SaysThatAPlainServerIsNoTlsServer) {
  const std::string https = "https" + server_.endpoint().substr(4);
  auto remote = filesSource({{"endpoint", https}});
  EXPECT_THAT(
      errorOf([&] { remote->open("x/model.safetensors")->open("model.safetensors")->size(); }),
      HasSubstr("SSL"));
}

TEST_F(FaultTest, KeepsWhatArrivedBeforeTheErrorInTheCache) {
  open({{"cache-size", "1GB"}});
  read(*file_, 300'000, 1000);
  server_.fail(kPath, {.kind = Fault::Kind::status, .status = 404, .after = 1});
  open({{"cache-size", "1GB"}, {"connections", std::int64_t{1}}, {"http2", "off"}});
  server_.fail(kPath, {.kind = Fault::Kind::status, .status = 404, .after = 1});
  std::string a(10, '\0'), b(10, '\0');
  const std::vector<ReadRequest> requests{
      {file_.get(), 500'000, std::as_writable_bytes(std::span(a))},
      {file_.get(), 900'000, std::as_writable_bytes(std::span(b))}};
  EXPECT_THAT(errorOf([&] { remote_->read(requests); }), HasSubstr("404"));
  server_.forget();
  EXPECT_EQ(read(*file_, 500'000, 10), bytesOf(content_, 500'000, 10));
  EXPECT_THAT(server_.seen(), IsEmpty());
}

}  // namespace
}  // namespace kindred::http
