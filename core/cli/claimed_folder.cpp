#include "cli/claimed_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "results/files.hpp"

namespace kindred::cli {

namespace fs = std::filesystem;

ClaimedFolder::ClaimedFolder(const fs::path& folder) {
  std::error_code ignored;
  for (fs::path missing = folder; !missing.empty() && !fs::exists(missing, ignored);
       missing = missing.parent_path()) {
    made_.push_back(missing);
  }
  results::prepareFolder(folder);
  // The folder itself is locked: a file in it would be replaced, or left behind.
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  anothers_ =
      descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

ClaimedFolder::~ClaimedFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
  std::error_code ignored;
  for (const fs::path& folder : made_) {
    if (!fs::remove(folder, ignored)) break;  // it holds something
  }
}

}  // namespace kindred::cli
