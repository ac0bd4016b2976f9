#include "cli/verify_pictures.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "plugin/installation.hpp"
#include "report/picture.hpp"
#include "report/svg.hpp"
#include "results/files.hpp"

namespace kindred::cli {
namespace {

namespace fs = std::filesystem;

// A folder that is gone at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "kindred-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw inputError(fs::temp_directory_path().string(), "no folder can be made in it",
                       "set TMPDIR to a folder that can be written");
    }
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Of two texts what stands around the first byte that differs.
results::Difference differenceIn(const std::string& file, const std::string& saved,
                                 const std::string& now) {
  constexpr std::size_t kLead = 40, kShown = 120;
  const auto [end, ignored] = std::mismatch(saved.begin(), saved.end(), now.begin(), now.end());
  const auto at = static_cast<std::size_t>(end - saved.begin());
  const auto around = [&](const std::string& text) {
    return text.substr(std::min(at - std::min(at, kLead), text.size()), kShown);
  };
  return {fmt::format("{} byte {}", file, at + 1), around(saved), around(now)};
}

}  // namespace

CheckedPictures checkPictures(const report::SavedRun& saved) {
  CheckedPictures checked;
  const ScratchFolder scratch;
  for (const report::Picture& picture : report::picturesOf(saved.report)) {
    const std::string name = picture.id + ".svg";
    const fs::path file = saved.texts.folder / name;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) continue;
    try {
      const fs::path drawn =
          report::writeSvg(picture, scratch.path(), plugin::sharedFiles() / "report", true);
      const std::string then = results::readWhole(file), now = results::readWhole(drawn);
      checked.files.push_back(name);
      if (then != now) checked.differences.push_back(differenceIn(name, then, now));
    } catch (const Error& error) {
      if (error.category() != Category::input) throw;
      checked.unchecked = error.message();
      return checked;
    }
  }
  return checked;
}

}  // namespace kindred::cli
