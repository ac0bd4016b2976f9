// The plugin's parameters as checked values, completed from the environment.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include <kindred/addresses/remote_address.hpp>
#include <kindred/parameters.hpp>

#include "ranges.hpp"
#include "retry.hpp"
#include "url.hpp"

namespace kindred::http {

using addresses::Layout;

struct Settings {
  std::string endpoint;  // without a '/' at the end
  Layout layout = Layout::hub;
  std::string token;           // empty: none, or not to be sent to this endpoint. Never printed.
  std::string token_withheld;  // why a token that is there is not sent; empty otherwise
  std::filesystem::path cache;
  std::uint64_t cache_bytes = 0;  // 0: no cache
  std::uint64_t gap = kDefaultGap;
  unsigned connections = 8;  // to one server; more are throttled
  unsigned streams = 64;     // requests in flight over all of them, with HTTP/2
  bool http2 = true;
  bool offline = false;
  std::string offline_remedy;       // what to do about it; empty: it is not set
  std::filesystem::path hub_cache;  // of the Hub's own tools; empty: not of this endpoint's models
  std::string ca_file;              // empty: the system's
  std::string ca_folder;            // of hashed certificates, besides; empty: none
  RetryPolicy retry;
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds stall{30};  // without a byte: the transfer is given up
};

// Throws input errors that name the parameter or the environment variable.
Settings settingsFrom(const Parameters& parameters);

// "20GB", "64 MiB", "4096": decimal units by 1000, binary ones by 1024. `name` is for the error.
std::uint64_t parseBytes(const std::string& text, const std::string& name);

}  // namespace kindred::http
