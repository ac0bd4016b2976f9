// A recipe with everything that it names, made ready for check, plan and run.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "plan/models.hpp"
#include "steps/plan.hpp"
#include "steps/tools.hpp"

namespace kindred::cli {

class Keeping;

// Not movable: its parts refer to each other.
class Workspace {
 public:
  // Reads the recipe, loads the plugins it uses and checks all parameters; opens no model.
  // Everything that is wrong is printed on standard error; good() is then false. Else says there
  // which plugins the recipe calls by an older name. The recipe may stand in a bundle, from which
  // it is then run. `keeping`, where it is given, keeps what is read and must outlive the
  // workspace.
  explicit Workspace(const Invocation& invocation, Keeping* keeping = nullptr);
  // The same for a recipe that was read or written already.
  Workspace(steps::Checked checked, const Invocation& invocation, Keeping* keeping = nullptr);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  bool good() const { return good_; }
  const steps::Recipe& recipe() const { return recipe_; }
  const std::vector<steps::ReadyStep>& tools() const { return tools_; }
  plan::Models& models() { return *models_; }
  // The recipe as it is kept beside results: the same run, said in other words.
  void rewrite(std::string text) { recipe_.text = std::move(text); }
  plugin::Registry& registry() { return registry_; }
  // The plugins that the recipe uses, each once.
  std::vector<const plugin::Plugin*> plugins();

 private:
  plugin::Registry registry_;
  models::ArchitectureRegistry architectures_;
  steps::Recipe recipe_;
  std::vector<steps::ReadyStep> tools_;
  std::unique_ptr<plan::Models> models_;
  bool good_ = false;
};

// Options that every command with a recipe takes.
inline constexpr Option kOffline{"offline", nullptr, "use what was fetched before, and no network"};
inline constexpr Option kCacheSize{"cache-size", "BYTES", "keep at most this much fetched data"};
inline constexpr Option kMaxBytes{"max-bytes", "BYTES", "refuse a plan that reads more of a model"};

inline constexpr Option kBeacon{
    "beacon", "VALUE",
    "a public random value, younger than both models: draws rows that tests read besides"};

// --beacon, empty where it is not given. One that cannot stand in a recipe is an Error.
std::string beaconOf(const Invocation& invocation);

// What the command line sets for every source.
plan::SourceOverrides sourceOverrides(const Invocation& invocation);

// Says on standard error which files of the opened models were left out, where index and shards
// disagree, and which models could not be opened.
void sayNotes(const plan::Models& models);
void sayNotes(const models::Checkpoint& checkpoint);

// Throws where the plan reads more of a model than --max-bytes allows.
void checkBudget(const Invocation& invocation, const steps::Plan& plan);

}  // namespace kindred::cli
