// What the server's connections share. Private to the server.
#pragma once

#include <atomic>
#include <condition_variable>
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
};

struct RangeServer::State {
  mutable std::mutex mutex;
  std::condition_variable stopped;
  bool stop = false;
  std::map<std::string, Content> plain;
  std::vector<Model> models;
  std::map<std::string, Fault> faults;
  std::map<std::string, int> passed;
  std::vector<Seen> seen;
  std::string token;
  std::string storage_url;
  bool names_only = false;
  std::uint64_t link_epoch = 1;
  std::chrono::seconds link_lifetime{3600};
  std::atomic<std::int64_t> delay_us = 0;
  std::atomic<std::uint64_t> bandwidth = 0;
  std::atomic<std::uint64_t> connections = 0;

  // Which file or document a target means, before faults. `storage`: which port was asked.
  Reply route(std::string_view target, const std::string& authorization, bool storage) const;
  // The fault that hits this request, counted down.
  Fault faultFor(const std::string& path);
  // False: the server stops meanwhile.
  bool sleep(std::chrono::microseconds time);

 private:
  Reply routeStorage(const std::string& path, const std::string& query) const;
  Reply routeModel(const std::string& path) const;
  Reply describe(const Model& model) const;
  Reply resolve(const Model& model, const std::string& name) const;
};

}  // namespace kindred::servers
