// Fetching one range of one file: asks, follows redirects, waits and asks again, checks, and puts
// the bytes in their place. Many run at once; a batch waits for all of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <kindred/error.hpp>

#include "reply.hpp"
#include "settings.hpp"
#include "transport.hpp"

namespace kindred::http {

// What all fetches of a source share.
struct Network {
  explicit Network(const Settings& from)
      : settings(from), endpoint(origin(from.endpoint)), transport(settings) {}

  const Settings settings;
  const Origin endpoint;
  std::mt19937_64 jitter{std::random_device{}()};  // the transport's thread only
  Transport transport;                             // last: its thread ends before the rest goes
};

// One file on a server. Between the first fetch and the last only the transport's thread touches
// it; before and after, its owner may.
struct Target {
  std::string url;      // where the endpoint has it
  std::string content;  // the Hub's name for the content (SHA-256 or git hash); may be empty
  std::string commit;   // it must stem from; empty: any
  bool finds_way_first =
      false;  // redirects are usual: one request finds the way, others wait for it

  std::optional<std::uint64_t> total;
  Validator validator;
  std::string validator_from;                     // where it was seen, without the query
  std::string resolved;                           // the redirect's end; empty: none
  std::int64_t expires = 0;                       // of resolved, seconds since 1970; 0: unknown
  bool settled = false;                           // the way is known
  const void* finder = nullptr;                   // the fetch that is finding it
  std::vector<std::shared_ptr<Exchange>> parked;  // those that wait for it
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
    whole,  // ask without a range; what is longer than `length` is refused
    head    // ask for the headers only
  } mode = Mode::range;
  // Takes the bytes at `offset + at`, in order, on the transport's thread. A retry starts again at
  // 0, so bytes count only when the batch is done without an error.
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
