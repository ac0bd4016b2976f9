// What the server's connections share. Private to the server.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "servers/range_server.hpp"

namespace kindred::servers {

struct Model {
  std::string repo, revision, commit;
  std::map<std::string, Content> files;
};

struct Reply {
  int status = 200;
  std::map<std::string, std::string> headers;
  std::optional<Content> content;  // the file that is meant
  std::string text;                // else this
  bool chunked = false;            // the text, without a Content-Length
};

// What is asked, by whom, of whom.
struct Question {
  std::string target;
  std::string authorization;
  std::string range;
  std::string accept_encoding;
  std::string cache_control;
  std::optional<std::size_t> fleet;  // empty: the endpoint
  bool head = false;

  std::string path() const { return target.substr(0, target.find('?')); }
  std::string query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? "" : target.substr(mark + 1);
  }
};

// A link that was given out. It serves its target byte for byte.
struct Link {
  Content content;
  std::int64_t expires = 0;  // by the server's clock
  std::uint64_t epoch = 0;
  std::string range;  // empty: any
};

inline constexpr std::size_t kEndpointLane = 2;  // in State::lane_faults, behind the fleets

struct RangeServer::State {
  mutable std::mutex mutex;
  std::condition_variable stopped;
  bool stop = false;
  std::map<std::string, Content> plain;
  std::vector<Model> models;
  struct Failing {
    Fault fault;
    std::optional<std::chrono::steady_clock::time_point> until;
    int met = 0;  // requests that it let pass or hit
  };
  std::map<std::string, Failing> faults;
  std::optional<Failing> lane_faults[3];
  std::vector<Seen> seen;
  std::string token;
  std::optional<std::set<std::string>> known_tokens;
  std::string fleet_urls[2];
  std::vector<std::size_t> fleets{0};
  std::map<std::string, Link> links;              // by target
  std::map<std::string, std::string> remembered;  // links, by what was asked for
  std::uint64_t redirects = 0;
  HubHabits habits;
  HubLimit limit;
  int left = 1'000'000;
  std::chrono::steady_clock::time_point window_end{};
  bool names_only = false;
  std::uint64_t link_epoch = 1;
  std::chrono::seconds link_lifetime{3600};
  std::map<std::string, bool> together;  // path parts, and whether they were asked for
  std::atomic<std::int64_t> endpoint_delay_us = 0, storage_delay_us = 0;
  std::atomic<bool> in_turn = false;
  std::mutex turn;
  std::atomic<std::int64_t> clock_ahead = 0;  // seconds
  std::atomic<int> requests_a_connection = 1'000'000, most_connections = 1'000'000;
  std::atomic<int> open_at_storage = 0;
  std::atomic<std::uint64_t> bandwidth = 0;
  std::atomic<std::uint64_t> connections = 0;

  // Which file or document is meant, before faults.
  Reply route(const Question& question);
  // The fault that hits this request, counted down.
  Fault faultFor(const Question& question);
  // False: the server stops meanwhile.
  bool waitForOthers(const std::string& path);
  bool sleep(std::chrono::microseconds time);
  std::int64_t clock() const;  // the server's, in seconds since 1970

 private:
  Reply routeEndpoint(const Question& question);
  Reply routeStorage(const Question& question) const;
  Reply routeModel(const Question& question);
  std::optional<Reply> limited();
  Reply describe(const Model& model) const;
  Reply treePage(const Question& question, const Model& model) const;
  std::string hashes(const Content& content, const char* sha256, const char* git) const;
  Reply resolve(const Question& question, const Model& model, const std::string& revision,
                const std::string& name);
  Reply cachedText(const Question& question) const;
  std::string linkFor(const Question& question, const Model& model, const std::string& name,
                      const Content& content);
  std::string newLink(const std::string& range, const Model& model, const std::string& name,
                      const Content& content);
  void compress(const Question& question, Reply& reply) const;
};

}  // namespace kindred::servers
