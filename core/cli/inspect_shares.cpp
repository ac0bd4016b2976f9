#include "cli/inspect_shares.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/missing_companions.hpp"
#include "models/role_shapes.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

using models::Tensor;
using Bytes = std::map<std::string, std::uint64_t>;

std::vector<Share> sharesOf(const Bytes& bytes, std::uint64_t all) {
  std::vector<Share> list;
  for (const auto& [what, count] : bytes) {
    const auto whole = static_cast<double>(std::max<std::uint64_t>(all, 1));
    list.push_back({what, static_cast<double>(count) / whole});
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Share& x, const Share& y) { return x.share > y.share; });
  return list;
}

std::uint64_t bytesOf(const models::Checkpoint& checkpoint) {
  std::uint64_t all = 0;
  for (const Tensor& tensor : checkpoint.tensors()) all += tensor.bytes;
  return all;
}

bool isNumbers(const Tensor& tensor) {
  return tensor.numbers || models::shown(tensor) == models::Shown::values;
}

// That are read for the first bytes of its numbers.
std::uint64_t storedBytes(const models::Shard& numbers, std::uint64_t length) {
  std::uint64_t bytes = 0;
  for (const auto& range : numbers.decoded->stored(0, length)) bytes += range.length;
  return bytes;
}

std::string notRead(const Tensor& tensor) {
  return fmt::format("{}, {}: not read as numbers", name(tensor.dtype),
                     models::describe(tensor.encoding));
}

// Tensors of one encoding beside which the same is missing.
struct Incomplete {
  std::string first;
  std::uint64_t tensors = 0, bytes = 0;
};

void addIncomplete(const std::map<std::string, Incomplete>& incomplete, Bytes& left_out) {
  for (const auto& [what, group] : incomplete) {
    const std::string more =
        group.tensors > 1 ? fmt::format(" and {} more", group.tensors - 1) : std::string();
    left_out[fmt::format("{} beside {}{}", what, words::escaped(group.first), more)] += group.bytes;
  }
}

// A fused tensor's are joined by plus signs.
void addRoles(const std::string& text, std::set<std::string>& roles) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('+', at), text.size());
    roles.insert(text.substr(at, end - at));
    at = end + 1;
  }
}

// Roles of which no matrix has the shape that it must have, and why.
std::map<std::string, std::string> unfitRoles(const models::Checkpoint& checkpoint,
                                              const models::Architecture* architecture) {
  std::map<std::string, std::string> unfit;
  if (architecture == nullptr) return unfit;
  const models::RoleShapes shapes = models::roleShapes(checkpoint, *architecture);
  for (const models::Misfit& misfit : shapes.misfits) unfit.emplace(misfit.role, misfit.reason);
  for (const models::View& view : shapes.views) unfit.erase(view.info.role);
  return unfit;
}

// Takes those away that no matrix plays; why, where none is left.
std::string whyNone(std::set<std::string>& roles, const std::map<std::string, std::string>& unfit) {
  std::string why;
  std::erase_if(roles, [&](const std::string& role) {
    const auto found = unfit.find(role);
    if (found != unfit.end()) why = fmt::format("{} {}", role, found->second);
    return found != unfit.end();
  });
  return roles.empty() ? why : "";
}

// Why a tensor without a role in the model's own family is not tested; empty: it is, in a
// component.
class Unplayed {
 public:
  Unplayed(const models::Architecture& own, const std::vector<models::ComponentPart>& components)
      : own_(own) {
    for (const models::ComponentPart& part : components) {
      for (const Tensor& tensor : part.checkpoint.tensors()) {
        parts_[tensor.name] = part.architecture.get();
      }
    }
  }

  std::string why(const std::string& name) const {
    const auto part = parts_.find(name);
    const models::Architecture& family = part == parts_.end() ? own_ : *part->second;
    if (!family.roleOf(name).empty()) return {};
    const std::string stated = family.whyUntested(name);
    return stated.empty() ? "of no role that the family knows: compared by content alone" : stated;
  }

 private:
  const models::Architecture& own_;
  std::unordered_map<std::string_view, const models::Architecture*> parts_;
};

bool anyOf(const std::vector<models::RoleAxis>& axes, const std::set<std::string>& roles) {
  return std::any_of(axes.begin(), axes.end(),
                     [&](const models::RoleAxis& axis) { return roles.contains(axis.role); });
}

void addGauges(const models::Architecture& architecture, const std::set<std::string>& roles,
               Testable& testable) {
  for (const models::GaugeRule& rule : architecture.rules()) {
    std::vector<std::string> grants;
    if (anyOf(rule.sign, roles)) grants.emplace_back("signs");
    if (anyOf(rule.permutation, roles)) grants.emplace_back("order");
    if (!grants.empty()) {
      testable.granted.push_back(
          fmt::format("{} ({})", kindred::name(rule.which), fmt::join(grants, ", ")));
    } else if (anyOf(rule.refused, roles)) {
      testable.refused.push_back({std::string(kindred::name(rule.which)), rule.because});
    }
  }
}

}  // namespace

std::vector<Share> encodingsOf(const models::Checkpoint& checkpoint) {
  Bytes bytes;
  for (const Tensor& tensor : checkpoint.tensors()) {
    if (tensor.numbers) {
      bytes[tensor.numbers->codec] += tensor.bytes;
    } else if (tensor.encoding == models::Encoding::part) {
      bytes["further parts of these: scales, zero points, tables, slices"] += tensor.bytes;
    } else {
      bytes[isNumbers(tensor) ? std::string(name(tensor.dtype)) : notRead(tensor)] += tensor.bytes;
    }
  }
  return sharesOf(bytes, bytesOf(checkpoint));
}

std::vector<Price> pricesOf(const models::Checkpoint& checkpoint) {
  std::map<std::string, const Tensor*> largest;
  for (const Tensor& tensor : checkpoint.tensors()) {
    if (!tensor.numbers || tensor.shape.size() < 2 || tensor.elements == 0) continue;
    const auto [known, fresh] = largest.try_emplace(tensor.numbers->codec, &tensor);
    if (!fresh && tensor.elements > known->second->elements) known->second = &tensor;
  }
  std::vector<Price> prices;
  for (const auto& [codec, tensor] : largest) {
    const models::Numbers& numbers = *tensor->numbers;
    const std::uint64_t row = tensor->shape.back() * sizeof(float);
    Price price{codec, tensor->name, 0, storedBytes(numbers.shard, row), 0};
    price.all = storedBytes(numbers.shard, numbers.shard.file->size());
    if (numbers.by_columns.decoded != nullptr) {
      price.column =
          storedBytes(numbers.by_columns, numbers.by_columns.file->size() / tensor->shape.back());
    }
    prices.push_back(std::move(price));
  }
  return prices;
}

Testable testableOf(const models::Checkpoint& checkpoint, const models::Architecture* architecture,
                    const std::vector<models::ComponentPart>& components) {
  Testable testable;
  Bytes left_out;
  std::map<std::string, Incomplete> incomplete;
  std::set<std::string> roles;
  std::optional<Unplayed> unplayed;
  if (architecture != nullptr) unplayed.emplace(*architecture, components);
  const std::map<std::string, std::string> unfit = unfitRoles(checkpoint, architecture);
  for (const Tensor& tensor : checkpoint.tensors()) {
    if (tensor.encoding == models::Encoding::part) continue;
    const std::string role = architecture == nullptr ? "" : architecture->roleOf(tensor.name);
    if (const std::string missing = models::missingCompanions(tensor); !missing.empty()) {
      Incomplete& group = incomplete[notRead(tensor) + ", without " + missing];
      if (group.tensors++ == 0) group.first = tensor.name;
      group.bytes += tensor.bytes;
    } else if (!isNumbers(tensor)) {
      left_out[notRead(tensor)] += tensor.bytes;
    } else if (architecture != nullptr && role.empty()) {
      const std::string why = unplayed->why(tensor.name);
      if (!why.empty()) left_out[why] += tensor.bytes;
    } else {
      std::set<std::string> own;
      addRoles(role, own);
      const std::string why = whyNone(own, unfit);
      if (!why.empty()) left_out[why] += tensor.bytes;
      roles.merge(own);
    }
    if (tensor.numbers && !tensor.numbers->symmetric) {
      left_out["with zero points or minima: signs are tested only against a model without"] +=
          tensor.bytes;
    }
  }
  addIncomplete(incomplete, left_out);
  testable.left_out = sharesOf(left_out, bytesOf(checkpoint));
  if (architecture != nullptr) addGauges(*architecture, roles, testable);
  return testable;
}

}  // namespace kindred::cli
