// Two models of 400 MiB on a Hub far away: what is read of them takes little longer than its
// longest chain of round trips and its bytes, and links that are bound to a range cost nothing.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <optional>
#include <string>

#include "bench.hpp"
#include "servers/giants.hpp"
#include "servers/nginx.hpp"
#include "servers/range_server.hpp"
#include "support/temp_dir.hpp"

namespace kindred::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kEndpoint(80), kStorage(230);
constexpr std::uint64_t kMiB = 1024 * 1024, kStream = 28 * kMiB;  // a second, of one connection
constexpr std::uint64_t kRead = 64 * kMiB;                        // of each model
constexpr unsigned kConnections = 8, kStreams = 64;

servers::MixtureConfig mediumConfig(std::uint64_t seed) {
  servers::MixtureConfig config = servers::glm45Air();
  config.hidden = 512;
  config.layers = 8;
  config.heads = 8;
  config.key_value_heads = 2;
  config.head_dim = 64;
  config.dense_intermediate = 1024;
  config.expert_intermediate = 512;
  config.experts = 32;
  config.extra_layers = 0;
  config.vocabulary = 32768;
  config.shards = 4;
  config.seed = seed;
  return config;
}

void publishModels(servers::RangeServer& server) {
  for (const std::uint64_t seed : {1U, 2U}) {
    const std::string name = seed == 1 ? "org/a" : "org/b";
    server.publish(name, "main", std::string(40, seed == 1 ? 'a' : 'b'),
                   servers::giantFiles(mediumConfig(seed)));
  }
}

struct Opened {
  std::unique_ptr<Location> location;
  std::vector<std::shared_ptr<File>> shards;
};

// All files at once: the shards' beginnings are on their way while the index is read.
Opened openModel(Source& source, const std::string& name) {
  Opened model;
  model.location = source.open(name);
  std::shared_ptr<File> index;
  for (const std::string& file : model.location->list()) {
    if (file.ends_with(".index.json")) index = model.location->open(file);
    if (file.ends_with(".safetensors")) model.shards.push_back(model.location->open(file));
  }
  std::string text(index->size(), '\0');
  index->read(0, std::as_writable_bytes(std::span(text)));
  for (const auto& shard : model.shards) shard->size();
  return model;
}

using Buffers = std::vector<std::vector<std::byte>>;  // of a MiB each

// Opens both models and reads the second part of each in one call, in pieces of a MiB.
void readBoth(const servers::RangeServer& server, const servers::Nginx& storage, Buffers& buffers) {
  const auto source = makeSource({{"layout", "hub"},
                                  {"endpoint", server.endpoint()},
                                  {"ca-file", storage.certificate().string()}});
  auto other = std::async(std::launch::async, [&] { return openModel(*source, "org/b"); });
  const Opened a = openModel(*source, "org/a");
  const Opened b = other.get();
  std::vector<ReadRequest> requests;
  for (const Opened* model : {&a, &b}) {
    const std::uint64_t each = kRead / kMiB / model->shards.size();
    for (const auto& shard : model->shards) {
      for (std::uint64_t i = 0; i < each; ++i) {
        requests.push_back({shard.get(), kMiB + i * (kMiB + kMiB / 8), buffers[requests.size()]});
      }
    }
  }
  source->read(requests);
}

// A variable of the environment, for as long as this lives: the parts behind are not to see it.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

struct Compared {
  double seconds = 0;
  std::size_t refusals = 0, most_links = 0;
};

Compared compare(servers::RangeServer& server, bool bound) {
  const support::TempDir dir;
  servers::HubHabits habits;
  habits.bound_links = bound;
  server.habits(habits);
  server.forget();
  const Variable endpoint("HF_ENDPOINT", server.endpoint());
  const Variable cache("XDG_CACHE_HOME", dir.text());
  Compared result;
  result.seconds = runProgram({KINDRED_BINARY, "compare", "org/a", "org/b", "--force", "--out",
                               (dir / "out").string()})
                       .seconds;
  std::map<std::string, std::size_t> links;
  for (const servers::Seen& seen : server.seen()) {
    if (seen.status >= 400) ++result.refusals;
    if (seen.path.find("/resolve/") == std::string::npos) continue;
    result.most_links = std::max(result.most_links, ++links[seen.path]);
  }
  return result;
}

}  // namespace

void hub() {
  servers::RangeServer server;
  publishModels(server);
  // The storage speaks HTTP/2, and each of eight connections has so much.
  const servers::Nginx storage(servers::Nginx::Options{{}, server.storage(), 2});
  server.storageUrl(storage.tls());
  server.bandwidth(kStream * kConnections / kStreams);
  server.delay(kEndpoint, kStorage);
  const Variable certificates("CURL_CA_BUNDLE", storage.certificate());

  // Which files; the way to the index and the shards; the index beside the shards' beginnings; the
  // weights.
  const double chain = std::chrono::duration<double>(2 * kEndpoint + 2 * kStorage).count();
  const double bytes = 2.0 * static_cast<double>(kRead) / (kConnections * kStream);
  // Fresh memory from the system costs half a second here, which is no part of reading.
  Buffers buffers(2 * kRead / kMiB, std::vector<std::byte>(kMiB));
  std::vector<double> seconds;
  for (int round = 0; round < 3; ++round) {
    seconds.push_back(measured([&] { readBoth(server, storage, buffers); }).seconds);
  }
  std::printf("  128 MiB of two models in %.2f s; round trips %.2f s, bytes %.2f s\n",
              median(seconds), chain, bytes);
  target("time, of the round trips' and the bytes'", median(seconds) / (chain + bytes), false, 1.5);

  const Compared any = compare(server, false);
  const Compared bound = compare(server, true);
  std::printf("  compare: links for any range %.2f s, bound links %.2f s\n", any.seconds,
              bound.seconds);
  target("time with bound links, of the time without", bound.seconds / any.seconds, false, 1.3);
  target("refusals", static_cast<double>(bound.refusals), false, 0);
  target("links of one file", static_cast<double>(bound.most_links), false, 2);
}

}  // namespace kindred::bench
