// Files of this machine: folders, single files, and the Hub's local cache.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <kindred/source.hpp>

#include "local_file.hpp"

namespace {

namespace fs = std::filesystem;
using kindred::inputError;
using kindred::local::LocalFile;
using kindred::local::ReadBy;

ReadBy readBy(const std::string& choice) {
  if (choice == "map") return ReadBy::map;
  return choice == "pread" ? ReadBy::pread : ReadBy::automatic;
}

[[noreturn]] void refuseLeaving(const std::string& name, const std::string& from) {
  throw inputError(name, "leaves " + from, "name something below it");
}

// `base` with `name` below it, judged by the names alone: symbolic links are the disk owner's own
// and are followed, but a name out of a recipe or an index cannot climb.
fs::path below(const fs::path& base, const std::string& name) {
  if (name.find('\0') != std::string::npos) {
    throw inputError(base.string(), "a name below it contains a zero byte");
  }
  fs::path relative = fs::path(name).lexically_normal();
  if (relative.is_absolute()) {
    relative = relative.lexically_relative(fs::absolute(base).lexically_normal());
    if (relative.empty()) refuseLeaving(name, base.string());
  }
  if (!relative.empty() && *relative.begin() == "..") refuseLeaving(name, base.string());
  if (relative.empty() || relative == ".") return base;
  if (!relative.has_filename()) relative = relative.parent_path();  // "models/x/"
  return base == "." ? relative : base / relative;
}

fs::file_status statusOf(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw inputError(path.string(), "there is no such file or folder",
                     "a relative address starts at the source's root");
  }
  if (status.type() == fs::file_type::none) {
    throw inputError(path.string(), "cannot look at it: " + error.message());
  }
  return status;
}

std::vector<std::string> namesIn(const fs::path& folder, bool (*wanted)(const fs::file_status&)) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code unreadable;
    if (wanted(entry->status(unreadable))) names.push_back(entry->path().filename().string());
  }
  if (error) {
    throw inputError(folder.string(), "cannot list the folder: " + error.message(),
                     "check who may read it");
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool isFolder(const fs::file_status& status) { return fs::is_directory(status); }
// Pipes and devices count, links that lead nowhere and those that can't be followed: whoever opens
// one is told.
bool isFile(const fs::file_status& status) { return !fs::is_directory(status); }

// Whether a folder has a file's name: it is then listed as one, and whoever opens it is told.
bool isNamedAsFile(const std::string& folder, bool empty) {
  const bool has_ending = folder.find('.', 1) != std::string::npos;
  return folder.ends_with(".json") || (empty && has_ending && !folder.starts_with('.'));
}

// An index is nothing without the files that it names.
bool isIndex(const std::string& name) {
  return name.find(".index.") != std::string::npos && name.ends_with(".json");
}

// The files of a folder and of the folders in it, but hidden and unreadable ones: a model's own,
// and those of its components or checkpoints.
std::vector<std::string> filesIn(const fs::path& folder) {
  std::vector<std::string> names = namesIn(folder, isFile);
  for (const std::string& inner : namesIn(folder, isFolder)) {
    std::error_code unreadable;
    fs::directory_iterator look(folder / inner, unreadable);
    if (inner.starts_with('.') || unreadable) continue;
    const std::vector<std::string> in_it = namesIn(folder / inner, isFile);
    for (const std::string& name : in_it) names.push_back(inner + "/" + name);
    if (isNamedAsFile(inner, in_it.empty())) names.push_back(inner);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// In the Hub's cache a model's folder holds snapshots/REVISION/, whose files link into blobs/, and
// refs/BRANCH, which say which revision a branch was at. Returns the snapshot meant.
fs::path snapshotIn(const fs::path& model) {
  const std::vector<std::string> revisions = namesIn(model / "snapshots", isFolder);
  std::string main;
  std::ifstream(model / "refs" / "main") >> main;
  if (std::find(revisions.begin(), revisions.end(), main) != revisions.end()) {
    return model / "snapshots" / main;
  }
  if (revisions.size() == 1) return model / "snapshots" / revisions.front();
  std::string all;
  for (const std::string& revision : revisions) all += (all.empty() ? "" : ", ") + revision;
  throw inputError(model.string(),
                   revisions.empty() ? "the cache holds no snapshot of this model"
                                     : "the cache holds several snapshots and no refs/main",
                   revisions.empty() ? "download it" : "name one: snapshots/ has " + all);
}

class LocalLocation final : public kindred::Location {
 public:
  LocalLocation(fs::path path, const std::string& address, ReadBy read_by)
      : path_(std::move(path)), read_by_(read_by) {
    is_folder_ = isFolder(statusOf(path_));
    std::error_code unreadable;  // told by whoever lists the folder
    if (is_folder_ && fs::is_directory(path_ / "snapshots", unreadable)) {
      path_ = snapshotIn(path_);
      pinned_ = (fs::path(address) / "snapshots" / path_.filename()).string();
    }
    const fs::path folder = is_folder_ ? path_ : path_.parent_path();
    if (folder.parent_path().filename() == "snapshots") revision_ = folder.filename().string();
  }

  // Of one file: it, and what belongs to its model. Of an index: its folder's files.
  std::vector<std::string> list() override {
    if (is_folder_) return filesIn(path_);
    if (isIndex(path_.filename().string())) return filesIn(path_.parent_path());
    std::vector<std::string> names = {path_.filename().string()};
    for (const char* name : {"config.json", "tokenizer.json"}) {
      std::error_code ignored;
      if (name == path_.filename()) continue;
      if (fs::exists(fs::symlink_status(path_.parent_path() / name, ignored))) {
        names.emplace_back(name);
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::shared_ptr<kindred::File> open(const std::string& name) override {
    if (!is_folder_) {
      const std::vector<std::string> names = list();
      if (!std::binary_search(names.begin(), names.end(), name)) {
        throw inputError(path_.string(), "is one file, not a folder");
      }
      return std::make_shared<LocalFile>(path_.parent_path() / name, read_by_);
    }
    return std::make_shared<LocalFile>(below(path_, name), read_by_);
  }

  std::string chosen() const override { return is_folder_ ? "" : path_.filename().string(); }
  std::string addressOf(const std::string& below) const override {
    return ((is_folder_ ? path_ : path_.parent_path()) / below).string();
  }
  std::string revision() const override { return revision_; }
  std::string pinned() const override { return pinned_; }

 private:
  fs::path path_;
  ReadBy read_by_;
  bool is_folder_ = false;
  std::string revision_;
  std::string pinned_;  // of a model in the Hub's cache: its snapshot
};

class LocalMmap final : public kindred::Source {
 public:
  explicit LocalMmap(const kindred::Parameters& p)
      : root_(p.text("root")), read_by_(readBy(p.text("read"))) {
    if (root_.empty()) root_ = ".";
  }

  std::unique_ptr<kindred::Location> open(const std::string& address) override {
    const std::string here = withoutRevision(address);
    return std::make_unique<LocalLocation>(below(root_, here), here, read_by_);
  }

 private:
  // org/name@revision:file of the Hub is org/name/file here, unless a path is called as it is
  // written: so a recipe moves by its source alone. Which revision a folder holds nobody can say.
  std::string withoutRevision(const std::string& address) const {
    std::error_code ignored;
    const std::size_t at = address.find('@');
    if (at == std::string::npos || fs::exists(below(root_, address), ignored)) return address;
    const std::size_t colon = address.find(':', at);
    std::string here = address.substr(0, at);
    if (colon != std::string::npos) here += "/" + address.substr(colon + 1);
    return fs::exists(below(root_, here), ignored) ? here : address;
  }

  fs::path root_;
  ReadBy read_by_;
};

}  // namespace

KINDRED_SOURCE(LocalMmap, "local-mmap", "1.0", "Files and folders of this machine",
               kindred::text("root", ".", "folder under which all addresses lie"),
               kindred::choice("read", "auto|map|pread", "auto",
                               "how bytes are fetched: mapped, by system calls, or by length; "
                               "the bytes are the same"))
