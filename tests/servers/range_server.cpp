#include "servers/range_server.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <ctime>
#include <list>
#include <thread>

#include "servers/range_server_state.hpp"

namespace kindred::servers {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using tcp = net::ip::tcp;
using Kind = Fault::Kind;

constexpr std::size_t kChunk = 256 * 1024;
constexpr auto kForever = std::chrono::hours(24);

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  enum { whole, part, unsatisfiable } kind = whole;
};

Range rangeOf(const std::string& header, std::uint64_t size) {
  if (!header.starts_with("bytes=")) return {0, size, Range::whole};
  const char* at = header.data() + 6;
  const char* end = header.data() + header.size();
  std::uint64_t first = 0, last = 0;
  at = std::from_chars(at, end, first).ptr;
  if (at == end || *at != '-') return {0, size, Range::whole};
  if (std::from_chars(at + 1, end, last).ec != std::errc()) last = size;
  if (first >= size) return {0, 0, Range::unsatisfiable};
  last = std::min(last, size - 1);
  return {first, last - first + 1, Range::part};
}

struct Answer {
  http::response<http::empty_body> head;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the body that is sent
};

void describePart(Answer& answer, const Content& content, const Range& range) {
  answer.head.result(range.kind == Range::part ? 206 : 200);
  if (!content.etag.empty()) answer.head.set(http::field::etag, content.etag);
  answer.head.set(http::field::accept_ranges, "bytes");
  answer.head.set(http::field::content_type, "application/octet-stream");
  answer.offset = range.offset;
  answer.length = range.length;
  if (range.kind == Range::part) {
    answer.head.set(http::field::content_range,
                    "bytes " + std::to_string(range.offset) + "-" +
                        std::to_string(range.offset + range.length - 1) + "/" +
                        std::to_string(content.size));
  }
}

std::string httpDate(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

// A proxy is asked for the whole address.
std::string pathOf(const std::string& target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string::npos) return target;
  const std::size_t slash = target.find('/', scheme + 3);
  return slash == std::string::npos ? "/" : target.substr(slash);
}

// Makes a right answer wrong.
void spoil(Answer& answer, const Content& content, const Fault& fault) {
  const std::string total = "/" + std::to_string(content.size);
  switch (fault.kind) {
    case Kind::wrong_range:
      answer.offset = std::min(answer.offset + 1, content.size - answer.length);
      answer.head.set(http::field::content_range,
                      "bytes " + std::to_string(answer.offset + 1) + "-" +
                          std::to_string(answer.offset + answer.length) + total);
      break;
    case Kind::short_range:
      answer.length /= 2;
      break;
    case Kind::no_content_range:
      answer.head.erase(http::field::content_range);
      break;
    case Kind::multipart:
      answer.head.erase(http::field::content_range);
      answer.head.set(http::field::content_type, "multipart/byteranges; boundary=x");
      break;
    case Kind::compressed:
      answer.head.set(http::field::content_encoding, "gzip");
      break;
    case Kind::new_version:
      answer.head.set(http::field::etag, "\"another\"");
      break;
    case Kind::unmarked:
      answer.head.erase(http::field::etag);
      break;
    case Kind::other_size:
      answer.head.set(http::field::content_range,
                      "bytes " + std::to_string(answer.offset) + "-" +
                          std::to_string(answer.offset + answer.length - 1) + "/" +
                          std::to_string(content.size + 1));
      break;
    default:
      break;
  }
}

// Until the client has enough of it.
void sendEndlessHeader(tcp::socket& socket, boost::system::error_code& error) {
  net::write(socket, net::buffer(std::string("HTTP/1.1 206 Partial Content\r\n")), error);
  const std::string line = "X-More: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 100'000 && !error; ++i) net::write(socket, net::buffer(line), error);
}

}  // namespace

class RangeServer::Connection {
 public:
  Connection(std::shared_ptr<State> state, tcp::socket socket, std::optional<std::size_t> fleet)
      : state_(std::move(state)),
        socket_(std::move(socket)),
        fleet_(fleet),
        number_(++state_->connections) {
    socket_.set_option(tcp::no_delay(true));
  }

  void run() {
    too_many_ = fleet_ && ++state_->open_at_storage > state_->most_connections;
    converse();
    if (fleet_) --state_->open_at_storage;
  }
  void interrupt() {
    if (socket_.is_open()) ::shutdown(socket_.native_handle(), SHUT_RDWR);
  }

 private:
  using Incoming = http::request<http::empty_body>;

  void converse() {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    while (!error) {
      http::request<http::empty_body> request;
      http::read(socket_, buffer, request, error);
      if (error || !answer(request, error)) break;
    }
    socket_.shutdown(tcp::socket::shutdown_both, error);
  }
  bool answer(const Incoming& request, boost::system::error_code& error);
  Answer prepare(const Incoming& request, const Reply& reply, const Fault& fault) const;
  bool send(const Incoming& request, const Reply& reply, Answer answer, const Fault& fault,
            boost::system::error_code& error);
  bool sendBody(const Reply& reply, const Answer& answer, std::uint64_t stop_after,
                boost::system::error_code& error);
  void record(const Incoming& request, const Question& question, int status,
              std::uint64_t bytes) const;

  std::shared_ptr<State> state_;
  tcp::socket socket_;
  const std::optional<std::size_t> fleet_;
  const std::uint64_t number_;
  int answered_ = 0;
  bool too_many_ = false;  // connections: so it says, and closes this one
};

bool RangeServer::Connection::answer(const Incoming& request, boost::system::error_code& error) {
  const Question question{pathOf(std::string(request.target())),
                          std::string(request[http::field::authorization]),
                          std::string(request[http::field::range]),
                          std::string(request[http::field::accept_encoding]),
                          std::string(request[http::field::cache_control]),
                          fleet_,
                          request.method() == http::verb::head};
  const Fault fault =
      too_many_ ? Fault{.kind = Kind::status, .status = 503} : state_->faultFor(question);
  const std::int64_t wait = fleet_ ? state_->storage_delay_us : state_->endpoint_delay_us;
  std::unique_lock turn(state_->turn, std::defer_lock);
  if (fleet_ && state_->in_turn) turn.lock();
  if (wait > 0 && !state_->sleep(std::chrono::microseconds(wait))) return false;
  if (turn.owns_lock()) turn.unlock();
  if (!state_->waitForOthers(question.path())) return false;
  if (fault.kind == Kind::silence || fault.kind == Kind::hang_up) {
    record(request, question, 0, 0);
    if (fault.kind == Kind::silence) state_->sleep(kForever);
    return false;
  }
  if (fault.kind == Kind::endless_header) {
    record(request, question, 0, 0);
    sendEndlessHeader(socket_, error);
    return false;
  }
  const Reply reply = state_->route(question);
  Answer ready = prepare(request, reply, fault);
  if (++answered_ >= state_->requests_a_connection) ready.head.keep_alive(false);
  record(request, question, static_cast<int>(ready.head.result_int()), ready.length);
  return send(request, reply, std::move(ready), fault, error) && !too_many_ &&
         answered_ < state_->requests_a_connection;
}

Answer RangeServer::Connection::prepare(const Incoming& request, const Reply& reply,
                                        const Fault& fault) const {
  Answer answer;
  answer.head.version(11);
  answer.head.keep_alive(request.keep_alive());
  answer.head.result(reply.status);
  answer.head.set(http::field::date, httpDate(state_->clock()));
  if (fault.kind != Kind::status) {
    for (const auto& [name, value] : reply.headers) answer.head.set(name, value);
  }
  answer.length = reply.text.size();
  if (fault.kind == Kind::status) {
    answer.head.result(fault.status);
    if (!fault.retry_after.empty()) answer.head.set(http::field::retry_after, fault.retry_after);
    answer.head.set(http::field::content_type, "text/plain");
    for (const auto& [name, value] : fault.headers) answer.head.set(name, value);
    answer.length = fault.text.size();
  } else if (fault.kind == Kind::redirect_to) {
    answer.head.result(fault.status == 0 ? 302 : fault.status);
    answer.head.set(http::field::location, fault.location);
    answer.length = 0;
  } else if (reply.content) {
    const Content& content = *reply.content;
    const std::string asked(request[http::field::range]);
    Range range = rangeOf(fault.kind == Kind::whole_file ? "" : asked, content.size);
    const std::string if_match(request[http::field::if_match]);
    const bool other = !if_match.empty() && if_match != content.etag;
    if (other || range.kind == Range::unsatisfiable) {
      answer.head.result(other ? 412 : 416);
      answer.head.set(http::field::content_range, "bytes */" + std::to_string(content.size));
      answer.length = 0;
    } else {
      describePart(answer, content, range);
      spoil(answer, content, fault);
    }
  }
  if (reply.chunked && fault.kind != Kind::status && fault.kind != Kind::redirect_to) {
    answer.head.chunked(true);
  } else {
    answer.head.content_length(answer.length);
  }
  return answer;
}

bool RangeServer::Connection::send(const Incoming& request, const Reply& reply, Answer answer,
                                   const Fault& fault, boost::system::error_code& error) {
  http::response_serializer<http::empty_body> serializer(answer.head);
  http::write_header(socket_, serializer, error);
  if (error || request.method() == http::verb::head || answer.length == 0) return !error;
  if (fault.kind == Kind::empty_body) return false;
  if (fault.kind == Kind::drip) {
    for (const char byte : std::string(answer.length, ' ')) {
      net::write(socket_, net::buffer(&byte, 1), error);
      if (error || !state_->sleep(std::chrono::milliseconds(100))) break;
    }
    return false;
  }
  if (fault.kind == Kind::status) {
    net::write(socket_, net::buffer(fault.text), error);
    return !error && request.keep_alive();
  }
  if (reply.chunked) {
    net::write(socket_, http::make_chunk(net::buffer(reply.text)), error);
    net::write(socket_, http::make_chunk_last(), error);
    return !error && request.keep_alive();
  }
  const bool breaks =
      fault.kind == Kind::short_body || fault.kind == Kind::reset || fault.kind == Kind::stall;
  const std::uint64_t stop_after = breaks ? answer.length / 2 : answer.length;
  if (!sendBody(reply, answer, stop_after, error)) return false;
  if (fault.kind == Kind::stall) state_->sleep(kForever);
  if (fault.kind == Kind::reset) {
    socket_.set_option(net::socket_base::linger(true, 0));
    socket_.close(error);
  }
  return !breaks && request.keep_alive();
}

bool RangeServer::Connection::sendBody(const Reply& reply, const Answer& answer,
                                       std::uint64_t stop_after, boost::system::error_code& error) {
  if (!reply.content) {
    net::write(socket_, net::buffer(reply.text.data(), stop_after), error);
    return !error;
  }
  std::vector<std::byte> chunk;
  for (std::uint64_t at = 0; at < stop_after && !error;) {
    const std::uint64_t speed = state_->bandwidth;
    const std::uint64_t most = speed == 0 ? kChunk : std::max<std::uint64_t>(speed / 50, 1);
    chunk.resize(std::min<std::uint64_t>(most, stop_after - at));
    reply.content->fill(answer.offset + at, chunk);
    net::write(socket_, net::buffer(chunk), error);
    at += chunk.size();
    if (speed > 0 && !state_->sleep(std::chrono::microseconds(chunk.size() * 1'000'000 / speed))) {
      return false;
    }
  }
  return !error;
}

void RangeServer::Connection::record(const Incoming& request, const Question& question, int status,
                                     std::uint64_t bytes) const {
  const std::lock_guard lock(state_->mutex);
  state_->seen.push_back({std::string(request.method_string()), question.path(), question.range,
                          question.authorization, std::string(request[http::field::if_match]),
                          std::string(request[http::field::cache_control]), question.query(),
                          status, bytes, socket_.local_endpoint().port(), number_});
}

// Accepts on one port; a thread a connection.
class RangeServer::Listener {
 public:
  Listener(std::shared_ptr<State> state, std::optional<std::size_t> fleet)
      : state_(std::move(state)),
        fleet_(fleet),
        acceptor_(context_, tcp::endpoint(net::ip::address_v4::loopback(), 0)),
        port_(acceptor_.local_endpoint().port()),
        thread_([this] { run(); }) {}
  ~Listener() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
    for (Served& served : served_) served.connection->interrupt();
    for (Served& served : served_) served.thread.join();
  }
  int port() const { return port_; }

 private:
  struct Served {
    std::shared_ptr<Connection> connection;
    std::thread thread;
  };

  void run() {
    boost::system::error_code error;
    while (true) {
      tcp::socket socket(context_);
      acceptor_.accept(socket, error);
      if (error) return;
      auto connection = std::make_shared<Connection>(state_, std::move(socket), fleet_);
      served_.push_back({connection, std::thread([connection] { connection->run(); })});
    }
  }

  std::shared_ptr<State> state_;
  const std::optional<std::size_t> fleet_;
  net::io_context context_;
  tcp::acceptor acceptor_;
  const int port_;
  std::list<Served> served_;
  std::thread thread_;
};

RangeServer::RangeServer()
    : state_(std::make_shared<State>()),
      endpoint_(std::make_unique<Listener>(state_, std::nullopt)),
      fleets_{std::make_unique<Listener>(state_, std::size_t{0}),
              std::make_unique<Listener>(state_, std::size_t{1})} {
  for (std::size_t fleet = 0; fleet < 2; ++fleet) state_->fleet_urls[fleet] = storage(fleet);
}

RangeServer::~RangeServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->stopped.notify_all();
}

int RangeServer::endpointPort() const { return endpoint_->port(); }
int RangeServer::storagePort(std::size_t fleet) const { return fleets_[fleet]->port(); }
std::string RangeServer::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(endpointPort());
}
std::string RangeServer::storage(std::size_t fleet) const {
  return "http://127.0.0.1:" + std::to_string(storagePort(fleet));
}

void RangeServer::serve(const std::string& path, Content content) {
  const std::lock_guard lock(state_->mutex);
  state_->plain[path] = std::move(content);
}
void RangeServer::publish(const std::string& repo, const std::string& revision,
                          const std::string& commit, std::map<std::string, Content> files) {
  const std::lock_guard lock(state_->mutex);
  // A branch that moves: its older commits stay where they are.
  for (Model& model : state_->models) {
    if (model.repo == repo && model.revision == revision) model.revision = model.commit;
  }
  state_->models.push_back({repo, revision, commit, std::move(files)});
}
void RangeServer::listNamesOnly(bool on) {
  const std::lock_guard lock(state_->mutex);
  state_->names_only = on;
}
void RangeServer::requireToken(const std::string& token) {
  const std::lock_guard lock(state_->mutex);
  state_->token = token;
}
void RangeServer::expireLinks() {
  const std::lock_guard lock(state_->mutex);
  ++state_->link_epoch;
}
void RangeServer::linkLifetime(std::chrono::seconds lifetime) {
  const std::lock_guard lock(state_->mutex);
  state_->link_lifetime = lifetime;
}
void RangeServer::habits(const HubHabits& habits) {
  const std::lock_guard lock(state_->mutex);
  state_->habits = habits;
  state_->clock_ahead = habits.clock_ahead.count();
  state_->requests_a_connection = habits.requests_a_connection;
  state_->most_connections = habits.most_connections;
}
void RangeServer::limit(const HubLimit& limit) {
  const std::lock_guard lock(state_->mutex);
  state_->limit = limit;
  state_->left = limit.requests;
  state_->window_end = std::chrono::steady_clock::now() + limit.window;
}
void RangeServer::knowTokens(std::set<std::string> tokens) {
  const std::lock_guard lock(state_->mutex);
  state_->known_tokens = std::move(tokens);
}
void RangeServer::useFleets(std::vector<std::size_t> fleets) {
  const std::lock_guard lock(state_->mutex);
  state_->fleets = std::move(fleets);
  state_->redirects = 0;
}
void RangeServer::fail(const std::string& path, Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->faults[path] = State::Failing{std::move(fault), {}};
}
void RangeServer::failFleet(std::size_t fleet, Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->lane_faults[fleet] = State::Failing{std::move(fault), {}};
}
void RangeServer::failEndpoint(Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->lane_faults[kEndpointLane] = State::Failing{std::move(fault), {}};
}
void RangeServer::answerTogether(std::vector<std::string> path_parts) {
  const std::lock_guard lock(state_->mutex);
  state_->together.clear();
  for (std::string& part : path_parts) state_->together[std::move(part)] = false;
  state_->stopped.notify_all();
}
void RangeServer::answerInTurn(bool on) { state_->in_turn = on; }
void RangeServer::delay(std::chrono::microseconds each) { delay(each, each); }
void RangeServer::delay(std::chrono::microseconds endpoint, std::chrono::microseconds storage) {
  state_->endpoint_delay_us = endpoint.count();
  state_->storage_delay_us = storage.count();
}
void RangeServer::bandwidth(std::uint64_t bytes_per_second) {
  state_->bandwidth = bytes_per_second;
}
void RangeServer::storageUrl(const std::string& url, std::size_t fleet) {
  const std::lock_guard lock(state_->mutex);
  state_->fleet_urls[fleet] = url;
}
std::vector<Seen> RangeServer::seen() const {
  const std::lock_guard lock(state_->mutex);
  return state_->seen;
}
std::size_t RangeServer::count(const std::string& path_part) const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<std::size_t>(std::count_if(
      state_->seen.begin(), state_->seen.end(),
      [&](const Seen& seen) { return seen.path.find(path_part) != std::string::npos; }));
}
std::uint64_t RangeServer::bytesSent(const std::string& path_part) const {
  const std::lock_guard lock(state_->mutex);
  std::uint64_t sum = 0;
  for (const Seen& seen : state_->seen) {
    if (seen.path.find(path_part) != std::string::npos) sum += seen.bytes;
  }
  return sum;
}
std::size_t RangeServer::connections(int port) const {
  const std::lock_guard lock(state_->mutex);
  std::set<std::uint64_t> numbers;
  for (const Seen& seen : state_->seen) {
    if (seen.port == port) numbers.insert(seen.connection);
  }
  return numbers.size();
}
void RangeServer::forget() {
  const std::lock_guard lock(state_->mutex);
  state_->seen.clear();
}

}  // namespace kindred::servers
