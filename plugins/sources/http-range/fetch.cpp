#include "fetch.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "link.hpp"
#include "refusal.hpp"

namespace kindred::http {
namespace {

using Kind = Judgement::Kind;
using Clock = std::chrono::steady_clock;

constexpr unsigned kMostHops = 8;
constexpr std::uint64_t kPoliteRest = 64 * kKiB;  // of an unwanted body: cheaper than reconnecting
constexpr std::size_t kMostSaid = 2048;           // of a refusal's words

std::string unquoted(std::string tag) {
  if (tag.starts_with("W/")) tag.erase(0, 2);
  std::erase(tag, '"');
  return tag;
}

// The variable of the environment that names a proxy on the way there, as libcurl reads them;
// empty: none does.
std::string proxyVariable(const Origin& target) {
  if (isLoopback(target)) return {};
  const std::string of_scheme = target.scheme + "_proxy";
  // Of http the upper case is whatever a client's header says, where a web server runs programs.
  for (const std::string& name : {of_scheme, target.scheme == "https" ? "HTTPS_PROXY" : of_scheme,
                                  std::string("all_proxy"), std::string("ALL_PROXY")}) {
    const char* value = std::getenv(name.c_str());
    if (value != nullptr && *value != '\0') return name;
  }
  return {};
}

// A server's words may be long.
std::string shortened(std::string text) {
  constexpr std::size_t kMost = 1000;
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

bool isCertificateTrouble(int code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CERTPROBLEM;
}

Clock::time_point deadlineOf(const std::string& link, const std::string& date) {
  const auto life = linkLife(link, date, std::time(nullptr));
  return life ? Clock::now() + *life : Clock::time_point::max();
}

class Fetch final : public Exchange, public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(Network& network, std::shared_ptr<Target> target, Job job, std::shared_ptr<Batch> batch)
      : network_(network),
        target_(std::move(target)),
        job_(std::move(job)),
        batch_(std::move(batch)) {}

  std::optional<Request> next() override;
  bool begin(const ReplyHead& head) override;
  bool body(std::span<const std::byte> bytes) override;
  void finished(const Outcome& outcome) override;
  void dropped() override;
  bool wanted() const override { return !batch_->failed(); }

 private:
  Asked asked() const;
  bool chooseUrl();
  bool sendsToken() const;
  Judgement judgeHead(const ReplyHead& head) const;
  std::string contentTrouble(const ReplyHead& head) const;
  void settle(const ReplyHead& head);
  void adoptMarks(const ReplyHead& head);
  void answered();
  void follow(const ReplyHead& head);
  void useLink(std::string url, const std::string& date);
  bool isComplete() const;
  void succeed();
  void refusedWith(const ReplyHead& head);
  void waitForLimit(const ReplyHead& head);
  void tryAgain(const std::string& why, std::optional<Milliseconds> asked_wait,
                bool reached = true);
  void transferFailed(const Outcome& outcome);
  void keepWhatArrived();
  void restart(Milliseconds delay = Milliseconds(0));
  void releaseWay();
  double unit() { return std::uniform_real_distribution<double>(0, 1)(network_.jitter); }
  void fail(const std::string& why, const std::string& remedy);

  Network& network_;
  const std::shared_ptr<Target> target_;
  const Job job_;
  const std::shared_ptr<Batch> batch_;

  // The request under way.
  std::string url_;
  std::string link_;  // the target's link that it started from; empty: another address
  Clock::time_point link_until_{};  // of that link
  bool finds_way_ = false;          // it asks for the way to the bytes, not for them
  bool ranged_ = false;             // it carries a range
  bool head_only_ = false;
  bool token_sent_ = false;
  std::optional<Judgement> judgement_;  // empty: no head arrived
  std::uint64_t got_ = 0;
  std::string said_;  // the body of a refusal

  // The conversation.
  std::string hop_;  // a redirect to follow with the next request
  bool hop_is_storage_ = false;
  unsigned hops_ = 0;
  std::uint64_t done_ = 0;  // bytes of the job that earlier requests brought
  unsigned failures_ = 0;
  Milliseconds asked_for_{0};  // waits that the server asked for after them
  unsigned limits_ = 0;        // replies of 429, and what was waited for them
  Milliseconds limited_for_{0};
  bool without_token_ = false;  // the endpoint refused the token: what does it say without?
};

std::string hostAndPort(const std::string& url) {
  const Origin where = origin(url);
  return where.host + ":" + where.port;
}

Asked Fetch::asked() const {
  Asked asked{job_.offset + done_, job_.length - done_, target_->total, {}, !ranged_};
  if (asked.total) asked.length = std::min(asked.length, *asked.total - asked.offset);
  if (asked.bare) asked.length = job_.length;
  if (!target_->vouched()) asked.validator = target_->validator;
  return asked;
}

// False: this fetch is started again later, when the way is known or a pause is over.
bool Fetch::chooseUrl() {
  Target& target = *target_;
  if (!hop_.empty()) {
    url_ = hop_;
    return true;
  }
  const auto now = Clock::now();
  if (now < target.not_before) {
    restart(std::chrono::ceil<Milliseconds>(target.not_before - now));
    return false;
  }
  if (target.link && target.link->served && now >= target.link->until) target.link.reset();
  finds_way_ = false;
  if (target.link) {
    url_ = link_ = target.link->url;
    link_until_ = target.link->until;
    return true;
  }
  url_ = target.url;
  link_.clear();
  if (!target.points || job_.mode != Job::Mode::range) return true;
  if (target.finder != nullptr && target.finder != this) {
    target.parked.push_back(shared_from_this());
    return false;
  }
  target.finder = this;
  finds_way_ = true;
  if (target.afresh) url_ += "?download=true";  // the Hub's own word; to a memory another address
  return true;
}

bool Fetch::sendsToken() const {
  return !network_.settings.token.empty() && !network_.token_dropped && !without_token_ &&
         origin(url_) == network_.endpoint;
}

std::optional<Request> Fetch::next() {
  if (!chooseUrl()) return std::nullopt;
  judgement_.reset();
  got_ = 0;
  said_.clear();
  ranged_ =
      job_.mode == Job::Mode::range ? !finds_way_ : job_.mode == Job::Mode::text && hop_is_storage_;
  if (!ranged_ && job_.mode != Job::Mode::range) done_ = 0;
  head_only_ = job_.mode == Job::Mode::head || (finds_way_ && !target_->no_head);
  token_sent_ = sendsToken();
  Request request;
  request.url = url_;
  request.head_only = head_only_;
  request.compressible = !ranged_ && !head_only_ && network_.settings.layout != Layout::files;
  request.own_connection = ranged_;
  if (ranged_) {
    const Asked ask = asked();
    request.headers.push_back("Range: " + rangeHeader(ask));
    if (ask.validator.strong()) request.headers.push_back("If-Match: " + ask.validator.etag);
  }
  // A proxy may have kept the answer to somebody's range, whose link serves no other.
  if (finds_way_) request.headers.push_back("Cache-Control: no-cache");
  if (token_sent_) {
    request.headers.push_back("Authorization: Bearer " + network_.settings.token);
  }
  return request;
}

std::string Fetch::contentTrouble(const ReplyHead& head) const {
  const std::string linked = unquoted(head.linked_etag);
  // Hashes of one length are of one kind: a listing may name the pointer instead of the content.
  if (isHash(linked) && linked.size() == target_->content.size() && linked != target_->content) {
    return "the file's content is not the one that was listed";
  }
  if (!head.commit.empty() && !target_->commit.empty() && head.commit != target_->commit) {
    return "the server answered from commit " + head.commit + " instead of " + target_->commit;
  }
  if (!head.linked_size.empty() && target_->total &&
      head.linked_size != std::to_string(*target_->total)) {
    return "the file should have " + std::to_string(*target_->total) +
           " bytes, but the server says " + head.linked_size;
  }
  return {};
}

Judgement Fetch::judgeHead(const ReplyHead& head) const {
  const bool usable = head.status >= 200 && head.status < 400;
  if (const std::string trouble = contentTrouble(head); usable && !trouble.empty()) {
    return {Kind::changed, trouble, 0, {}, 0, 0};
  }
  const bool heads_count = job_.mode == Job::Mode::head || finds_way_;
  if (heads_count && head.status == 200) {
    return {Kind::use, {}, 0, head.content_length, 0, 0};
  }
  return judge(head, asked());
}

bool Fetch::begin(const ReplyHead& head) {
  network_.answered.insert(hostAndPort(url_));
  judgement_ = judgeHead(head);
  if (judgement_->kind == Kind::use) {
    // Where the way is known now, the body would be all of the file.
    if (finds_way_) return head_only_;
    settle(head);
    return true;
  }
  return head_only_ || head.content_length.value_or(0) <= kPoliteRest;
}

void Fetch::adoptMarks(const ReplyHead& head) {
  Target& target = *target_;
  const std::string linked = unquoted(head.linked_etag);
  if (target.content.empty() && isHash(linked)) target.content = linked;
}

// A usable reply: this is the file from now on.
void Fetch::settle(const ReplyHead& head) {
  Target& target = *target_;
  if (!target.validator.known()) target.validator = validatorOf(head);
  if (!target.total) target.total = judgement_->total;
  adoptMarks(head);
  if (job_.head) job_.head(head);
  if (target.link && target.link->url == link_) {
    target.link->served = true;
    target.troubles = 0;
  }
  answered();
}

// The endpoint answered. If it did so only without the token, the run goes on without.
void Fetch::answered() {
  if (!without_token_ || network_.token_dropped) return;
  network_.token_dropped = true;
  network_.notices.warn(network_.endpoint.host +
                        " does not know your access token: it is over or mistyped. What is public "
                        "is read without it; make a new one, or unset HF_TOKEN");
}

bool Fetch::body(std::span<const std::byte> bytes) {
  const std::uint64_t at = got_;
  got_ += bytes.size();
  if (judgement_->kind != Kind::use) {
    const std::size_t room = kMostSaid - std::min(kMostSaid, said_.size());
    said_.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
    return got_ <= kPoliteRest;
  }
  const Judgement& reply = *judgement_;
  if (got_ > reply.before + reply.length + reply.behind) return false;
  const std::uint64_t first = std::max(at, reply.before);
  const std::uint64_t last = std::min(got_, reply.before + reply.length);
  if (first < last && job_.put) {
    job_.put(done_ + first - reply.before, bytes.subspan(first - at, last - first));
  }
  return true;
}

void Fetch::finished(const Outcome& outcome) {
  if (batch_->failed()) return dropped();
  if (!judgement_) return transferFailed(outcome);
  const ReplyHead& head = outcome.head;
  if (judgement_->kind == Kind::use && !finds_way_ && outcome.code != CURLE_OK) {
    // A body that is not wanted any more ends with a write error, which is ours.
    if (outcome.code != CURLE_WRITE_ERROR) return transferFailed(outcome);
    if (ranged_) return tryAgain("the server sent more bytes than it announced", {});
    return fail("the answer is larger than the " + std::to_string(judgement_->length) +
                    " bytes that are expected there",
                "check the endpoint");
  }
  const bool no_head = head.status == 405 || head.status == 501;
  if (finds_way_ && head_only_ && no_head) {
    target_->no_head = true;
    return restart();
  }
  // Whatever is wrong with a storage: another link may lead to a better one.
  const bool at_storage = !link_.empty() || hop_is_storage_;
  const bool failed = judgement_->kind == Kind::transient || judgement_->kind == Kind::refused;
  // What waited so long for its turn that its link went over is one of too many.
  const bool outlived = at_storage && failed && !link_.empty() && Clock::now() >= link_until_;
  if (head.status == 503 || outlived) network_.transport.ease(url_);
  if (at_storage && failed) {
    const std::string words = messageOf(head, said_, network_.settings.token);
    return tryAgain(judgement_->why + (words.empty() ? "" : ", \"" + words + "\""),
                    waitAsked(head, std::time(nullptr)));
  }
  switch (judgement_->kind) {
    case Kind::use:
      if (!finds_way_) return succeed();
      if (!target_->total) target_->total = judgement_->total;
      adoptMarks(head);
      answered();
      return useLink(url_, {});  // the endpoint has the bytes itself
    case Kind::redirect:
      return follow(head);
    case Kind::limited:
      return waitForLimit(head);
    case Kind::transient:
      return tryAgain(judgement_->why, waitAsked(head, std::time(nullptr)));
    case Kind::refused:
      return refusedWith(head);
    case Kind::changed:
      return fail(judgement_->why, "run again to read the new version");
    case Kind::refuse:
      return fail(judgement_->why, ranged_
                                       ? "use a server that answers byte ranges as RFC 9110 says"
                                       : "check the endpoint");
  }
}

bool Fetch::isComplete() const {
  if (job_.mode == Job::Mode::head) return true;
  const Judgement& reply = *judgement_;
  return got_ == reply.before + reply.length + reply.behind ||
         (!reply.total && got_ < reply.length);
}

void Fetch::succeed() {
  if (!isComplete()) {
    const std::string sent = "the server sent " + std::to_string(got_) + " bytes of " +
                             std::to_string(judgement_->length);
    keepWhatArrived();
    return tryAgain(sent, {});
  }
  if (!target_->total) target_->total = got_;  // a whole file of unannounced length
  if (job_.arrived) job_.arrived(done_ + std::min(got_, judgement_->length));
  batch_->done();
}

void Fetch::follow(const ReplyHead& head) {
  if (++hops_ > kMostHops) {
    return fail("the server redirects in a loop (" + std::to_string(kMostHops) + " redirects)",
                "check the endpoint");
  }
  std::string to;
  try {
    to = redirected(url_, head.location);
  } catch (const Error& error) {
    return fail(error.message(), "check the endpoint");
  }
  Target& target = *target_;
  adoptMarks(head);
  answered();
  if (job_.mode != Job::Mode::range || !link_.empty() || tellsTheWay(to)) {
    hop_is_storage_ =
        target.points && link_.empty() && origin(to) != origin(target.url) && !tellsTheWay(to);
    hop_ = std::move(to);
    return restart();
  }
  // A server that was believed to have the bytes itself was asked with a range. What it signed may
  // be good for that one only.
  if (!finds_way_ && maySign(to)) {
    target.points = true;
    return restart();
  }
  useLink(std::move(to), head.date);
}

void Fetch::useLink(std::string url, const std::string& date) {
  if (url == target_->refused && maySign(url) && !std::exchange(target_->afresh, true)) {
    return restart();
  }
  const auto until = deadlineOf(url, date);
  target_->link = Link{std::move(url), until, false};
  hop_.clear();
  releaseWay();
  restart();
}

// A refusal of the endpoint, which knows the model and the reader.
void Fetch::refusedWith(const ReplyHead& head) {
  if (head.status == 401 && token_sent_) {
    without_token_ = true;
    return restart();
  }
  if (job_.may_be_absent && (head.status == 404 || head.status == 410)) {
    releaseWay();
    return batch_->done();
  }
  const Settings& settings = network_.settings;
  const Asker asker{settings.layout == Layout::hub, token_sent_,
                    without_token_ || network_.token_dropped, settings.token_withheld};
  const RefusalText text = refusalText(head, messageOf(head, said_, settings.token), asker);
  fail(text.why, text.remedy);
}

// Everything that goes to this host waits.
void Fetch::waitForLimit(const ReplyHead& head) {
  const auto asked_wait = waitAsked(head, std::time(nullptr));
  const RetryPolicy& policy = network_.settings.retry;
  const auto wait = waitAtLimit(policy, ++limits_, asked_wait, limited_for_, unit());
  const bool anonymous = network_.settings.token.empty() || network_.token_dropped;
  const bool tokens_help = network_.settings.layout == Layout::hub && anonymous && link_.empty();
  const std::string advice =
      tokens_help ? "with an access token in HF_TOKEN the Hub grants more requests" : "";
  if (!wait) {
    const std::string longer =
        asked_wait ? " and asks to wait for " + std::to_string(asked_wait->count() / 1000) + " s"
                   : " for " + std::to_string(limited_for_.count() / 1000) + " s";
    return fail(judgement_->why + longer,
                tokens_help ? "try again later; " + advice : "try again later");
  }
  limited_for_ += *wait;
  network_.transport.close(url_, *wait);
  if (!asked_wait) network_.transport.ease(url_);
  network_.notices.waiting(origin(url_).host, *wait, "it answered 429, too many requests for now",
                           advice);
  restart(*wait);
}

void Fetch::tryAgain(const std::string& why, std::optional<Milliseconds> asked_wait, bool reached) {
  Target& target = *target_;
  hop_.clear();
  hop_is_storage_ = false;
  hops_ = 0;
  const bool stale = !link_.empty() && (!target.link || target.link->url != link_);
  if (stale) return restart();  // another fetch has given the link up meanwhile
  ++failures_;
  const RetryPolicy& policy = network_.settings.retry;
  auto wait = waitBeforeRetry(policy, failures_, asked_wait, unit());
  if (asked_wait) asked_for_ += *asked_wait;
  if (asked_for_ > policy.patience || (!reached && failures_ >= policy.unreached)) wait.reset();
  if (!wait) {
    const std::string attempts =
        failures_ == 1 ? "" : " (" + std::to_string(failures_) + " attempts)";
    if (asked_wait && failures_ < policy.attempts) {
      return fail(why + " and asks to wait for " + std::to_string(asked_wait->count() / 1000) +
                      " s" + attempts,
                  "try again later");
    }
    if (!reached) {
      const std::string proxy = proxyVariable(origin(url_));
      return fail(
          why + attempts,
          proxy.empty()
              ? "no network? Check the connection, or the server's address"
              : "no network? Check the connection, the server's address, or the proxy that " +
                    proxy + " names");
    }
    const bool remembered = !link_.empty() && target.afresh && link_ == target.refused;
    return fail(why + attempts,
                remembered ? "every new link is the one that was refused: a proxy on the way seems "
                             "to keep it; go around it, or have it keep no redirects"
                           : "try again later");
  }
  const std::string host = origin(url_).host;
  if (!link_.empty()) {
    // A link that was good is over now: the next one is worth asking for at once.
    if (target.link->served && failures_ == 1 && target.troubles == 0) wait = Milliseconds(0);
    ++target.troubles;
    target.refused = link_;
    if (target.points) target.link.reset();
    target.not_before = Clock::now() + *wait;
  }
  network_.notices.waiting(host, *wait, why, "");
  restart(*wait);
}

void Fetch::transferFailed(const Outcome& outcome) {
  if (judgement_ && judgement_->kind == Kind::use && !finds_way_) {
    if (got_ > 0 && ranged_ && isComplete()) return succeed();
    keepWhatArrived();
  }
  if (!judgement_) network_.transport.ease(url_);  // it may not like so many connections
  if (isTransientFailure(outcome.code)) {
    const bool reached = outcome.connected || network_.answered.contains(hostAndPort(url_));
    return tryAgain(outcome.error, {}, reached);
  }
  fail(outcome.error, isCertificateTrouble(outcome.code)
                          ? "if you trust the server, name its issuer's certificate with ca-file "
                            "or SSL_CERT_FILE"
                          : "check the endpoint");
}

// The rest of a range that was cut off is asked for alone, where it is sure to be of the same file.
void Fetch::keepWhatArrived() {
  const bool same = target_->vouched() || target_->validator.strong();
  const Judgement& reply = *judgement_;
  if (ranged_ && same && reply.before + reply.behind == 0) done_ += std::min(got_, reply.length);
}

void Fetch::restart(Milliseconds delay) { network_.transport.start(shared_from_this(), delay); }

void Fetch::releaseWay() {
  Target& target = *target_;
  if (target.finder == this) target.finder = nullptr;
  if (target.finder != nullptr) return;
  for (auto& exchange : std::exchange(target.parked, {})) {
    network_.transport.start(std::move(exchange));
  }
}

void Fetch::fail(const std::string& why, const std::string& remedy) {
  const std::string bytes = job_.mode == Job::Mode::range
                                ? "bytes " + std::to_string(job_.offset) + " to " +
                                      std::to_string(job_.offset + job_.length - 1) + ": "
                                : "";
  const std::string shown = withoutSecrets(target_->url);
  const std::string end = withoutSecrets(url_);
  const std::string detour = end == shown ? "" : ", redirected to " + shortened(end);
  batch_->fail(Error(Category::network, shown, bytes + shortened(why) + detour, remedy));
  network_.transport.sweep();
  dropped();
}

void Fetch::dropped() {
  releaseWay();
  batch_->done();
}

}  // namespace

void Batch::add() {
  const std::lock_guard lock(mutex_);
  ++open_;
}

void Batch::done() {
  const std::lock_guard lock(mutex_);
  if (--open_ == 0) changed_.notify_all();
}

void Batch::fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
}

bool Batch::failed() const {
  const std::lock_guard lock(mutex_);
  return error_.has_value();
}

void Batch::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_ == 0; });
  if (error_) throw Error(*error_);
}

void startFetch(Network& network, std::shared_ptr<Target> target, Job job,
                std::shared_ptr<Batch> batch) {
  batch->add();
  network.transport.start(
      std::make_shared<Fetch>(network, std::move(target), std::move(job), std::move(batch)));
}

}  // namespace kindred::http
