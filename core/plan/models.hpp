// The sources and models of a recipe, opened when first needed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <kindred/source.hpp>

#include "formats/formats.hpp"
#include "models/architecture.hpp"
#include "models/checkpoint.hpp"
#include "plugin/registry.hpp"
#include "recipe/values.hpp"

namespace kindred::plan {

// Where a model's files are; none of them is read yet.
struct Repository {
  std::string key;
  std::string address;  // "hub:org/name@COMMIT": pinned to what was opened, where its source can
  recipe::ModelRole role = recipe::ModelRole::subject;
  std::string date = {};  // as the recipe says
  Source* source = nullptr;
  std::shared_ptr<Location> location;
  // Of an adapter that is applied to it; null: none is.
  Source* adapter_source = nullptr;
  std::shared_ptr<Location> adapter = {};
};

struct Model : Repository {
  models::Checkpoint checkpoint;
  std::shared_ptr<Source> joined = {};  // what `source` is, where files come from two
  std::shared_ptr<const models::Architecture> architecture;  // null: unknown family
  // Of a composite its parts with a residual stream of their own (models/components.hpp), over the
  // same files; empty: it has but one.
  std::vector<std::unique_ptr<Model>> components = {};
  const Model* whole = nullptr;  // of a component: what it is a part of

  // The key under which results name what is read of its files.
  const std::string& filesKey() const { return whole == nullptr ? key : whole->key; }
};

// Components of two models that may be counterparts: those of one kind.
struct ComponentPair {
  models::Component kind = models::Component::language_model;
  const Model* a = nullptr;
  const Model* b = nullptr;
  bool own = false;  // what both models are by themselves: tests of the models are theirs
};
// Empty where neither model is a composite.
std::vector<ComponentPair> componentPairs(const Model& a, const Model& b);

// Parameters that the command line sets for every source that declares them ("offline", "true").
using SourceOverrides = std::map<std::string, std::string>;
// What a source is seen through: the one place where all that is read of models comes by.
using AroundSource =
    std::function<std::unique_ptr<Source>(const recipe::SourceSpec&, std::unique_ptr<Source>)>;

// "model 'a' could not be opened: ..."
std::string unopenedText(const std::string& key, const std::string& why);

class Models {
 public:
  // Creates the sources (no file is opened yet). Parameters that do not fit a plugin's declaration
  // are added to `diagnostics`, and the source is then missing.
  Models(const recipe::Given& given, plugin::Registry& registry,
         const models::ArchitectureRegistry& architectures, const SourceOverrides& overrides,
         std::vector<recipe::Diagnostic>& diagnostics, const AroundSource& around = {});

  // Asks for all remote repositories at once, so that their servers' answers are waited for
  // together. Throws the first error in the recipe's order; what is wrong with an optional model is
  // kept, and the model must not be asked for.
  void openRepositories();
  // The same with the headers of those models among `keys` that are remote or optional.
  void openTogether(const std::set<std::string>& keys);
  // Is told of each model whose headers were read from here on. [any-thread]
  void watch(std::function<void()> on_opened) { on_opened_ = std::move(on_opened); }
  // Of optional models that could not be opened: why, without the model's name, safe to show.
  const std::map<std::string, std::string>& missing() const { return missing_; }
  // Opens the model (reads its headers) at the first call.
  const Model& model(const std::string& key);
  // The same without reading headers.
  const Repository& repository(const std::string& key);
  // Those whose role is control and that are not missing, in the recipe's order; the same, opened.
  std::vector<std::string> controlKeys() const;
  std::vector<const Model*> controls();
  // Those opened so far, by key.
  std::vector<const Model*> opened() const;
  std::vector<const Repository*> repositories() const;
  // By all sources together.
  Cost spent() const;

 private:
  // Those of the recipe's models for which `due` holds and that are not missing, opened at once,
  // each with `open`, without those that are missing now.
  template <class T>
  std::vector<std::pair<std::string, std::unique_ptr<T>>> openAll(
      const std::function<bool(const recipe::ModelSpec&)>& due,
      const std::function<std::unique_ptr<T>(const recipe::ModelSpec&)>& open);
  std::unique_ptr<Repository> openRepository(const recipe::ModelSpec& spec) const;
  std::unique_ptr<Model> openModel(const Repository& repository) const;

  const formats::Formats& formats() const;  // opened when the first model is

  const recipe::Given& given_;
  plugin::Registry& registry_;
  const models::ArchitectureRegistry& architectures_;
  std::map<std::string, std::unique_ptr<Source>> sources_;
  std::map<std::string, std::unique_ptr<Repository>> repositories_;
  std::map<std::string, std::unique_ptr<Model>> models_;
  std::map<std::string, std::string> missing_;
  std::function<void()> on_opened_;
  mutable std::once_flag formats_once_;
  mutable std::unique_ptr<formats::Formats> formats_;
};

}  // namespace kindred::plan
