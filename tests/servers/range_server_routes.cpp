#include <ctime>

#include "servers/range_server_state.hpp"

namespace kindred::servers {
namespace {

Reply status(int code) {
  Reply reply;
  reply.status = code;
  reply.text = "status " + std::to_string(code) + "\n";
  return reply;
}

std::string unquoted(std::string tag) {
  std::erase(tag, '"');
  return tag;
}

}  // namespace

Reply RangeServer::State::route(std::string_view target, const std::string& authorization,
                                bool storage) const {
  const std::lock_guard lock(mutex);
  const std::size_t question = target.find('?');
  const std::string path(target.substr(0, question));
  const std::string query(question == std::string_view::npos ? "" : target.substr(question + 1));
  if (storage) return routeStorage(path, query);
  if (!token.empty() && authorization != "Bearer " + token) return status(401);
  if (const auto found = plain.find(path); found != plain.end()) {
    Reply reply;
    reply.content = found->second;
    return reply;
  }
  return routeModel(path);
}

Reply RangeServer::State::routeStorage(const std::string& path, const std::string& query) const {
  if (query.find("Signature=" + std::to_string(link_epoch)) == std::string::npos)
    return status(403);
  for (const Model& model : models) {
    const std::string prefix = "/store/" + model.repo + "/" + model.commit + "/";
    if (!path.starts_with(prefix)) continue;
    const auto found = model.files.find(path.substr(prefix.size()));
    if (found == model.files.end()) break;
    Reply reply;
    reply.content = found->second;
    return reply;
  }
  return status(404);
}

Reply RangeServer::State::routeModel(const std::string& path) const {
  for (const Model& model : models) {
    for (const std::string& revision : {model.revision, model.commit}) {
      if (path == "/api/models/" + model.repo + "/revision/" + revision) return describe(model);
      const std::string prefix = "/" + model.repo + "/resolve/" + revision + "/";
      if (path.starts_with(prefix)) return resolve(model, path.substr(prefix.size()));
    }
  }
  return status(404);
}

Reply RangeServer::State::describe(const Model& model) const {
  std::string json =
      "{\"id\":\"" + model.repo + "\",\"sha\":\"" + model.commit + "\",\"siblings\":[";
  for (const auto& [name, content] : model.files) {
    if (json.back() == '}') json += ',';
    json += "{\"rfilename\":\"" + name + "\"";
    if (!names_only) {
      json += ",\"size\":" + std::to_string(content.size) + ",\"blobId\":\"" +
              unquoted(content.etag) + "\"";
      if (!content.sha256.empty()) {
        json += ",\"lfs\":{\"sha256\":\"" + content.sha256 +
                "\",\"size\":" + std::to_string(content.size) + ",\"pointerSize\":135}";
      }
    }
    json += "}";
  }
  Reply reply;
  reply.headers["Content-Type"] = "application/json";
  reply.text = json + "]}";
  return reply;
}

Reply RangeServer::State::resolve(const Model& model, const std::string& name) const {
  const auto found = model.files.find(name);
  if (found == model.files.end()) return status(404);
  const Content& content = found->second;
  Reply reply;
  reply.headers["X-Repo-Commit"] = model.commit;
  if (content.sha256.empty()) {
    reply.content = content;
    return reply;
  }
  reply.status = 302;
  reply.headers["X-Linked-ETag"] = '"' + content.sha256 + '"';
  reply.headers["X-Linked-Size"] = std::to_string(content.size);
  reply.headers["Location"] =
      storage_url + "/store/" + model.repo + "/" + model.commit + "/" + name +
      "?Expires=" + std::to_string(std::time(nullptr) + link_lifetime.count()) +
      "&Signature=" + std::to_string(link_epoch) + "&Key-Pair-Id=secret";
  return reply;
}

Fault RangeServer::State::faultFor(const std::string& path) {
  const std::lock_guard lock(mutex);
  const auto found = faults.find(path);
  if (found == faults.end()) return {};
  Fault& fault = found->second;
  if (fault.after > 0) {
    --fault.after;
    return {};
  }
  if (fault.times == 0) return {};
  --fault.times;
  return fault;
}

bool RangeServer::State::sleep(std::chrono::microseconds time) {
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, time, [this] { return stop; });
}

}  // namespace kindred::servers
