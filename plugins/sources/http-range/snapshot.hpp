// The local cache of the Hub's own tools: models--org--name/ with refs/BRANCH, which say at which
// commit a branch was, snapshots/COMMIT/ with links, and blobs/ with what these lead to.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <kindred/source.hpp>

#include "listing.hpp"

namespace kindred::http {

// What the cache has of a model at one commit: perhaps not all of its files.
class Snapshot {
 public:
  // Of the commit that the revision means there; empty: the cache does not know it.
  static std::optional<Snapshot> find(const std::filesystem::path& cache, const std::string& model,
                                      const std::string& revision);

  // The files that are there.
  Listing listing() const;
  // A file that lies there whole: of the size and with the hash that `listed` says, where it says
  // them. Null: it does not.
  std::shared_ptr<File> open(const Listed& listed) const;

 private:
  std::filesystem::path folder_;
  std::string commit_;
};

}  // namespace kindred::http
