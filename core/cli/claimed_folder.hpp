// A folder into which one run alone writes while it is at work.
#pragma once

#include <filesystem>
#include <vector>

namespace kindred::cli {

class ClaimedFolder {
 public:
  // Makes it where it is not there; an Error where that can't be. Where a file system has no locks,
  // nobody else's claim is seen.
  explicit ClaimedFolder(const std::filesystem::path& folder);
  // What was made and holds nothing is removed.
  ~ClaimedFolder();
  ClaimedFolder(const ClaimedFolder&) = delete;
  ClaimedFolder& operator=(const ClaimedFolder&) = delete;

  // Whether another run had claimed it before.
  bool isAnothers() const { return anothers_; }

 private:
  std::vector<std::filesystem::path> made_;  // inner ones first
  int descriptor_ = -1;
  bool anothers_ = false;
};

}  // namespace kindred::cli
