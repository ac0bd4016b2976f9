// What the server answers before anything is spoilt: files, listings, and the Hub's detours.
#include <algorithm>
#include <cctype>
#include <ctime>
#include <iterator>

#include "servers/gzip.hpp"
#include "servers/range_server_state.hpp"

namespace kindred::servers {
namespace {

Reply status(int code, const std::string& text = {}) {
  Reply reply;
  reply.status = code;
  reply.text = text.empty() ? "status " + std::to_string(code) + "\n" : text;
  reply.headers["Content-Type"] = "text/plain";
  return reply;
}

// As the Hub refuses: what is meant stands in the header, and for people in the body.
Reply refusal(int code, const std::string& error_code, const std::string& message) {
  Reply reply = status(code, message);
  if (!error_code.empty()) reply.headers["X-Error-Code"] = error_code;
  reply.headers["X-Error-Message"] = message;
  reply.headers["X-Request-Id"] = "Root=1-stand-in";
  return reply;
}

std::string unquoted(std::string tag) {
  std::erase(tag, '"');
  return tag;
}

// Everything but letters, digits and "-._~".
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      constexpr char kDigits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

const Content* fileOf(const Model& model, const std::string& name) {
  const auto found = model.files.find(name);
  return found == model.files.end() ? nullptr : &found->second;
}

std::string cachedTarget(const Model& model, const std::string& name, const Content& content,
                         const std::string& asked) {
  return "/api/resolve-cache/models/" + model.repo + "/" + model.commit + "/" + name + "?" +
         encoded(asked) + "=&etag=%22" + unquoted(content.etag) + "%22";
}

std::string amazonDate(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

std::string taggedFor(HubHabits::Tags tags, const std::string& etag, std::size_t fleet) {
  switch (tags) {
    case HubHabits::Tags::strong:
      return etag;
    case HubHabits::Tags::by_fleet:
      return '"' + unquoted(etag) + "-" + std::to_string(fleet) + '"';
    case HubHabits::Tags::weak:
      return "W/" + etag;
    case HubHabits::Tags::none:
      break;
  }
  return {};
}

}  // namespace

std::int64_t RangeServer::State::clock() const { return std::time(nullptr) + clock_ahead; }

Reply RangeServer::State::route(const Question& question) {
  const std::lock_guard lock(mutex);
  if (question.fleet) return routeStorage(question);
  Reply reply = routeEndpoint(question);
  if (reply.status < 400) {
    reply.headers.emplace("RateLimit", "\"resolvers\";r=2999;t=172");
    reply.headers.emplace("X-HF-Warning", "unauthenticated; Warning: You are unauthenticated.");
  }
  if (reply.content && reply.content->sha256.empty()) compress(question, reply);
  return reply;
}

Reply RangeServer::State::routeEndpoint(const Question& question) {
  const std::string path = question.path();
  if (question.head && !habits.heads) return status(405);
  if (!token.empty() && question.authorization != "Bearer " + token) return status(401);
  if (known_tokens && question.authorization.starts_with("Bearer ") &&
      !known_tokens->contains(question.authorization.substr(7))) {
    return refusal(401, "", "Invalid credentials in Authorization header");
  }
  if (const auto found = plain.find(path); found != plain.end()) {
    Reply reply;
    reply.content = found->second;
    return reply;
  }
  if (path.starts_with("/api/resolve-cache/")) return cachedText(question);
  if (auto reply = limited()) return *reply;
  return routeModel(question);
}

std::optional<Reply> RangeServer::State::limited() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= window_end) {
    window_end = now + limit.window;
    left = limit.requests;
  }
  if (left-- > 0) return std::nullopt;
  left = 0;
  Reply reply = refusal(429, "", "We had to rate limit your IP.");
  const std::string wait =
      std::to_string(std::chrono::ceil<std::chrono::seconds>(window_end - now).count());
  if (limit.rate_limit) reply.headers["RateLimit"] = "\"resolvers\";r=0;t=" + wait;
  if (limit.retry_after) reply.headers["Retry-After"] = wait;
  return reply;
}

Reply RangeServer::State::routeStorage(const Question& question) const {
  const auto found = links.find(question.target);
  if (found == links.end()) return status(403, "Auth failed: SignatureError: no such link");
  const Link& link = found->second;
  if (link.epoch != link_epoch || clock() >= link.expires) {
    return status(403, "Auth failed: SignatureError: expired");
  }
  if (question.range.empty()) return status(400, "the object is too large to be sent whole");
  if (!link.range.empty() && link.range != question.range) {
    return status(403, "Auth failed: invalid range");
  }
  Reply reply;
  reply.content = link.content;
  reply.content->etag = taggedFor(habits.tags, link.content.etag, *question.fleet);
  return reply;
}

Reply RangeServer::State::routeModel(const Question& question) {
  const std::string path = question.path();
  for (const Model& model : models) {
    for (const std::string& revision : {model.revision, model.commit}) {
      if (path == "/api/models/" + model.repo + "/revision/" + revision) {
        Reply reply = describe(model);
        compress(question, reply);
        return reply;
      }
      if (path == "/api/models/" + model.repo + "/tree/" + revision && habits.tree_page > 0) {
        return treePage(question, model);
      }
      const std::string prefix = "/" + model.repo + "/resolve/" + revision + "/";
      if (path.starts_with(prefix)) {
        return resolve(question, model, revision, path.substr(prefix.size()));
      }
    }
  }
  return refusal(404, "RepoNotFound", "Repository not found");
}

// `"size": 5, "oid": "GIT", "lfs": {"oid": "SHA-256", ...}`, the names of both hashes being given.
std::string RangeServer::State::hashes(const Content& content, const char* sha256,
                                       const char* git) const {
  const std::string size = "\"size\":" + std::to_string(content.size);
  const auto field = [](const char* name, const std::string& value) {
    return ",\"" + std::string(name) + "\":\"" + value + "\"";
  };
  if (content.sha256.empty()) return size + field(git, unquoted(content.etag)) + ",\"lfs\":null";
  if (habits.hashes == HubHabits::Hashes::absent) return size;
  const bool blotted = habits.hashes == HubHabits::Hashes::blotted;
  const std::string hash = blotted ? std::string(64, '*') : content.sha256;
  // Git has a pointer in its place, and a hash of that.
  const std::string xet = blotted ? hash : unquoted(content.etag);
  return size + field(git, std::string(40, 'f')) + field("xetHash", xet) + ",\"lfs\":{" + size +
         field(sha256, hash) + ",\"pointerSize\":135}";
}

Reply RangeServer::State::describe(const Model& model) const {
  std::string json =
      "{\"id\":\"" + model.repo + "\",\"sha\":\"" + model.commit + "\",\"siblings\":[";
  for (const auto& [name, content] : model.files) {
    if (habits.tree_page > 0) break;
    if (json.back() == '}') json += ',';
    json += "{\"rfilename\":\"" + name + "\"";
    if (!names_only) json += "," + hashes(content, "sha256", "blobId");
    json += "}";
  }
  Reply reply;
  reply.headers["Content-Type"] = "application/json";
  reply.headers["ETag"] = "W/\"a27-listing\"";
  reply.text = json + "]}";
  return reply;
}

// The next page is named as the Hub names itself, whoever hands it on.
Reply RangeServer::State::treePage(const Question& question, const Model& model) const {
  const std::size_t cursor = question.query().find("cursor=");
  const std::size_t first =
      cursor == std::string::npos ? 0 : std::stoul(question.query().substr(cursor + 7));
  const std::size_t last = std::min(first + habits.tree_page, model.files.size());
  Reply reply;
  reply.text = "[";
  auto file = std::next(model.files.begin(), static_cast<std::ptrdiff_t>(first));
  for (std::size_t i = first; i < last; ++i, ++file) {
    reply.text += std::string(i == first ? "" : ",") + "{\"type\":\"file\",\"path\":\"" +
                  file->first + "\"," + hashes(file->second, "oid", "oid") + "}";
  }
  reply.text += "]";
  reply.headers["Content-Type"] = "application/json";
  if (last < model.files.size()) {
    reply.headers["Link"] = "<https://huggingface.co" + question.path() +
                            "?recursive=true&expand=false&cursor=" + std::to_string(last) +
                            ">; rel=\"next\"";
  }
  return reply;
}

Reply RangeServer::State::resolve(const Question& question, const Model& model,
                                  const std::string& revision, const std::string& name) {
  const Content* content = fileOf(model, name);
  if (content == nullptr) return refusal(404, "EntryNotFound", "Entry not found");
  Reply reply;
  reply.headers["X-Repo-Commit"] = model.commit;
  reply.headers["X-Linked-Size"] = std::to_string(content->size);
  if (content->sha256.empty()) {
    if (habits.cached_texts) {
      reply.status = 307;
      reply.headers["Location"] = cachedTarget(
          model, name, *content, "/" + model.repo + "/resolve/" + revision + "/" + name);
      reply.text = "Temporary Redirect.";
    } else {
      reply.content = *content;
    }
    return reply;
  }
  reply.status = 302;
  reply.headers["X-Linked-ETag"] = '"' + content->sha256 + '"';
  reply.headers["Location"] = linkFor(question, model, name, *content);
  reply.headers["X-Xet-Hash"] = unquoted(content->etag);
  reply.headers["Link"] =
      "<https://hub.example/api/models/x/xet-read-token/y>; rel=\"xet-auth\", "
      "<https://cas.example/v1/reconstructions/z>; rel=\"xet-reconstruction-info\"";
  reply.text = "Found. Redirecting to " + reply.headers["Location"];
  return reply;
}

// The second hop of a small file. Its query must be carried as it was given.
Reply RangeServer::State::cachedText(const Question& question) const {
  for (const Model& model : models) {
    const std::string prefix = "/api/resolve-cache/models/" + model.repo + "/" + model.commit + "/";
    if (!question.target.starts_with(prefix)) continue;
    const std::string name = question.path().substr(prefix.size());
    const Content* content = fileOf(model, name);
    if (content == nullptr) break;
    for (const std::string& revision : {model.revision, model.commit}) {
      const std::string asked = "/" + model.repo + "/resolve/" + revision + "/" + name;
      if (question.target != cachedTarget(model, name, *content, asked)) continue;
      Reply reply;
      reply.headers["X-Repo-Commit"] = model.commit;
      reply.content = *content;
      return reply;
    }
    return status(400, "the query is not the one that was given");
  }
  return refusal(404, "EntryNotFound", "Entry not found");
}

std::string RangeServer::State::linkFor(const Question& question, const Model& model,
                                        const std::string& name, const Content& content) {
  using Memory = HubHabits::Memory;
  const bool told = habits.memory == Memory::unless_told && question.cache_control == "no-cache";
  const bool another = habits.memory != Memory::by_path && !question.query().empty();
  if (habits.memory == Memory::none || told || another) {
    return newLink(question.range, model, name, content);
  }
  std::string& link = remembered[question.path()];
  if (link.empty()) link = newLink("bytes=0-15", model, name, content);
  return link;
}

std::string RangeServer::State::newLink(const std::string& range, const Model& model,
                                        const std::string& name, const Content& content) {
  const std::uint64_t number = redirects++;
  const std::size_t fleet = fleets[number % fleets.size()];
  Link link{content, clock() + link_lifetime.count(), link_epoch, {}};
  if (habits.bound_links) link.range = range;
  const std::string leaf = encoded(name);
  const std::string signature = "Policy=eyJ-" + std::to_string(number) +
                                "_~&Signature=" + std::to_string(link_epoch) +
                                "~s_-&Key-Pair-Id=secret";
  const std::string life =
      habits.amazon_links
          ? "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + amazonDate(clock()) +
                "&X-Amz-Expires=" + std::to_string(link_lifetime.count()) + "&X-Amz-Signature=abc"
          : "Expires=" + std::to_string(link.expires);
  // Decoded, sorted or written anew, it would be another one.
  const std::string target = "/store/" + model.repo + "/" + model.commit + "/" + name +
                             "?user_id=public&response-content-disposition=inline%3B+filename*%3D"
                             "UTF-8%27%27" +
                             leaf + "%3B+filename%3D%22" + leaf + "%22%3B&xip=127.0.0.1&" + life +
                             "&" + signature;
  links[target] = std::move(link);
  return fleet_urls[fleet] + target;
}

// Text without a range, where the client accepts it or a proxy does not ask.
void RangeServer::State::compress(const Question& question, Reply& reply) const {
  const bool accepted = question.accept_encoding.find("gzip") != std::string::npos;
  const bool wanted = habits.compression == HubHabits::Compression::always ||
                      (habits.compression == HubHabits::Compression::where_accepted && accepted);
  if (!wanted || !question.range.empty() || question.head || reply.status != 200) return;
  const std::string text =
      reply.content ? bytesOf(*reply.content, 0, reply.content->size) : reply.text;
  if (reply.content) reply.headers["ETag"] = "W/" + reply.content->etag;
  reply.content.reset();
  reply.headers["Content-Encoding"] = "gzip";
  reply.text = gzipped(text);
  reply.chunked = true;
}

Fault RangeServer::State::faultFor(const Question& question) {
  const std::lock_guard lock(mutex);
  Failing* failing = nullptr;
  if (const auto found = faults.find(question.path()); found != faults.end()) {
    failing = &found->second;
  } else if (auto& lane = lane_faults[question.fleet.value_or(kEndpointLane)]) {
    failing = &*lane;
  }
  if (failing == nullptr) return {};
  Fault& fault = failing->fault;
  if (fault.after > 0) {
    --fault.after;
    return {};
  }
  if (++failing->met % fault.every != 0) return {};
  const auto now = std::chrono::steady_clock::now();
  if (fault.lasting.count() > 0) {
    if (!failing->until) failing->until = now + fault.lasting;
    return now < *failing->until ? fault : Fault{};
  }
  if (fault.times == 0) return {};
  --fault.times;
  return fault;
}

bool RangeServer::State::waitForOthers(const std::string& path) {
  std::unique_lock lock(mutex);
  bool waits = false;
  for (auto& [part, asked] : together) {
    if (path.find(part) == std::string::npos) continue;
    waits = asked = true;
  }
  if (!waits) return true;
  stopped.notify_all();
  stopped.wait(lock, [this] {
    return stop || std::all_of(together.begin(), together.end(),
                               [](const auto& part) { return part.second; });
  });
  return !stop;
}

bool RangeServer::State::sleep(std::chrono::microseconds time) {
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, time, [this] { return stop; });
}

}  // namespace kindred::servers
