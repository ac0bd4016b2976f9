// Runs that can be gone on with: what is finished is kept in the folder of results until the run
// has ended (run/journal.hpp), and --resume DIR goes on from it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/command.hpp"
#include "plan/models.hpp"
#include "plugin/plugin.hpp"
#include "run/guests.hpp"
#include "run/journal.hpp"
#include "run/units.hpp"

namespace kindred::cli {

inline constexpr Option kTrust{"trust", nullptr,
                               "run plugins that did not come with the program in this process"};
inline constexpr Option kPluginTime{"plugin-time", "SECONDS",
                                    "end such a plugin where a step has no result (default: 600)"};
inline constexpr Option kResume{"resume", "DIR",
                                "go on with the run that left its journal in this folder"};

// The facts that any run's results depend on: the program, the plugins by what their files hold,
// the models by the identity of theirs.
run::Facts commonFacts(const std::vector<const plugin::Plugin*>& plugins,
                       const plan::Models& models);

class Resumable {
 public:
  // Of a command whose results go to `out`, which --resume names where it is given.
  Resumable(const Invocation& invocation, std::filesystem::path out);

  // Who does the work: the journal in `out`, begun or gone on with, and the ranks. Not before the
  // folder is there. An Error where --resume names no such run's folder.
  // `plugins`: those that the run uses.
  run::Crew crew(const run::Facts& facts, const std::vector<const plugin::Plugin*>& plugins = {});
  // What is said at Ctrl-C (run/interrupt.hpp): what is kept, and the command that goes on.
  std::string said() const;

  // Of a run that came to its end, with everything that it writes: the journal goes.
  void finish();
  // Of one that failed: says on standard error what goes on with it, where anything was kept; a
  // journal that it began and in which nothing is goes.
  void leave();

 private:
  std::string command() const;

  const Invocation& invocation_;
  std::filesystem::path out_;
  std::optional<run::Journal> journal_;
  std::optional<run::Guests> guests_;
};

// Runs work whose results go to a folder. What it throws passes by, once it is said how to go on.
template <class Work>
auto resumably(Resumable& resumable, Work&& work) {
  try {
    return work();
  } catch (...) {
    resumable.leave();
    throw;
  }
}

}  // namespace kindred::cli
