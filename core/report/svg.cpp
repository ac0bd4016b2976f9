#include "report/svg.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include <kindred/error.hpp>

#include "results/files.hpp"
#include "results/read.hpp"

namespace kindred::report {
namespace {

namespace fs = std::filesystem;

// A file that is gone at the end, whatever happens.
struct Scratch {
  fs::path path;
  ~Scratch() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

// How a program of the PATH ended; nothing where there is none of that name.
std::optional<int> run(std::vector<std::string> command) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, words[0], nullptr, nullptr, words.data(), environ) != 0) {
    return std::nullopt;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

fs::path writeSvg(const Picture& picture, const fs::path& folder, const fs::path& assets,
                  bool force) {
  if (std::error_code ignored; !fs::exists(assets / "charts.js", ignored)) {
    throw inputError("--svg", "this program was built without what draws pictures",
                     "build it with KINDRED_CHARTS on");
  }
  const fs::path file = folder / (picture.id + ".svg");
  const Scratch spec{file.string() + ".json"}, drawn{file.string() + ".part"};
  results::writeAtomically(spec.path, picture.spec.dump());
  std::optional<int> ended;
  for (const char* node : {"node", "nodejs"}) {
    if (!ended) {
      ended = run({node, (assets / "svg.mjs").string(), assets.string(), spec.path.string(),
                   drawn.path.string()});
    }
  }
  if (!ended) {
    throw inputError("--svg", "node draws pictures, and there is none",
                     "install nodejs, or save pictures from report.html");
  }
  if (*ended != 0 || !fs::exists(drawn.path)) {
    throw Error(Category::internal, file.string(), "the picture could not be drawn");
  }
  std::error_code ignored;
  if (!force && fs::exists(fs::symlink_status(file, ignored)) &&
      results::readWhole(file) != results::readWhole(drawn.path)) {
    throw inputError(file.string(), "exists, and is not the picture that this would be",
                     "replace it with --force");
  }
  fs::rename(drawn.path, file);
  return file;
}

}  // namespace kindred::report
