#include "models/architecture_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/architecture_file.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

// Joins every file with what it extends.
class Joiner {
 public:
  Joiner(std::map<std::string, ArchitectureFile> files, std::vector<yaml::Diagnostic>& diagnostics)
      : files_(std::move(files)), diagnostics_(diagnostics) {}

  std::shared_ptr<const ArchitectureRules> joined(const std::string& name) {
    std::vector<const ArchitectureFile*> chain;  // from the file itself to its farthest ancestor
    const ArchitectureFile* file = &files_.at(name);
    while (true) {
      if (std::find(chain.begin(), chain.end(), file) != chain.end()) {
        complain(*chain.front(), "extends itself");
        return nullptr;
      }
      chain.push_back(file);
      if (file->extends.empty()) break;
      const auto parent = files_.find(file->extends);
      if (parent == files_.end()) {
        if (chain.size() == 1) complain(*file, "extends what is not there");
        return nullptr;
      }
      file = &parent->second;
    }
    auto rules = std::make_shared<ArchitectureRules>();
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) apply(**each, *rules);
    keepOwnAxes(*rules);
    return rules;
  }

  void checkModelTypes() {
    std::map<std::pair<Component, std::string>, std::string> owners;
    for (const auto& [name, file] : files_) {
      for (const auto& [type, place] : file.model_type_places) {
        const auto [owner, fresh] = owners.try_emplace({file.rules.component, type}, name);
        if (!fresh) {
          diagnostics_.push_back({place,
                                  fmt::format("model_type '{}' belongs to '{}' already",
                                              words::escaped(type), owner->second),
                                  ""});
        }
      }
    }
  }

 private:
  void complain(const ArchitectureFile& file, std::string_view what) {
    diagnostics_.push_back(
        {file.extends_place,
         fmt::format("'{}' {}: '{}'", file.rules.name, what, words::escaped(file.extends)), ""});
  }

  static void apply(const ArchitectureFile& file, ArchitectureRules& rules) {
    rules.foreign.insert(file.rules.foreign.begin(), file.rules.foreign.end());
    rules.name = file.rules.name;
    rules.summary = file.rules.summary;
    rules.component = file.rules.component;
    rules.model_types = file.rules.model_types;
    rules.classes = file.rules.classes;
    rules.variant_of = file.rules.variant_of;
    rules.where = file.rules.where;
    if (file.has_rotary) rules.rotary_interleaved = file.rules.rotary_interleaved;
    if (file.has_rotary_part) rules.rotary_part = file.rules.rotary_part;
    if (file.has_gains) rules.gains_plus_one = file.rules.gains_plus_one;
    if (file.has_splits && file.rules.splits.empty()) rules.splits.clear();
    // Nor does a family have tensors of a role that it lacks.
    std::erase_if(rules.splits, [&](const SplitRule& inherited) {
      return std::any_of(
          inherited.parts.begin(), inherited.parts.end(), [&](const SplitPart& part) {
            return std::count(file.removed_roles.begin(), file.removed_roles.end(), part.role) > 0;
          });
    });
    std::erase_if(rules.splits, [&](const SplitRule& inherited) {
      return std::any_of(
          file.rules.splits.begin(), file.rules.splits.end(),
          [&](const SplitRule& own) { return own.from.text() == inherited.from.text(); });
    });
    rules.splits.insert(rules.splits.end(), file.rules.splits.begin(), file.rules.splits.end());
    if (file.has_products) rules.products = file.rules.products;
    for (const std::string& role : file.removed_roles) rules.roles.erase(role);
    for (const auto& [role, patterns] : file.rules.roles) {
      rules.roles.insert_or_assign(role, patterns);
    }
    rules.untested.insert(rules.untested.begin(), file.rules.untested.begin(),
                          file.rules.untested.end());
    for (const Gauge removed : file.removed_gauges) {
      std::erase_if(rules.gauges, [&](const GaugeRule& rule) { return rule.which == removed; });
    }
    for (const GaugeRule& rule : file.rules.gauges) {
      const auto old =
          std::find_if(rules.gauges.begin(), rules.gauges.end(),
                       [&](const GaugeRule& other) { return other.which == rule.which; });
      if (old == rules.gauges.end()) {
        rules.gauges.push_back(rule);
      } else {
        *old = rule;
      }
    }
  }

  // A common file states gauges for roles that some families lack.
  static void keepOwnAxes(ArchitectureRules& rules) {
    const auto lacks = [&](const RoleAxis& axis) {
      if (rules.roles.contains(axis.role)) return false;
      const auto has = [&](const auto& rule) {
        return std::any_of(rule.parts.begin(), rule.parts.end(),
                           [&](const SplitPart& part) { return part.role == axis.role; });
      };
      return std::none_of(rules.splits.begin(), rules.splits.end(), has) &&
             std::none_of(rules.products.begin(), rules.products.end(), has);
    };
    std::erase_if(rules.gauges, [&](GaugeRule& rule) {
      const bool of_no_axis = rule.sign.empty() && rule.permutation.empty() && rule.refused.empty();
      for (auto* axes : {&rule.sign, &rule.permutation, &rule.refused}) {
        std::erase_if(*axes, lacks);
      }
      return !of_no_axis && rule.sign.empty() && rule.permutation.empty() && rule.refused.empty();
    });
  }

  std::map<std::string, ArchitectureFile> files_;
  std::vector<yaml::Diagnostic>& diagnostics_;
};

}  // namespace

std::vector<std::shared_ptr<const ArchitectureRules>> readArchitectures(
    const std::filesystem::path& folder) {
  std::error_code problem;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    if (entry->path().extension() == ".yaml") paths.push_back(entry->path());
  }
  if (problem) {
    throw inputError(folder.string(), "the folder of architecture files cannot be read",
                     "install Kindred again");
  }
  std::sort(paths.begin(), paths.end());
  std::vector<yaml::Diagnostic> diagnostics;
  std::map<std::string, ArchitectureFile> files;
  for (const std::filesystem::path& path : paths) {
    files.emplace(path.stem().string(), readArchitectureFile(path, diagnostics));
  }
  Joiner joiner(std::move(files), diagnostics);
  joiner.checkModelTypes();
  std::vector<std::shared_ptr<const ArchitectureRules>> all;
  for (const std::filesystem::path& path : paths) {
    if (auto rules = joiner.joined(path.stem().string())) all.push_back(std::move(rules));
  }
  yaml::throwIfAny(std::move(diagnostics));
  return all;
}

}  // namespace kindred::models
