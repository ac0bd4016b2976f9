// A web server that misbehaves on request. It answers byte ranges of files that it is given, plain
// or in the shape of a model Hub, and counts everything it is asked. Three ports: the endpoint, and
// the two fleets of storage that a Hub redirects to. Loopback only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "servers/content.hpp"

namespace kindred::servers {

struct Fault {
  enum class Kind {
    none,
    whole_file,        // 200 with all of it, whatever was asked
    short_body,        // ends the connection after half of the body
    short_range,       // a Content-Range right, a body and a Content-Length too short
    wrong_range,       // 206 with the bytes behind those asked for
    no_content_range,  // 206 that does not say which bytes
    multipart,         // multipart/byteranges
    compressed,        // says Content-Encoding: gzip
    empty_body,        // the right head, no body, and the connection closed
    hang_up,           // the connection closed without an answer
    reset,             // a TCP reset in the middle of the body
    stall,             // half of the body, then silence
    silence,           // no answer at all
    status,            // `status`, with `retry_after` where not empty, `headers` and `text`
    redirect_to,       // `status` (302 where 0) to `location`
    new_version,       // another ETag
    unmarked,          // no ETag
    other_size,        // a Content-Range with another total
    drip,              // the body ten bytes a second
    endless_header,    // one header line after another
  } kind = Kind::none;
  int status = 0;
  std::string retry_after = {};
  std::string location = {};
  int times = 1'000'000;  // how many requests it hits, then the server is well again
  int after = 0;          // how many requests it lets pass before
  int every = 1;          // it hits one of so many
  std::map<std::string, std::string> headers = {};
  std::string text = {};
  std::chrono::milliseconds lasting{0};  // from the first request on that it hits; 0: by `times`
};

// How a Hub answers, beyond what every web server does. The defaults are today's Hub.
struct HubHabits {
  bool bound_links = true;    // a link that was asked for with a Range serves that range alone
  bool cached_texts = true;   // small files come by a relative 307 whose query counts
  bool heads = true;          // false: HEAD is answered 405
  bool amazon_links = false;  // links in the form of 2025, which expire by X-Amz-Expires
  int requests_a_connection = 1'000'000;  // then the server closes it
  int most_connections = 1'000'000;       // of a storage; further ones are answered 503 and closed
  enum class Compression {
    never,
    where_accepted,
    always
  } compression = Compression::where_accepted;
  // How the storage marks a file: by the hash that the Hub gives it, by fleet, weakly, not at all.
  enum class Tags { strong, by_fleet, weak, none } tags = Tags::strong;
  // What the list of files says of large ones: their SHA-256, asterisks in its place, nothing.
  enum class Hashes { all, blotted, absent } hashes = Hashes::all;
  std::size_t tree_page = 0;  // files a page of the tree, the list being empty then; 0: no tree
  // A proxy before the endpoint that remembers redirects, and among them what a stranger got who
  // asked for the first 16 bytes: unless it is told not to, by the whole address, by the path.
  enum class Memory { none, unless_told, by_address, by_path } memory = Memory::none;
  std::chrono::seconds clock_ahead{0};  // of this machine's, in Date and in links
};

// A window of requests to the endpoint, then 429 until it ends.
struct HubLimit {
  int requests = 1'000'000;
  std::chrono::seconds window{300};
  bool rate_limit = true;    // RateLimit: "resolvers";r=0;t=N
  bool retry_after = false;  // Retry-After: N
};

struct Seen {
  std::string method;
  std::string path;  // without the query
  std::string range;
  std::string authorization;
  std::string if_match;
  std::string cache_control;
  std::string query;
  int status = 0;           // of the answer
  std::uint64_t bytes = 0;  // of its body, as announced
  int port = 0;
  std::uint64_t connection = 0;  // numbered from 1
};

class RangeServer {
 public:
  RangeServer();
  ~RangeServer();
  RangeServer(const RangeServer&) = delete;
  RangeServer& operator=(const RangeServer&) = delete;

  std::string endpoint() const;  // "http://127.0.0.1:PORT"
  std::string storage(std::size_t fleet = 0) const;
  int endpointPort() const;
  int storagePort(std::size_t fleet = 0) const;

  // At ENDPOINT/PATH ("/models/x/config.json").
  void serve(const std::string& path, Content content);
  // A model of the Hub: /api/models/REPO/revision/REV and /REPO/resolve/REV/FILE, REV being the
  // revision or the commit. Files with a sha256 are answered by a signed redirect to the storage.
  void publish(const std::string& repo, const std::string& revision, const std::string& commit,
               std::map<std::string, Content> files);
  // The listing then says no sizes and no hashes, as when a mirror is simpler than the Hub.
  void listNamesOnly(bool on);
  // Every request to the endpoint must carry this token; empty: none.
  void requireToken(const std::string& token);
  // All signed URLs given out so far answer 403 from now on.
  void expireLinks();
  // How long new links live.
  void linkLifetime(std::chrono::seconds lifetime);
  void habits(const HubHabits& habits);
  void limit(const HubLimit& limit);  // the first window begins now
  // A request with any other token is refused, as with one that is over; without one it is not.
  void knowTokens(std::set<std::string> tokens);
  // Where links point to, in turn: {0}, {0, 1}.
  void useFleets(std::vector<std::size_t> fleets);

  void fail(const std::string& path, Fault fault);  // path as in Seen; replaces an earlier fault
  void failFleet(std::size_t fleet, Fault fault);   // whatever is asked of it
  void failEndpoint(Fault fault);
  // Requests whose path has one of these in it are answered once each of these was asked for.
  void answerTogether(std::vector<std::string> path_parts);
  void delay(std::chrono::microseconds each);  // before every answer
  void delay(std::chrono::microseconds endpoint, std::chrono::microseconds storage);
  void answerInTurn(bool on);  // the storage, one request after the other, each with its delay
  void bandwidth(std::uint64_t bytes_per_second);  // of one connection; 0: unlimited
  // Reports another host in redirects (a proxy in front of the storage; nobody at all).
  void storageUrl(const std::string& url, std::size_t fleet = 0);

  std::vector<Seen> seen() const;
  std::size_t count(const std::string& path_part) const;  // requests whose path has this in it
  std::uint64_t bytesSent(const std::string& path_part) const;
  std::size_t connections(int port) const;  // that brought requests
  void forget();                            // starts counting anew

 private:
  struct State;
  class Connection;
  class Listener;
  std::shared_ptr<State> state_;
  std::unique_ptr<Listener> endpoint_, fleets_[2];
};

}  // namespace kindred::servers
