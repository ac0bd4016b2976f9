#include "checkpoint/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "checkpoint/architecture_rules.hpp"
#include "checkpoint/config.hpp"
#include "checkpoint/names.hpp"

namespace kindred::checkpoint {
namespace {

bool listed(const std::vector<RoleAxis>& axes, std::string_view role, unsigned axis) {
  return std::any_of(axes.begin(), axes.end(), [&](const RoleAxis& entry) {
    return entry.role == role && entry.axis == axis;
  });
}

// Splits the rows of fused tensors, as config.json counts them.
class Splitter {
 public:
  explicit Splitter(const Checkpoint& checkpoint)
      : checkpoint_(checkpoint), dimensions_(dimensionsOf(checkpoint)) {}

  // The rows of `tensor` that belong to `role`.
  View part(const Tensor& tensor, const SplitRule& rule, std::string_view role) const {
    std::uint64_t first = 0, count = 0, total = 0;
    for (const SplitPart& piece : rule.parts) {
      const std::uint64_t rows = rowsOf(tensor, piece);
      if (piece.role == role) first = total, count = rows;
      total += rows;
    }
    const std::uint64_t there = tensor.shape.empty() ? 0 : tensor.shape.front();
    if (total != there) {
      throw error(tensor,
                  fmt::format("has {} rows, but its parts have {} by config.json", there, total));
    }
    View view = whole(checkpoint_, tensor);
    const std::uint64_t row = there == 0 ? 0 : tensor.elements / there;
    view.first = first * row;
    view.info.name += fmt::format("[rows {}:{}]", first, first + count);
    view.info.shape.front() = count;
    view.info.elements = count * row;
    return view;
  }

 private:
  std::uint64_t rowsOf(const Tensor& tensor, const SplitPart& part) const {
    std::uint64_t rows = 1;
    for (const std::string& factor : part.factors) {
      const auto names = dimensionNames();
      const auto known = std::find_if(names.begin(), names.end(), [&](const DimensionName& entry) {
        return entry.name == factor;
      });
      const std::uint64_t value = dimensions_.*known->value;  // the reader checked the names
      if (value == 0) {
        throw error(tensor, fmt::format("holds several roles, but config.json does not say '{}', "
                                        "by which they are split",
                                        factor));
      }
      // Dimensions are below 2^31; three of them may pass 2^64.
      if (__builtin_mul_overflow(rows, value, &rows) || rows > std::uint64_t{1} << 61) {
        throw error(tensor, "has parts of more than 2^61 rows by config.json");
      }
    }
    return rows;
  }

  Error error(const Tensor& tensor, const std::string& what) const {
    return inputError(checkpoint_.shards()[tensor.shard].file->place(),
                      fmt::format("tensor '{}' {}", escaped(tensor.name), what),
                      "config.json and weights do not belong together");
  }

  const Checkpoint& checkpoint_;
  Dimensions dimensions_;
};

}  // namespace

std::string_view name(Scope scope) {
  constexpr std::array<std::string_view, 6> kNames{"each",        "inside-heads", "rotary-pairs",
                                                   "rotary-free", "whole-heads",  "whole-groups"};
  return kNames[static_cast<std::size_t>(scope)];
}

Architecture::Architecture(std::shared_ptr<const ArchitectureRules> rules)
    : rules_(std::move(rules)) {}

const std::string& Architecture::name() const { return rules_->name; }
const std::string& Architecture::summary() const { return rules_->summary; }
const std::vector<std::string>& Architecture::modelTypes() const { return rules_->model_types; }
const std::vector<std::string>& Architecture::classes() const { return rules_->classes; }
const std::map<std::string, std::string>& Architecture::foreign() const { return rules_->foreign; }
bool Architecture::rotaryInterleaved() const { return rules_->rotary_interleaved; }
const std::vector<GaugeRule>& Architecture::rules() const { return rules_->gauges; }

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
      if (part.role == role) texts.push_back("rows of " + rule.from.text());
    }
  }
  return texts;
}

std::vector<Gauge> Architecture::gauges(std::string_view role, unsigned axis) const {
  std::vector<Gauge> list;
  for (const GaugeRule& rule : rules_->gauges) {
    Gauge gauge{rule.name, listed(rule.sign, role, axis), listed(rule.permutation, role, axis),
                rule.scope, rule.because};
    const bool refused = listed(rule.refused, role, axis);
    if (gauge.sign || gauge.permutation || refused) list.push_back(std::move(gauge));
  }
  return list;
}

OrderGrant Architecture::orderOf(std::string_view role, unsigned axis) const {
  std::string narrow, refused;
  for (const Gauge& gauge : gauges(role, axis)) {
    if (gauge.permutation && gauge.scope == Scope::each) return {gauge.name, gauge.reason};
    if (gauge.permutation && narrow.empty()) {
      narrow =
          fmt::format("under '{}' it moves only {}", gauge.name, checkpoint::name(gauge.scope));
    }
    if (!gauge.permutation && !gauge.sign && refused.empty()) refused = gauge.reason;
  }
  if (!refused.empty()) return {{}, refused};  // says more than a gauge that is too narrow
  if (!narrow.empty()) return {{}, narrow};
  return {{}, "the architecture states no symmetry of this axis"};
}

std::vector<View> Architecture::resolve(const Checkpoint& checkpoint, std::string_view role) const {
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
        const auto captures = pattern.match(tensor.name);
        if (captures) add(whole(checkpoint, tensor), *captures);
        if (captures) break;
      }
    }
  }
  for (const SplitRule& rule : rules_->splits) {
    const bool concerned = std::any_of(rule.parts.begin(), rule.parts.end(),
                                       [&](const SplitPart& part) { return part.role == role; });
    if (!concerned) continue;
    const Splitter splitter(checkpoint);
    for (const Tensor& tensor : checkpoint.tensors()) {
      const auto captures = rule.from.match(tensor.name);
      if (captures) add(splitter.part(tensor, rule, role), *captures);
    }
  }
  std::stable_sort(views.begin(), views.end(), [](const View& a, const View& b) {
    return std::tie(a.info.layer, a.info.expert) < std::tie(b.info.layer, b.info.expert);
  });
  return views;
}

std::optional<Placement> Architecture::placementOf(std::string_view tensor_name) const {
  for (const auto& [role, patterns] : rules_->roles) {
    for (const NamePattern& pattern : patterns) {
      const auto captures = pattern.match(tensor_name);
      if (captures) return Placement{role, captures->layer, captures->expert};
    }
  }
  for (const SplitRule& rule : rules_->splits) {
    const auto captures = rule.from.match(tensor_name);
    if (!captures) continue;
    Placement placement{{}, captures->layer, captures->expert};
    for (const SplitPart& part : rule.parts) {
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

}  // namespace kindred::checkpoint
