// Which files a model has: from the Hub's API, or from the index file of a plain server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::http {

// On a plain server: a folder, or one file of weights.
struct FilesAddress {
  std::string path;  // "folder/model"
  std::string file;  // the one file that is meant; else empty
};
// Throws an input error for what would leave the endpoint.
FilesAddress parseFilesAddress(const std::string& address);

// Whether a revision is a full commit hash, which never comes to mean something else.
bool isCommit(std::string_view revision);

struct Listed {
  std::string name;
  std::optional<std::uint64_t> size;
  std::string content;  // SHA-256 of a large file, git hash of a small one; empty: not said
  std::string sha256;   // of a large file; empty: not said
};

struct Listing {
  std::string id;             // what the model is called now; empty: not said
  std::string commit;         // empty: the server has none
  std::vector<Listed> files;  // by name; those whose name would leave the model are left out
  bool whole = true;          // false: the server may have left files out
};

// The reply of /api/models/REPO/revision/REV?blobs=true. `place` is for errors.
Listing parseListing(std::string_view json, const std::string& place);
// A page of /api/models/REPO/tree/REV?recursive=true.
std::vector<Listed> parseTree(std::string_view json, const std::string& place);
// The reply of ModelScope's /api/v1/models/REPO/repo/files.
Listing parseModelScope(std::string_view json, const std::string& place);
// Sorts by name; a name that is there twice is an error.
void sortByName(std::vector<Listed>& files, const std::string& place);
// A listing that parseListing() reads back.
std::string listingText(const Listing& listing);

// The shards that a model.safetensors.index.json names, each once, sorted.
std::vector<std::string> shardNames(std::string_view json, const std::string& place);

}  // namespace kindred::http
