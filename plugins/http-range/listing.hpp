// Which files a model has: from the Hub's API, or from the index file of a plain server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::http {

// "org/name@revision" on a Hub; on a plain server a folder, or one *.safetensors file.
struct Address {
  std::string path;      // "org/name" or "folder/model"
  std::string revision;  // Hub only: "main" where none is given
  std::string file;      // plain server: the one file that is meant; else empty
};
// Throws input errors for what cannot be one, or would leave the endpoint.
Address parseHubAddress(const std::string& address);
Address parseFilesAddress(const std::string& address);

// Whether a revision is a full commit hash, which never comes to mean something else.
bool isCommit(std::string_view revision);

struct Listed {
  std::string name;
  std::optional<std::uint64_t> size;
  std::string content;  // SHA-256 of a large file, git hash of a small one; empty: not said
  std::string sha256;   // of a large file; empty: not said
};

struct Listing {
  std::string commit;
  std::vector<Listed> files;  // by name; those whose name would leave the model are left out
};

// The reply of /api/models/REPO/revision/REV?blobs=true. `place` is for errors.
Listing parseListing(std::string_view json, const std::string& place);
// A listing that parseListing() reads back.
std::string listingText(const Listing& listing);

// The shards that a model.safetensors.index.json names, each once, sorted.
std::vector<std::string> shardNames(std::string_view json, const std::string& place);

}  // namespace kindred::http
