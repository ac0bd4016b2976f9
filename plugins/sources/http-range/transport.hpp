// One libcurl multi handle and the one thread that drives it. Connections and easy handles are
// reused; HTTP/2 streams share connections. No server gets more connections than the settings
// allow; what exceeds that waits its turn. It follows no redirect and retries nothing: that is for
// the exchange to decide.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kindred/source.hpp>

#include "reply.hpp"
#include "settings.hpp"

namespace kindred::http {

struct Request {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  bool head_only = false;
  bool compressible = false;    // the answer may come compressed; it is decoded in any case
  bool own_connection = false;  // rather than a stream of a busy one: a stream's speed is limited
};

// How a transfer ended. `code` is a CURLcode.
struct Outcome {
  int code = 0;
  std::string error;  // libcurl's words; empty where code is 0
  ReplyHead head;
  std::uint64_t received = 0;  // bytes of the body
  bool connected = true;       // false: it ended before there was a connection
};

// One conversation: a request, its reply, and perhaps further ones. Every function but wanted() is
// called on the transport's thread only.
class Exchange {
 public:
  virtual ~Exchange() = default;
  // What to send now. Empty: nothing; the exchange has arranged to be started again. Asked again
  // where the answer could not be sent yet.
  virtual std::optional<Request> next() = 0;
  // The headers are there. False: the body is not wanted; the transfer ends here.
  virtual bool begin(const ReplyHead& head) = 0;
  virtual bool body(std::span<const std::byte> bytes) = 0;  // false: end the transfer
  virtual void finished(const Outcome& outcome) = 0;        // may start() itself again
  virtual void dropped() = 0;                               // it was not wanted any more
  // [any-thread]
  virtual bool wanted() const { return true; }
};

class Transport {
 public:
  explicit Transport(const Settings& settings);
  // Ends at once; unfinished exchanges hear nothing more.
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // [any-thread]
  void start(std::shared_ptr<Exchange> exchange, Milliseconds delay = Milliseconds(0));
  // Drops all exchanges that are not wanted() any more, running ones included. [any-thread]
  void sweep();
  // No request goes to this URL's server for so long. [transport's thread]
  void close(const std::string& url, Milliseconds time);
  // Its server gets half as many requests at once, until it has answered well for a while.
  // [transport's thread]
  void ease(const std::string& url);
  // Bodies received and requests sent so far. [any-thread]
  Cost spent() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace kindred::http
