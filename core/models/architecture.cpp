#include "models/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "models/architecture_rules.hpp"
#include "models/config.hpp"
#include "models/naming.hpp"
#include "models/splitter.hpp"
#include "models/told_by_names.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

bool holds(const std::vector<RoleAxis>& axes, std::string_view role, unsigned axis) {
  return std::any_of(axes.begin(), axes.end(), [&](const RoleAxis& entry) {
    return entry.role == role && entry.axis == axis;
  });
}

std::uint64_t valueOf(const Dimensions& dimensions, const std::string& name) {
  for (const DimensionName& known : dimensionNames()) {
    if (known.name == name) return dimensions.*known.value;
  }
  return 0;
}

// Whether a name fits as it is or behind any prefix.
template <typename Pattern>
bool endsLike(const Pattern& pattern, std::string_view name) {
  while (!pattern.match(name)) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return false;
    name.remove_prefix(dot + 1);
  }
  return true;
}

// Formats that store gains as they are used say so, whatever the family's own layout does.
bool storesWholeGains(const Checkpoint& checkpoint) {
  const ModelConfig config = readConfig(checkpoint);
  const auto stated = config.values.find("norm_gains");
  return stated != config.values.end() && stated->second == "\"whole\"";
}

// Gauges that do not hold at a model's sizes are refused.
std::shared_ptr<const ArchitectureRules> asStored(
    const Checkpoint& checkpoint, const std::shared_ptr<const ArchitectureRules>& rules) {
  const bool whole_gains = rules->gains_plus_one && storesWholeGains(checkpoint);
  const bool in_doubt = !whyToldByNames(checkpoint).empty();
  const auto depends = [&](const GaugeRule& rule) { return in_doubt || !rule.unless.empty(); };
  if (!whole_gains && std::none_of(rules->gauges.begin(), rules->gauges.end(), depends)) {
    return rules;
  }
  const Dimensions dimensions = dimensionsOf(checkpoint);
  auto own = std::make_shared<ArchitectureRules>(*rules);
  if (whole_gains) own->gains_plus_one = false;
  for (GaugeRule& rule : own->gauges) {
    std::string why = in_doubt ? whyInDoubt(checkpoint, rule) : std::string();
    if (why.empty() && !rule.unless.empty() && valueOf(dimensions, rule.unless) > 1) {
      why = rule.otherwise;
    }
    if (why.empty()) continue;
    for (auto* axes : {&rule.sign, &rule.permutation}) {
      for (RoleAxis& axis : *axes) {
        if (!holds(rule.refused, axis.role, axis.axis)) rule.refused.push_back(axis);
      }
      axes->clear();
    }
    rule.because = std::move(why);
  }
  return own;
}

}  // namespace

std::string_view name(Scope scope) {
  constexpr std::array<std::string_view, 6> kNames{"each",        "inside-heads", "rotary-pairs",
                                                   "rotary-free", "whole-heads",  "whole-groups"};
  return kNames[static_cast<std::size_t>(scope)];
}

Architecture::Architecture(std::shared_ptr<const ArchitectureRules> rules)
    : rules_(std::move(rules)), naming_(std::make_shared<const Naming>()) {}

Architecture Architecture::named(const Checkpoint& checkpoint) const {
  Architecture of_checkpoint = *this;
  of_checkpoint.naming_ = std::make_shared<const Naming>(checkpoint, *rules_);
  of_checkpoint.rules_ = asStored(checkpoint, rules_);
  return of_checkpoint;
}

const std::string& Architecture::name() const { return rules_->name; }
Component Architecture::component() const { return rules_->component; }
const std::string& Architecture::summary() const { return rules_->summary; }
const std::string& Architecture::naming() const { return naming_->text(); }
const std::vector<std::string>& Architecture::modelTypes() const { return rules_->model_types; }
const std::vector<std::string>& Architecture::classes() const { return rules_->classes; }
const std::string& Architecture::variantOf() const { return rules_->variant_of; }
const std::map<std::string, std::string>& Architecture::foreign() const { return rules_->foreign; }
bool Architecture::rotaryInterleaved() const { return rules_->rotary_interleaved; }
double Architecture::rotaryPart() const { return rules_->rotary_part; }
bool Architecture::gainsPlusOne() const { return rules_->gains_plus_one; }
const std::vector<GaugeRule>& Architecture::rules() const { return rules_->gauges; }
const std::vector<ProductRule>& Architecture::products() const { return rules_->products; }

std::uint64_t Architecture::layersOfEach() const {
  std::int64_t most = 1;
  for (const auto& [role, patterns] : rules_->roles) {
    for (const NamePattern& pattern : patterns) most = std::max(most, pattern.layersOfEach());
  }
  return static_cast<std::uint64_t>(most);
}

bool Architecture::isOf(const Checkpoint& checkpoint) const {
  if (!rules_->where) return false;
  return std::any_of(checkpoint.tensors().begin(), checkpoint.tensors().end(),
                     [&](const Tensor& tensor) { return endsLike(*rules_->where, tensor.name); });
}

std::vector<std::string> Architecture::roles() const {
  std::vector<std::string> roles;
  for (const RoleName& role : kRoles) {
    if (!patterns(role.name).empty()) roles.emplace_back(role.name);
  }
  return roles;
}

std::vector<std::string> Architecture::patterns(std::string_view role) const {
  std::vector<std::string> texts;
  if (const auto found = rules_->roles.find(std::string(role)); found != rules_->roles.end()) {
    for (const NamePattern& pattern : found->second) texts.push_back(pattern.text());
  }
  for (const SplitRule& rule : rules_->splits) {
    for (const SplitPart& part : rule.parts) {
      if (part.role != role) continue;
      std::string text = "rows of " + rule.from.text();
      if (!words::contains(texts, text)) texts.push_back(std::move(text));
    }
  }
  for (const ProductRule& rule : rules_->products) {
    for (const SplitPart& part : rule.parts) {
      if (part.role == role) texts.push_back("rows of " + rule.of + " times " + rule.times);
    }
  }
  return texts;
}

std::vector<StatedGauge> Architecture::gauges(std::string_view role, unsigned axis) const {
  std::vector<StatedGauge> list;
  for (const GaugeRule& rule : rules_->gauges) {
    StatedGauge stated{rule.which, holds(rule.sign, role, axis),
                       holds(rule.permutation, role, axis), rule.scope, rule.because};
    const bool refused = holds(rule.refused, role, axis);
    if (stated.sign || stated.permutation || refused) list.push_back(std::move(stated));
  }
  return list;
}

OrderGrant Architecture::orderOf(std::string_view role, unsigned axis) const {
  std::string narrow, refused;
  for (const StatedGauge& stated : gauges(role, axis)) {
    if (stated.permutation && stated.scope == Scope::each) {
      return {stated.which, stated.reason};
    }
    if (stated.permutation && narrow.empty()) {
      narrow = fmt::format("under '{}' it moves only {}", kindred::name(stated.which),
                           models::name(stated.scope));
    }
    if (!stated.permutation && !stated.sign && refused.empty()) refused = stated.reason;
  }
  if (!refused.empty()) return {{}, refused};  // says more than a gauge that is too narrow
  if (!narrow.empty()) return {{}, narrow};
  return {{}, "the architecture states no symmetry of this axis"};
}

std::vector<View> Architecture::resolve(const Checkpoint& checkpoint, std::string_view role) const {
  std::vector<Unsplit> unsplit;
  std::vector<View> views = resolve(checkpoint, role, unsplit);
  for (const Unsplit& entry : unsplit) {
    if (entry.of_experts) continue;
    throw inputError(
        checkpoint.shards()[entry.tensor->shard].file->place(),
        fmt::format("tensor '{}' {}", words::escaped(entry.tensor->name), entry.problem),
        "config.json and weights do not belong together");
  }
  return views;
}

std::vector<View> Architecture::resolve(const Checkpoint& checkpoint, std::string_view role,
                                        std::vector<Unsplit>& unsplit) const {
  std::vector<View> views;
  const auto add = [&](View view, const Captures& captures) {
    view.info.role = role;
    view.info.layer = captures.layer;
    view.info.expert = captures.expert;
    views.push_back(std::move(view));
  };
  if (const auto found = rules_->roles.find(std::string(role)); found != rules_->roles.end()) {
    for (const Tensor& tensor : checkpoint.tensors()) {
      for (const NamePattern& pattern : found->second) {
        const auto captures = pattern.match(naming_->canonical(tensor.name));
        if (captures) add(whole(checkpoint, tensor), *captures);
        if (captures) break;
      }
    }
  }
  addSplit(checkpoint, role, views, unsplit);
  std::stable_sort(views.begin(), views.end(), [](const View& a, const View& b) {
    return std::tie(a.info.layer, a.info.expert) < std::tie(b.info.layer, b.info.expert);
  });
  return views;
}

std::vector<const SplitRule*> Architecture::splitsOf(std::string_view canonical) const {
  std::vector<const SplitRule*> rules;
  for (const SplitRule& rule : rules_->splits) {
    if (rule.from.match(canonical)) rules.push_back(&rule);
  }
  return rules;
}

void Architecture::addSplit(const Checkpoint& checkpoint, std::string_view role,
                            std::vector<View>& views, std::vector<Unsplit>& unsplit) const {
  const auto holdsRole = [&](const SplitRule& rule) {
    return std::any_of(rule.parts.begin(), rule.parts.end(),
                       [&](const SplitPart& part) { return part.role == role; });
  };
  if (std::none_of(rules_->splits.begin(), rules_->splits.end(), holdsRole)) return;
  std::optional<Splitter> splitter;
  for (const Tensor& tensor : checkpoint.tensors()) {
    const std::string_view canonical = naming_->canonical(tensor.name);
    const std::vector<const SplitRule*> rules = splitsOf(canonical);
    const bool concerned = std::any_of(rules.begin(), rules.end(),
                                       [&](const SplitRule* rule) { return holdsRole(*rule); });
    if (!concerned) continue;
    if (!splitter) splitter.emplace(checkpoint);
    Parts parts = splitter->split(tensor, rules, *rules.front()->from.match(canonical));
    if (!parts.problem.empty()) {
      unsplit.push_back({&tensor, std::move(parts.problem), !rules.front()->experts.empty()});
    }
    std::copy_if(std::make_move_iterator(parts.views.begin()),
                 std::make_move_iterator(parts.views.end()), std::back_inserter(views),
                 [&](const View& view) { return view.info.role == role; });
  }
}

Parts Architecture::partsOf(const Checkpoint& checkpoint, const Tensor& tensor) const {
  const std::string_view canonical = naming_->canonical(tensor.name);
  for (const auto& [role, patterns] : rules_->roles) {
    for (const NamePattern& pattern : patterns) {
      const auto captures = pattern.match(canonical);
      if (!captures) continue;
      View view = whole(checkpoint, tensor);
      view.info.role = role;
      view.info.layer = captures->layer;
      view.info.expert = captures->expert;
      return {{std::move(view)}, {}};
    }
  }
  const std::vector<const SplitRule*> rules = splitsOf(canonical);
  if (rules.empty()) return {};
  return Splitter(checkpoint).split(tensor, rules, *rules.front()->from.match(canonical));
}

std::optional<Placement> Architecture::placementOf(std::string_view stored_name) const {
  const std::string_view tensor_name = naming_->canonical(stored_name);
  for (const auto& [role, patterns] : rules_->roles) {
    for (const NamePattern& pattern : patterns) {
      const auto captures = pattern.match(tensor_name);
      if (captures) return Placement{role, captures->layer, captures->expert};
    }
  }
  for (const SplitRule& rule : rules_->splits) {
    const auto captures = rule.from.match(tensor_name);
    if (!captures) continue;
    Placement placement{{}, captures->layer, captures->expert, !rule.experts.empty()};
    for (const SplitPart& part : rule.parts) {
      if (part.role == kOther) continue;
      placement.role += (placement.role.empty() ? "" : "+") + part.role;
    }
    return placement;
  }
  return std::nullopt;
}

std::string Architecture::roleOf(std::string_view tensor_name) const {
  const std::optional<Placement> placement = placementOf(tensor_name);
  return placement ? placement->role : std::string();
}

const std::vector<UntestedRule>& Architecture::untested() const { return rules_->untested; }

std::string Architecture::whyUntested(std::string_view tensor_name) const {
  for (const UntestedRule& rule : rules_->untested) {
    for (const words::Pattern& pattern : rule.names) {
      if (endsLike(pattern, tensor_name)) return rule.because;
    }
  }
  return {};
}

}  // namespace kindred::models
