// kindred report: report.html and report.md again, from the results of an earlier run, or one of
// its pictures as a file.
#include <ostream>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "plugin/installation.hpp"
#include "report/picture.hpp"
#include "report/saved_run.hpp"
#include "report/svg.hpp"
#include "run/progress.hpp"
#include "yaml/words.hpp"

namespace kindred::cli {
namespace {

constexpr Option kOptions[] = {
    {"svg", "PICTURE",
     "write a picture of the page as DIR/PICTURE.svg instead (needs node); all: every one"},
    {"force", nullptr, "replace pictures that are not as they would be drawn"}};

void writePictures(const std::filesystem::path& folder, const std::string& name, bool force) {
  const auto pictures = report::picturesOf(results::reportOf(results::readTexts(folder)));
  std::vector<std::string> known;
  for (const report::Picture& picture : pictures) known.push_back(picture.id);
  std::size_t written = 0;
  for (const report::Picture& picture : pictures) {
    if (name != "all" && name != picture.id) continue;
    ++written;
    output() << report::writeSvg(picture, folder, plugin::sharedFiles() / "report", force).string()
             << '\n';
  }
  if (written > 0) return;
  throw inputError("--svg", fmt::format("'{}' is no picture of this report", name),
                   yaml::nearest(name, known, "it has none"));
}

int reportVerb(const Invocation& invocation) {
  const std::filesystem::path folder = invocation.positional.front();
  if (invocation.has("svg")) {
    writePictures(folder, invocation.value("svg"), invocation.has("force"));
    return kDone;
  }
  {
    run::Progress progress(true);
    progress.stage("Writing the page");
    report::writePages(results::readTexts(folder));
  }
  output() << (folder / "report.html").string() << '\n' << (folder / "report.md").string() << '\n';
  return kDone;
}

}  // namespace

const Command kReportCommand{
    "report", "DIR",     "Write report.html and report.md again from saved results", 1, 1,
    kOptions, reportVerb};

}  // namespace kindred::cli
