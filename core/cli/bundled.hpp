// Bundles on the command line: what a run read, kept (--bundle FILE), and run again (run FILE).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <kindred/bundle/reader.hpp>

#include "cli/command.hpp"
#include "plan/models.hpp"
#include "recording/recorder.hpp"
#include "results/report.hpp"
#include "steps/recipe.hpp"

namespace kindred::cli {

inline constexpr Option kBundle{
    "bundle", "FILE", "keep what is read of the models, so that anybody can run it again"};

// A recipe's text as it is read from a bundle: no folder, address or setting of this machine is
// left of its sources. `name` stands for it in messages.
std::string bundledText(const std::string& recipe, const std::string& name);

// The recipe in a bundle, to be read from the bundle.
steps::Checked loadBundled(const std::string& file, const std::vector<std::string>& settings);

// Gives the sources of a recipe that stands in a bundle the bundle to read from. One that would
// read from elsewhere is a diagnostic.
void readFromBundle(steps::Recipe& recipe, std::vector<recipe::Diagnostic>& diagnostics);

// Keeps what a run reads, where --bundle asks for it.
class Keeping {
 public:
  // A bundle that is there is an Error without --force.
  explicit Keeping(const Invocation& invocation);

  bool asked() const { return recorder_.has_value(); }
  // What the sources of this recipe are to be seen through.
  plan::AroundSource around(const steps::Recipe& recipe);
  // Writes the bundle of a run that came to its end and says on standard output where it is. Of one
  // that did not, says on standard error that there is none.
  void finish(const steps::Recipe& recipe, const results::Report& made, bool silent);

 private:
  std::optional<recording::Recorder> recorder_;
  std::unique_ptr<bundle::Bundle> from_;  // that the run itself reads from
};

}  // namespace kindred::cli
