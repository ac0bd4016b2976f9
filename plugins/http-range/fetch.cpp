#include "fetch.hpp"

#include <curl/curl.h>

#include <ctime>
#include <utility>

namespace kindred::http {
namespace {

using Kind = Judgement::Kind;

constexpr unsigned kMostHops = 8;
constexpr unsigned kMostResolves = 3;             // of one signed URL, without a success in between
constexpr std::uint64_t kPoliteRest = 64 * kKiB;  // of an unwanted body: cheaper than reconnecting

std::string unquoted(std::string tag) {
  if (tag.starts_with("W/")) tag.erase(0, 2);
  std::erase(tag, '"');
  return tag;
}

bool isCertificateTrouble(int code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CERTPROBLEM;
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
  Asked asked() const { return {job_.offset, job_.length, target_->total, target_->validator}; }
  bool chooseUrl();
  Judgement judgeHead(const ReplyHead& head) const;
  std::string contentTrouble(const ReplyHead& head) const;
  void settle(const ReplyHead& head);
  void follow(const ReplyHead& head);
  void succeed();
  void findAgain(const std::string& why);
  void retryOrFail(const std::string& why, const ReplyHead& head);
  void transferFailed(const Outcome& outcome);
  void releaseWay(bool settled);
  void fail(const std::string& why, const std::string& remedy);
  std::string forbiddenRemedy() const;

  Network& network_;
  const std::shared_ptr<Target> target_;
  const Job job_;
  const std::shared_ptr<Batch> batch_;
  std::string url_;  // of the request under way
  std::string hop_;  // a redirect to follow with the next request
  unsigned hops_ = 0;
  unsigned failures_ = 0;
  unsigned resolves_ = 0;
  std::optional<Judgement> judgement_;  // empty: no head arrived
  std::uint64_t got_ = 0;
};

// False: parked until another fetch has found the way.
bool Fetch::chooseUrl() {
  Target& target = *target_;
  if (!hop_.empty()) {
    url_ = std::exchange(hop_, {});
    return true;
  }
  if (!target.resolved.empty() && target.expires != 0 && std::time(nullptr) >= target.expires) {
    target.resolved.clear();
    target.settled = false;
  }
  if (!target.resolved.empty()) {
    url_ = target.resolved;
    return true;
  }
  if (target.finds_way_first && !target.settled) {
    if (target.finder != nullptr && target.finder != this) {
      target.parked.push_back(shared_from_this());
      return false;
    }
    target.finder = this;
  }
  url_ = target.url;
  return true;
}

std::optional<Request> Fetch::next() {
  if (!chooseUrl()) return std::nullopt;
  judgement_.reset();
  got_ = 0;
  Request request{url_, {}, job_.mode == Job::Mode::head};
  const Asked ask = asked();
  if (job_.mode == Job::Mode::range) request.headers.push_back("Range: " + rangeHeader(ask));
  if (ask.validator.strong()) request.headers.push_back("If-Match: " + ask.validator.etag);
  request.headers.emplace_back("Accept-Encoding: identity");
  if (!network_.settings.token.empty() && origin(url_) == network_.endpoint) {
    request.headers.push_back("Authorization: Bearer " + network_.settings.token);
  }
  return request;
}

std::string Fetch::contentTrouble(const ReplyHead& head) const {
  const std::string linked = unquoted(head.linked_etag);
  if (!linked.empty() && !target_->content.empty() && linked != target_->content) {
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
  if (const std::string trouble = contentTrouble(head); !trouble.empty()) {
    return {Kind::changed, trouble, 0, {}};
  }
  if (job_.mode == Job::Mode::head && head.status == 200) {
    return {Kind::use, {}, 0, head.content_length};
  }
  return judge(head, asked());
}

bool Fetch::begin(const ReplyHead& head) {
  judgement_ = judgeHead(head);
  if (judgement_->kind == Kind::use) {
    settle(head);
    return true;
  }
  return head.content_length.value_or(0) <= kPoliteRest || job_.mode == Job::Mode::head;
}

// A usable reply: this is the file from now on, and this the way to it.
void Fetch::settle(const ReplyHead& head) {
  if (!target_->validator.known()) {
    target_->validator = validatorOf(head);
    target_->validator_from = withoutSecrets(url_);
  }
  if (!target_->total) target_->total = judgement_->total;
  if (target_->content.empty()) target_->content = unquoted(head.linked_etag);
  if (job_.head) job_.head(head);
  releaseWay(true);
}

bool Fetch::body(std::span<const std::byte> bytes) {
  const std::uint64_t at = got_;
  got_ += bytes.size();
  if (judgement_->kind != Kind::use) return got_ <= kPoliteRest;
  if (got_ > judgement_->length) return false;
  if (job_.put) job_.put(at, bytes);
  return true;
}

void Fetch::finished(const Outcome& outcome) {
  if (batch_->failed()) return dropped();
  if (!judgement_) return transferFailed(outcome);
  if (judgement_->kind == Kind::use && outcome.code != CURLE_OK) {
    // A body that is not wanted any more ends with a write error, which is ours.
    if (outcome.code != CURLE_WRITE_ERROR) return transferFailed(outcome);
    return retryOrFail("the server sent more bytes than it announced", {});
  }
  switch (judgement_->kind) {
    case Kind::use:
      return succeed();
    case Kind::redirect:
      return follow(outcome.head);
    case Kind::transient:
      return retryOrFail(judgement_->why, outcome.head);
    case Kind::forbidden:
      return findAgain(judgement_->why);
    case Kind::absent:
      if (job_.may_be_absent) {
        releaseWay(false);
        return batch_->done();
      }
      return fail(judgement_->why, "check the name and the revision");
    case Kind::changed:
      return fail(judgement_->why, "run again to read the new version");
    case Kind::refuse:
      return fail(judgement_->why, "use a server that answers byte ranges as RFC 9110 says");
  }
}

void Fetch::succeed() {
  const bool complete = job_.mode == Job::Mode::head || got_ == judgement_->length ||
                        (!judgement_->total && got_ < judgement_->length);
  if (!complete) {
    return retryOrFail("the server sent " + std::to_string(got_) + " bytes of " +
                           std::to_string(judgement_->length),
                       {});
  }
  if (!target_->total) target_->total = got_;  // a whole file of unannounced length
  if (job_.arrived) job_.arrived(got_);
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
  const bool vouched = !head.linked_etag.empty();
  if (vouched) {
    if (target.content.empty()) target.content = unquoted(head.linked_etag);
    // The endpoint names the content, so another storage server may mark it in its own way.
    if (withoutSecrets(to) != target.validator_from) target.validator = {};
  }
  target.resolved = to;
  target.expires = expiry(to).value_or(0);
  hop_ = to;
  releaseWay(true);
  network_.transport.start(shared_from_this());
}

// 401 or 403: a redirect that was kept may have expired. Ask the endpoint for a new one.
void Fetch::findAgain(const std::string& why) {
  Target& target = *target_;
  const bool signed_url = url_ != target.url;
  if (!signed_url || ++resolves_ > kMostResolves) return fail(why, forbiddenRemedy());
  if (target.resolved == url_) {
    target.resolved.clear();
    target.settled = false;
  }
  hops_ = 0;
  network_.transport.start(shared_from_this());
}

void Fetch::retryOrFail(const std::string& why, const ReplyHead& head) {
  ++failures_;
  const double unit = std::uniform_real_distribution<double>(0, 1)(network_.jitter);
  const auto asked_wait = parseRetryAfter(head.retry_after, std::time(nullptr));
  const RetryPolicy& policy = network_.settings.retry;
  const auto wait = waitBeforeRetry(policy, failures_, asked_wait, unit);
  if (!wait) {
    const std::string attempts =
        failures_ == 1 ? "" : " (" + std::to_string(failures_) + " attempts)";
    if (failures_ < policy.attempts) {
      return fail(why + " and asks to wait for " + std::to_string(asked_wait->count() / 1000) +
                      " s" + attempts,
                  "try again later");
    }
    return fail(why + attempts, "try again later");
  }
  hops_ = 0;
  network_.transport.start(shared_from_this(), *wait);
}

void Fetch::transferFailed(const Outcome& outcome) {
  if (isTransientFailure(outcome.code)) return retryOrFail(outcome.error, {});
  fail(outcome.error, isCertificateTrouble(outcome.code)
                          ? "if you trust the server, name its issuer's certificate with ca-file "
                            "or SSL_CERT_FILE"
                          : "check the endpoint");
}

void Fetch::releaseWay(bool settled) {
  Target& target = *target_;
  if (settled) target.settled = true;
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
  const std::string detour = end == shown ? "" : ", redirected to " + end;
  batch_->fail(Error(Category::network, shown, bytes + why + detour, remedy));
  network_.transport.sweep();
  dropped();
}

void Fetch::dropped() {
  releaseWay(false);
  batch_->done();
}

std::string Fetch::forbiddenRemedy() const {
  const Settings& settings = network_.settings;
  if (!settings.token_withheld.empty()) return settings.token_withheld;
  return settings.token.empty()
             ? "check the name; if the model is gated, set HF_TOKEN to a token that may read it"
             : "your token may not read this model; accept its terms first";
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
