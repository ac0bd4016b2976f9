#include "transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace kindred::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long kReceiveBuffer = 256 * 1024;  // a few system calls a MiB
constexpr int kLongestNap = 1000;            // ms; the loop is woken for anything new
constexpr std::size_t kMostHeader = 256 * 1024;
// Bytes a second: what is slower for as long as a stall may last is one. A whole transfer, of 8 MiB
// mostly, may take a quarter of an hour.
constexpr long kSlowest = 256, kLongestTransfer = 900;

void initialiseCurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (once != CURLE_OK) {
    throw Error(Category::internal, "", "libcurl could not be initialised");
  }
}

// What goes to one server.
struct Lane {
  unsigned active = 0;
  unsigned most = 1;         // at once, now
  unsigned top = 1;          // what that may grow to
  unsigned shared = 1;       // the same where streams share connections
  bool multiplexes = false;  // the server has said so
  unsigned good = 0;         // answers since `most` was set
  Clock::time_point eased{};
  Clock::time_point opens{};
  std::deque<std::shared_ptr<Exchange>> queue;
};

// One easy handle and the transfer that it carries.
struct Line {
  CURL* easy = curl_easy_init();
  curl_slist* headers = nullptr;
  std::shared_ptr<Exchange> exchange;
  ReplyHead head;
  std::size_t header_bytes = 0;
  bool begun = false;
  std::uint64_t received = 0;
  Lane* lane = nullptr;
  char error[CURL_ERROR_SIZE] = {};

  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

size_t onHeader(char* data, size_t, size_t size, void* user) {
  Line& line = *static_cast<Line*>(user);
  line.header_bytes += size;
  if (line.header_bytes > kMostHeader) return 0;
  if (line.begun) return size;  // trailers
  const std::string_view text(data, size);
  if (text != "\r\n" && text != "\n") {
    addLine(line.head, text);
    return size;
  }
  if (line.head.status < 200) return size;  // 1xx: the real head follows
  line.begun = true;
  if (line.head.http2 && !std::exchange(line.lane->multiplexes, true)) {
    line.lane->most = line.lane->top = line.lane->shared;
  }
  return line.exchange->begin(line.head) ? size : 0;
}

size_t onBody(char* data, size_t, size_t size, void* user) {
  Line& line = *static_cast<Line*>(user);
  line.received += size;
  return line.exchange->body(std::as_bytes(std::span(data, size))) ? size : 0;
}

}  // namespace

class Transport::Loop {
 public:
  explicit Loop(const Settings& settings);
  ~Loop();
  void start(std::shared_ptr<Exchange> exchange, Milliseconds delay);
  void sweep();
  void close(const std::string& url, Milliseconds time);
  void ease(const std::string& url);
  static void recover(Lane& lane);
  Cost spent() const { return {bytes_.load(), requests_.load()}; }

 private:
  struct Waiting {
    Clock::time_point due;
    std::shared_ptr<Exchange> exchange;
  };

  void run();
  void takeInbox();
  void dropUnwanted();
  void launchDue();
  void launch(std::shared_ptr<Exchange> exchange);
  void send(Lane& lane, std::shared_ptr<Exchange> exchange, const Request& request);
  Lane& laneOf(const std::string& url);
  void configure(Line& line) const;
  void address(Line& line, const Request& request) const;
  void collect();
  std::shared_ptr<Exchange> release(Line& line);
  int napLength() const;

  const Settings settings_;
  CURLM* multi_ = nullptr;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<Line*> idle_;
  std::vector<Line*> active_;
  std::deque<std::shared_ptr<Exchange>> ready_;
  std::vector<Waiting> waiting_;
  std::map<std::string, Lane> lanes_;  // by scheme, host and port

  std::mutex mutex_;
  std::vector<Waiting> inbox_;
  std::atomic<bool> quit_ = false;
  std::atomic<bool> sweep_ = false;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
  std::thread thread_;
};

Transport::Loop::Loop(const Settings& settings) : settings_(settings) {
  initialiseCurl();
  multi_ = curl_multi_init();
  const long connections = settings_.connections;
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  // As many streams a connection as let all connections take part.
  const long streams = settings_.streams / settings_.connections;
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, std::max(streams, 1L));
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 2 * connections);
  thread_ = std::thread([this] { run(); });
}

Transport::Loop::~Loop() {
  quit_ = true;
  curl_multi_wakeup(multi_);
  thread_.join();
  for (Line* line : active_) curl_multi_remove_handle(multi_, line->easy);
  lines_.clear();
  curl_multi_cleanup(multi_);
}

void Transport::Loop::start(std::shared_ptr<Exchange> exchange, Milliseconds delay) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back({Clock::now() + delay, std::move(exchange)});
  }
  curl_multi_wakeup(multi_);
}

void Transport::Loop::sweep() {
  sweep_ = true;
  curl_multi_wakeup(multi_);
}

void Transport::Loop::run() {
  while (!quit_) {
    takeInbox();
    if (sweep_.exchange(false)) dropUnwanted();
    launchDue();
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect();
    const int nap = napLength();
    if (nap > 0) curl_multi_poll(multi_, nullptr, 0, nap, nullptr);
  }
}

void Transport::Loop::takeInbox() {
  std::vector<Waiting> arrived;
  {
    const std::lock_guard lock(mutex_);
    arrived.swap(inbox_);
  }
  const Clock::time_point now = Clock::now();
  for (Waiting& item : arrived) {
    if (item.due <= now) {
      ready_.push_back(std::move(item.exchange));
    } else {
      waiting_.push_back(std::move(item));
    }
  }
}

void Transport::Loop::dropUnwanted() {
  for (Waiting& item : waiting_) ready_.push_back(std::move(item.exchange));
  waiting_.clear();
  for (auto& [name, lane] : lanes_) {
    for (auto& exchange : std::exchange(lane.queue, {})) ready_.push_back(std::move(exchange));
  }
  std::deque<std::shared_ptr<Exchange>> kept;
  for (auto& exchange : std::exchange(ready_, {})) {
    if (exchange->wanted()) {
      kept.push_back(std::move(exchange));
    } else {
      exchange->dropped();
    }
  }
  ready_ = std::move(kept);
  for (std::size_t i = active_.size(); i-- > 0;) {
    Line& line = *active_[i];
    if (!line.exchange->wanted()) release(line)->dropped();
  }
}

void Transport::Loop::launchDue() {
  const Clock::time_point now = Clock::now();
  std::erase_if(waiting_, [&](Waiting& item) {
    if (item.due > now) return false;
    ready_.push_back(std::move(item.exchange));
    return true;
  });
  for (auto& [name, lane] : lanes_) {
    if (lane.queue.empty() || lane.opens > now) continue;
    for (unsigned room = lane.most; room > lane.active && !lane.queue.empty(); --room) {
      ready_.push_back(std::move(lane.queue.front()));
      lane.queue.pop_front();
    }
  }
  while (!ready_.empty()) {
    auto exchange = std::move(ready_.front());
    ready_.pop_front();
    launch(std::move(exchange));
  }
}

Lane& Transport::Loop::laneOf(const std::string& url) {
  const Origin where = origin(url);
  const auto [found, is_new] =
      lanes_.try_emplace(where.scheme + "://" + where.host + ":" + where.port);
  if (is_new) {
    const bool may_share = settings_.http2 && where.scheme == "https";
    found->second.most = found->second.top = settings_.connections;
    found->second.shared =
        may_share ? std::max(settings_.streams, settings_.connections) : settings_.connections;
  }
  return found->second;
}

void Transport::Loop::launch(std::shared_ptr<Exchange> exchange) {
  if (!exchange->wanted()) {
    exchange->dropped();
    return;
  }
  const std::optional<Request> request = exchange->next();
  if (!request) return;
  Lane& lane = laneOf(request->url);
  if (lane.active < lane.most && lane.opens <= Clock::now()) {
    send(lane, std::move(exchange), *request);
  } else {
    lane.queue.push_back(std::move(exchange));
  }
}

void Transport::Loop::send(Lane& lane, std::shared_ptr<Exchange> exchange, const Request& request) {
  if (idle_.empty()) {
    lines_.push_back(std::make_unique<Line>());
    configure(*lines_.back());
    idle_.push_back(lines_.back().get());
  }
  Line& line = *idle_.back();
  idle_.pop_back();
  line.exchange = std::move(exchange);
  line.head = {};
  line.header_bytes = 0;
  line.begun = false;
  line.received = 0;
  line.lane = &lane;
  line.error[0] = '\0';
  address(line, request);
  ++requests_;
  ++lane.active;
  active_.push_back(&line);
  curl_multi_add_handle(multi_, line.easy);
}

void Transport::Loop::close(const std::string& url, Milliseconds time) {
  Lane& lane = laneOf(url);
  lane.opens = std::max(lane.opens, Clock::now() + time);
}

// Those that were under way together meet the same trouble: that is one reason to ease.
void Transport::Loop::ease(const std::string& url) {
  constexpr auto kOnce = std::chrono::seconds(1);
  Lane& lane = laneOf(url);
  const auto now = Clock::now();
  if (now < lane.eased + kOnce) return;
  lane.eased = now;
  lane.good = 0;
  lane.most = std::max(lane.most / 2, 1U);
}

// After good answers, one more may go there at once.
void Transport::Loop::recover(Lane& lane) {
  if (lane.most >= lane.top || ++lane.good < 4 * lane.most) return;
  lane.good = 0;
  ++lane.most;
}

void Transport::Loop::configure(Line& line) const {
  CURL* easy = line.easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &line);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, line.error);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, onHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &line);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, onBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &line);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "kindred");
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT,
                   static_cast<long>(settings_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kSlowest);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, kLongestTransfer);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings_.stall.count()));
  if (!settings_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
  }
  if (!settings_.ca_folder.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAPATH, settings_.ca_folder.c_str());
  }
}

void Transport::Loop::address(Line& line, const Request& request) const {
  curl_slist_free_all(std::exchange(line.headers, nullptr));
  for (const std::string& header : request.headers) {
    line.headers = curl_slist_append(line.headers, header.c_str());
  }
  // Multiplexing needs TLS to be agreed on; a plain connection is not worth waiting for.
  const bool multiplex = settings_.http2 && request.url.starts_with("https:");
  curl_easy_setopt(line.easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(line.easy, CURLOPT_HTTPHEADER, line.headers);
  curl_easy_setopt(line.easy, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(line.easy, CURLOPT_NOBODY, request.head_only ? 1L : 0L);
  curl_easy_setopt(line.easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(multiplex ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(line.easy, CURLOPT_PIPEWAIT, multiplex && !request.own_connection ? 1L : 0L);
  // Some proxies compress whatever is asked for; any value makes libcurl decode.
  curl_easy_setopt(line.easy, CURLOPT_ACCEPT_ENCODING, request.compressible ? "" : "identity");
  // Proxies from the environment are honoured, but never for this machine.
  curl_easy_setopt(line.easy, CURLOPT_PROXY, isLoopback(origin(request.url)) ? "" : nullptr);
}

void Transport::Loop::collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* found = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &found);
    Line& line = *static_cast<Line*>(found);
    Outcome outcome{static_cast<int>(code), {}, std::move(line.head), line.received};
    if (code != CURLE_OK) {
      curl_off_t connected_after = 0;  // 0 as well where a connection was used again
      curl_easy_getinfo(message->easy_handle, CURLINFO_CONNECT_TIME_T, &connected_after);
      outcome.connected = connected_after > 0;
      outcome.error =
          withoutUserinfo(line.error[0] != '\0' ? line.error : curl_easy_strerror(code));
      if (line.header_bytes > kMostHeader) {
        outcome.error = "the server's header has no end (more than " +
                        std::to_string(kMostHeader / 1024) + " KiB)";
      }
    }
    if (code == CURLE_OK && outcome.head.status < 400) recover(*line.lane);
    release(line)->finished(outcome);
  }
}

std::shared_ptr<Exchange> Transport::Loop::release(Line& line) {
  curl_multi_remove_handle(multi_, line.easy);
  std::erase(active_, &line);
  --line.lane->active;
  idle_.push_back(&line);
  bytes_ += line.received;
  return std::move(line.exchange);
}

int Transport::Loop::napLength() const {
  if (!ready_.empty()) return 0;
  const auto now = Clock::now();
  std::int64_t nap = kLongestNap;
  const auto until = [&](Clock::time_point due) {
    const std::int64_t left = std::chrono::ceil<Milliseconds>(due - now).count();
    nap = std::clamp<std::int64_t>(left, 0, nap);
  };
  for (const Waiting& item : waiting_) until(item.due);
  for (const auto& [name, lane] : lanes_) {
    if (!lane.queue.empty() && lane.active < lane.most) until(lane.opens);
  }
  return static_cast<int>(nap);
}

Transport::Transport(const Settings& settings) : loop_(std::make_unique<Loop>(settings)) {}
Transport::~Transport() = default;

void Transport::start(std::shared_ptr<Exchange> exchange, Milliseconds delay) {
  loop_->start(std::move(exchange), delay);
}
void Transport::sweep() { loop_->sweep(); }
void Transport::close(const std::string& url, Milliseconds time) { loop_->close(url, time); }
void Transport::ease(const std::string& url) { loop_->ease(url); }
Cost Transport::spent() const { return loop_->spent(); }

}  // namespace kindred::http
