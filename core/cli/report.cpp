// kindred report: report.html and report.md again, from the results of an earlier run.
#include <ostream>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "report/saved_run.hpp"

namespace kindred::cli {
namespace {

int reportVerb(const Invocation& invocation) {
  const std::filesystem::path folder = invocation.positional.front();
  report::writePages(results::readTexts(folder));
  output() << (folder / "report.html").string() << '\n' << (folder / "report.md").string() << '\n';
  return kDone;
}

}  // namespace

const Command kReportCommand{
    "report", "DIR",     "Write report.html and report.md again from saved results", 1, 1,
    {},       reportVerb};

}  // namespace kindred::cli
