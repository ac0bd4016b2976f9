// Fetching one range of one file: asks, follows redirects, waits and asks again, checks, and puts
// the bytes in their place. Many run at once; a batch waits for all of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <kindred/error.hpp>

#include "notices.hpp"
#include "reply.hpp"
#include "settings.hpp"
#include "transport.hpp"

namespace kindred::http {

// What all fetches of a source share. What is not const belongs to the transport's thread.
struct Network {
  explicit Network(const Settings& from)
      : settings(from), endpoint(origin(from.endpoint)), transport(settings) {}

  const Settings settings;
  const Origin endpoint;
  std::mt19937_64 jitter{std::random_device{}()};
  Notices notices;
  bool token_dropped = false;      // the endpoint refused it, and answered without it
  std::set<std::string> answered;  // the hosts and ports of servers that did
  Transport transport;             // last: its thread ends before the rest goes
};

// The address that serves a file's ranges, once it is known.
struct Link {
  std::string url;                              // byte for byte as the server wrote it
  std::chrono::steady_clock::time_point until;  // not to be used for new requests any more
  bool served = false;                          // it was good once
};

// One file on a server. Between the first fetch and the last only the transport's thread touches
// it; before and after, its owner may.
struct Target {
  std::string url;      // where the endpoint has it
  std::string content;  // the Hub's name for the content (SHA-256 or git hash); may be empty
  std::string commit;   // it must stem from; empty: any
  // Whether `url` only tells the way to the ranges. Else it is asked for them itself, until it
  // turns out to redirect.
  bool points = false;

  std::optional<std::uint64_t> total;
  Validator validator;  // the storage's own mark; compared where nothing better vouches
  bool vouched() const { return !content.empty() || !commit.empty(); }

  std::optional<Link> link;
  std::string refused;    // the link that was given up last
  bool afresh = false;    // somebody on the way remembers links: it is asked past that memory
  bool no_head = false;   // the endpoint answers GET only
  unsigned troubles = 0;  // of links, since one was good
  std::chrono::steady_clock::time_point not_before{};  // the next request, after trouble
  const void* finder = nullptr;                        // the fetch that asks for the way
  std::vector<std::shared_ptr<Exchange>> parked;       // those that wait for it
};

// Counts fetches that belong together. The first error ends them all.
class Batch {
 public:
  void add();
  void done();
  void fail(Error error);
  bool failed() const;
  void wait();  // until all are done; throws the first error

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;
  std::optional<Error> error_;
};

struct Job {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // where the target's total is unknown: at most this
  enum class Mode {
    range,  // ask for the bytes
    whole,  // ask without a range, compressed if the server likes; more than `length` is refused
    text,   // the same, but with a range where the way leads to a storage
    head    // ask for the headers only
  } mode = Mode::range;
  // Takes the bytes at `offset + at`, in order, on the transport's thread. A retry may start again
  // at 0, so bytes count only when the batch is done without an error.
  std::function<void(std::uint64_t at, std::span<const std::byte>)> put = {};
  // Sees the head of the answer that counts, before its body.
  std::function<void(const ReplyHead&)> head = {};
  // Says that all arrived: how many.
  std::function<void(std::uint64_t length)> arrived = {};
  bool may_be_absent = false;  // 404: arrived is not called, and it is no error
};

// Sends a job on its way. The batch must outlive it: wait() for it.
void startFetch(Network& network, std::shared_ptr<Target> target, Job job,
                std::shared_ptr<Batch> batch);

}  // namespace kindred::http
